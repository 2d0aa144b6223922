// A virtual address that several directors announce at once, each by a routing daemon of its own,
// behind a router that spreads flows over them (equal-cost multi-path). A director that falls
// silent is missed after the hold time of the protocol (RFC 4271, 6.5; RFC 5880, 6.8.4), and until
// then a share of the packets goes nowhere. One that withdraws its route leaves at once, and one
// that is heard again is there at once.
import type { Planner } from '../kernel/agenda.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Time } from '../kernel/time.ts'
import type { EventLog } from '../measure/event-log.ts'
import type { Multipath } from '../net/multipath.ts'
import type { AddressWatch } from './address-watch.ts'
import type { DirectorMachine, RouteWitness } from './director-machine.ts'

export interface RouteMember {
  machine: DirectorMachine
  /** Cards by which the router hears it. */
  cards: readonly string[]
}

interface Member extends RouteMember {
  /** Its routing daemon announces the addresses. */
  isAnnouncing: boolean
  isInUse: boolean
  /** Since when it is silent; -1: it is heard. */
  silentSince: Time
}

export interface SharedRouteParts {
  kernel: Kernel
  multipath: Multipath
  /** In the order of the paths. */
  members: readonly RouteMember[]
  detectionPs: Time
  addresses: readonly number[]
  watch: AddressWatch
  log: EventLog
}

export class SharedRoute implements Planner, RouteWitness {
  readonly multipath: Multipath
  private readonly parts: SharedRouteParts
  private readonly members: Member[]

  constructor(parts: SharedRouteParts) {
    this.parts = parts
    this.multipath = parts.multipath
    this.members = parts.members.map((member) => ({
      ...{ ...member, isAnnouncing: true, isInUse: true, silentSince: -1 },
    }))
    for (const { machine } of parts.members) machine.route = this
  }

  /** Something has befallen a director: who can be heard now? */
  hear(cause: string, now: Time): void {
    const { kernel, watch, detectionPs } = this.parts
    watch.blame(cause, now)
    for (const [path, member] of this.members.entries()) {
      if (isHeard(member)) {
        member.silentSince = -1
        if (member.isAnnouncing) this.add(path, cause, now)
        else this.takeOut(path, now)
      } else if (member.silentSince < 0) {
        member.silentSince = now
        kernel.agenda.plan(now + detectionPs, this, path)
      }
    }
  }

  /** Its hold time is over: was nothing heard of it all the while? */
  due(path: number, now: Time): void {
    const { silentSince, isInUse } = this.members[path]!
    const { watch, addresses, detectionPs } = this.parts
    if (!isInUse || silentSince < 0 || now - silentSince < detectionPs) return
    this.leave(path, 'is missed', now)
    for (const address of addresses) watch.elected('the others', address, now, now)
    watch.look(now)
  }

  /** An operator takes a director out of the route; it goes on serving what comes. */
  withdraw(name: string, now: Time): void {
    const path = this.members.findIndex(({ machine }) => machine.name === name)
    const member = this.members[path]!
    member.isAnnouncing = false
    if (isHeard(member)) this.takeOut(path, now)
  }

  announce(name: string, now: Time): void {
    const path = this.members.findIndex(({ machine }) => machine.name === name)
    const member = this.members[path]!
    member.isAnnouncing = true
    if (isHeard(member)) this.add(path, `${name} announces its route`, now)
  }

  private add(path: number, cause: string, now: Time): void {
    const member = this.members[path]!
    if (member.isInUse) return
    const { watch, log, multipath } = this.parts
    member.isInUse = true
    multipath.add(path)
    log.say('route', `${member.machine.name} is one of ${this.countText()} in the route`, now)
    watch.rearranged(cause, member.machine.name, now)
  }

  private takeOut(path: number, now: Time): void {
    const { isInUse, machine } = this.members[path]!
    if (!isInUse) return
    this.leave(path, 'withdraws its route', now)
    this.parts.watch.rearranged(`${machine.name} withdraws its route`, 'the others', now)
  }

  private leave(path: number, why: string, now: Time): void {
    const member = this.members[path]!
    const { log, multipath } = this.parts
    member.isInUse = false
    multipath.remove(path)
    log.say('route', `${member.machine.name} ${why}: the route has ${this.countText()}`, now)
  }

  private countText(): string {
    const { length } = this.multipath.inUse
    return length === 1 ? '1 director' : `${length} directors`
  }
}

function isHeard({ machine, cards }: RouteMember): boolean {
  return machine.isWorking && cards.every((card) => machine.isConnected(card))
}
