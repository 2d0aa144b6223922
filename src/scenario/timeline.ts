// What the scenario wants to happen, when the time has come: every fault begins by one entry of the
// agenda and ends by another, and so does what operators do for a while.
import type { DirectorMachine } from '../cluster/director-machine.ts'
import type { FaultyHost } from '../cluster/faulty-host.ts'
import type { ObservedThings } from '../cluster/observed-things.ts'
import type { RealServer } from '../cluster/real-server.ts'
import type { Planner } from '../kernel/agenda.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Time } from '../kernel/time.ts'
import type { EventLog } from '../measure/event-log.ts'
import type { Network } from './build-network.ts'
import { operationDeeds, type OperationParts } from './operation-deeds.ts'
import type { OperationSpec } from './operation-spec.ts'
import {
  endOf,
  isLinkFault,
  type FaultSpec,
  type FollowedFault,
  type LinkFaultSpec,
} from './timeline-spec.ts'
import { formatQuantity } from './units.ts'

export interface TimelineParts {
  network: Network
  servers: readonly RealServer[]
  directors: readonly DirectorMachine[]
  /** Real servers and directors by name. */
  hosts: ReadonlyMap<string, FaultyHost>
  log: EventLog
}

/** What happens at a moment, and how it is told. */
interface Deed {
  text: string
  act: (now: Time) => void
}

export class Timeline implements Planner {
  private readonly deeds: ((now: Time) => void)[] = []
  private readonly kernel: Kernel
  private readonly parts: TimelineParts

  constructor(kernel: Kernel, parts: TimelineParts) {
    this.kernel = kernel
    this.parts = parts
  }

  /** All faults, in the order of the scenario where they are at the same time. */
  planFaults(faults: readonly FaultSpec[]): void {
    for (const fault of faults) {
      const { begins, ends } = isLinkFault(fault)
        ? linkDeeds(fault, this.parts)
        : hostDeeds(fault, this.parts)
      const host = isLinkFault(fault) ? null : fault.host
      this.plan(fault.atPs, (now) => this.befall(host, begins, now))
      this.plan(endOf(fault), (now) => this.befall(host, ends, now))
    }
  }

  /** All operations, after the faults of the same moment. */
  planOperations(operations: readonly OperationSpec[], parts: OperationParts): void {
    for (const { atPs, act } of operations.flatMap((each) => operationDeeds(each, parts))) {
      this.plan(atPs, act)
    }
  }

  due(key: number, now: Time): void {
    this.deeds[key]!(now)
  }

  private befall(host: string | null, { text, act }: Deed, now: Time): void {
    const { log } = this.parts
    log.say('fault', text, now)
    if (host !== null) log.befell.set(host, now)
    act(now)
  }

  private plan(at: Time, act: (now: Time) => void): void {
    this.kernel.agenda.plan(at, this, this.deeds.push(act) - 1)
  }
}

interface Deeds {
  begins: Deed
  ends: Deed
}

function hostDeeds(
  fault: Exclude<FaultSpec, LinkFaultSpec>,
  { hosts, servers, directors }: TimelineParts,
): Deeds {
  const { host: name, kind } = fault
  const host = hosts.get(name)!
  const server = servers.find((each) => each.name === name)
  const director = directors.find((each) => each.name === name)
  const deed = (text: string, act: (now: Time) => void): Deed => ({ text, act })
  switch (kind) {
    case 'host-down':
      return {
        begins: deed(`${name} went down`, (now) => host.crash(now)),
        ends: deed(`${name} came back`, (now) => host.boot(now)),
      }
    case 'host-hang':
      return {
        begins: deed(`${name} hung`, (now) => host.hang(now)),
        ends: deed(`${name} went on`, (now) => host.resume(now)),
      }
    case 'keepalived-stop':
      return {
        begins: deed(`keepalived was stopped on ${name}`, (now) => director!.stopKeepalived(now)),
        ends: deed(`keepalived was started on ${name}`, (now) => director!.startKeepalived(now)),
      }
    case 'app-down':
      return {
        begins: deed(`the program of ${name} ended`, (now) => server!.close(now)),
        ends: deed(`the program of ${name} was there again`, (now) => server!.open(now)),
      }
    case 'app-hang':
      return {
        begins: deed(`the program of ${name} hung`, (now) => server!.pause(now)),
        ends: deed(`the program of ${name} went on`, (now) => server!.goOn(now)),
      }
    case 'script-fails':
    case 'process-down':
    case 'file-value':
      return followedDeeds(fault, director!)
    case 'slow-host':
      return {
        begins: deed(`${name} became ${fault.factor} times as slow`, () =>
          server!.slowDown(fault.factor),
        ),
        ends: deed(`${name} was as fast as before`, () => server!.slowDown(1 / fault.factor)),
      }
  }
}

