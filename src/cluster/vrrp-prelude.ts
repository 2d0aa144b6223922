// What happened before the run: the VRRP processes of a cluster start one after the other, elect
// their masters and settle, on a network that loses and delays nothing. The run then begins at a
// chance moment between two advertisements. Two nodes that cannot agree are two masters by then, as
// they would be (spec vrrp.md, 6).
import type { Time } from '../kernel/time.ts'
import { allWell } from '../keepalived/vrrp-followed.ts'
import type { Vrrp } from '../keepalived/vrrp.ts'
import type { VrrpFrame } from '../keepalived/vrrp-outbox.ts'
import type { InstanceSettings, VrrpSettings } from '../keepalived/vrrp-settings.ts'
import { isMulticast, readAddress, type Address } from '../wire/address.ts'

const PS_PER_US = 1_000_000
/** For a few advertisements more, and processes that start late. */
const MARGIN_PS = 5_000_000_000_000
const LONGEST_START_GAP_PS = 1_000_000_000_000
/** Where a gratuitous ARP and a neighbour advertisement name their address. */
const ARP_SENDER = 14
const NEIGHBOUR_TARGET = 48

/** A card of a node, called as the process calls its interface. */
export interface PreludePort {
  name: string
  link: string
  mac: number
}

export interface PreludeNode {
  machine: Vrrp
  settings: VrrpSettings
  address: Address
  ports: readonly PreludePort[]
}

interface Arrival {
  at: Time
  node: PreludeNode
  port: string
  bytes: Uint8Array
}

export class VrrpPrelude {
  /** How long it was: the machines' clocks are ahead of the run's by that. */
  now: Time = 0
  /** The MAC address that last announced an address, by network. */
  readonly announced: Map<string, Map<Address, number>> = new Map()
  private readonly nodes: readonly PreludeNode[]
  private readonly held = new Map<PreludeNode, Set<Address>>()
  private arrivals: Arrival[] = []

  constructor(nodes: readonly PreludeNode[]) {
    this.nodes = nodes
  }

  /** Addresses that the node has at the end. */
  heldBy(node: PreludeNode): Set<Address> {
    return this.held.get(node) ?? new Set()
  }

  /** `chance` gives numbers from 0 to 1. */
  run(chance: () => number): void {
    const moments = this.nodes.map(() => Math.floor(chance() * LONGEST_START_GAP_PS))
    moments.sort((a, b) => a - b)
    for (const [place, node] of byPriority(this.nodes).entries()) {
      this.runUntil(moments[place]!)
      node.machine.start(moments[place]!)
      this.carry(node)
    }
    const instances = this.nodes.flatMap(({ settings }) => settings.instances)
    const longestPs = PS_PER_US * Math.max(0, ...instances.map(settlingUs))
    const intervalPs = PS_PER_US * Math.max(0, ...instances.map(({ intervalUs }) => intervalUs))
    this.runUntil(this.now + longestPs + MARGIN_PS + Math.floor(chance() * intervalPs))
  }

  /** Not in the middle of an event: what a machine is busy with is still done. */
  private runUntil(end: Time): void {
    let until = end
    for (;;) {
      for (let next = this.next(); next <= until; next = this.next()) this.step(next)
      const busyUntil = Math.max(...this.nodes.map(({ machine }) => machine.busyUntil))
      if (busyUntil <= until) break
      until = busyUntil
    }
    this.now = until
  }

  private next(): Time {
    const timers = this.nodes.map(({ machine }) => machine.nextTimeout())
    return Math.min(this.arrivals[0]?.at ?? Infinity, ...timers)
  }

  private step(at: Time): void {
    const arrival = this.arrivals[0]
    if (arrival !== undefined && arrival.at <= at) {
      this.arrivals.shift()
      arrival.node.machine.handlePacket(arrival.port, arrival.bytes, at)
      return this.carry(arrival.node)
    }
    const node = this.nodes.find(({ machine }) => machine.nextTimeout() <= at)!
    node.machine.handleTimer(at)
    this.carry(node)
  }

  private carry(node: PreludeNode): void {
    const held = this.heldBy(node)
    for (const { added, removed } of node.machine.takeChanges()) {
      for (const { address } of removed) held.delete(address)
      for (const { address } of added) held.add(address)
    }
    this.held.set(node, held)
    for (const frame of node.machine.takeFrames()) this.carryFrame(node, frame)
  }

  private carryFrame(from: PreludeNode, frame: VrrpFrame): void {
    const own = from.ports.find(({ name }) => name === frame.interface)
    if (own === undefined) return
    const { kind, bytes, destination, at } = frame
    if (kind !== 'advert') {
      const [place, size] = kind === 'arp' ? [ARP_SENDER, 4] : [NEIGHBOUR_TARGET, 16]
      const known = this.announced.get(own.link) ?? new Map<Address, number>()
      known.set(readAddress(bytes, place, size), own.mac)
      this.announced.set(own.link, known)
      return
    }
    for (const node of this.nodes) {
      const port = node.ports.find(({ link }) => link === own.link)
      const isMeant = isMulticast(destination!) || destination === node.address
      if (node === from || port === undefined || !isMeant) continue
      this.arrivals.push({ at, node, port: port.name, bytes })
    }
    this.arrivals.sort((a, b) => a.at - b.at)
  }
}

/** Who is meant to be master starts first, which without preemption decides. */
function byPriority(nodes: readonly PreludeNode[]): PreludeNode[] {
  const most = ({ settings }: PreludeNode): number => {
    const followed = allWell(settings)
    return Math.max(0, ...settings.instances.map((instance) => followed.priorityOf(instance)))
  }
  return [...nodes].sort((a, b) => most(b) - most(a))
}

/** By then an instance has found its state, and has announced it for the last time. */
function settlingUs(settings: InstanceSettings): number {
  const { downTimerAdverts, intervalUs, preemptDelayUs, startupDelayUs, garp } = settings
  const downUs = (downTimerAdverts + 1) * intervalUs
  return startupDelayUs + 2 * downUs + preemptDelayUs + Math.max(garp.delayUs, garp.lowerDelayUs)
}