/** Of what keepalived follows: the director is told, and it finds out in its own time. */
function followedDeeds(fault: FollowedFault, director: DirectorMachine): Deeds {
  const { name } = director
  const deed = (text: string, change: (things: ObservedThings) => void): Deed => {
    return { text, act: (now) => director.observe(text, change, now) }
  }
  switch (fault.kind) {
    case 'script-fails': {
      const { script } = fault
      return {
        begins: deed(`${script} fails on ${name}`, ({ failing }) => failing.add(script)),
        ends: deed(`${script} succeeds again on ${name}`, ({ failing }) => failing.delete(script)),
      }
    }
    case 'process-down': {
      const { process: program } = fault
      return {
        begins: deed(`${program} ends on ${name}`, ({ ended }) => ended.add(program)),
        ends: deed(`${program} is there again on ${name}`, ({ ended }) => ended.delete(program)),
      }
    }
    case 'file-value': {
      const { file, value } = fault
      return {
        begins: deed(`${file} says ${value} on ${name}`, ({ values }) => values.set(file, value)),
        ends: deed(`${file} says 0 again on ${name}`, ({ values }) => values.delete(file)),
      }
    }
  }
}

function linkDeeds(fault: LinkFaultSpec, { network, directors }: TimelineParts): Deeds {
  const { host, link, kind } = fault
  const broken = network.breakages.filter((each) => each.isOf(host, link))
  const where = host === null ? `"${link}"` : `${host}${link === null ? '' : ` on "${link}"`}`
  const whole = host === null ? `all of ${where}` : where
  const isOf = (each: DirectorMachine) => host === null || host === each.name
  switch (kind) {
    case 'link-cut':
      return {
        begins: {
          text: `the wire of ${whole} was cut`,
          act: (now) => {
            setAll(broken, 'isCut', true)
            for (const each of directors) if (isOf(each)) each.changeCarrier(link, false, now)
          },
        },
        ends: {
          text: `the wire of ${whole} was mended`,
          act: (now) => {
            setAll(broken, 'isCut', false)
            for (const each of directors) if (isOf(each)) each.changeCarrier(link, true, now)
          },
        },
      }
    case 'link-loss': {
      const { share } = fault
      const percent = formatQuantity('share', share)
      return {
        begins: {
          text: `the wire of ${whole} began to lose ${percent} of the frames`,
          act: () => setAll(broken, 'lossShare', share),
        },
        ends: {
          text: `the wire of ${whole} stopped losing frames`,
          act: () => setAll(broken, 'lossShare', 0),
        },
      }
    }
    case 'link-rate': {
      const wires = network.wiresOf(host, link)
      const rate = formatQuantity('bitRate', fault.rateBps)
      return {
        begins: {
          text: `the wire of ${whole} fell to ${rate}`,
          act: () => wires.forEach((wire) => wire.changeRate(fault.rateBps)),
        },
        ends: {
          text: `the wire of ${whole} had its rate again`,
          act: () => wires.forEach((wire) => wire.changeRate(wire.options.rateBps)),
        },
      }
    }
  }
}

function setAll<K extends string, V>(all: readonly Record<K, V>[], key: K, value: V): void {
  for (const one of all) one[key] = value
}
