// A router: it forwards at the rate of its wires along static shortest paths, takes a hop off the
// TTL (RFC 1812, 5.3.1), cuts packets that are too large where their sender allows it and tells the
// sender otherwise (RFC 1191), and may change the MSS of SYN segments. It has no address of its
// own: its errors speak for the destination. A firewall that filters ICMP makes the black hole of
// RFC 2923, 2.1.
import type { Time } from '../kernel/time.ts'
import type { Learnt } from './address.ts'
import { becomeError } from './icmp.ts'
import { clampMss, type Clamp } from './mss.ts'
import { Ways, type Outlet, type Refusal } from './outlet.ts'
import { ICMP, TCP, type DropSink, type Packet, type Port } from './packet.ts'

export interface RouterOutlet extends Outlet {
  /** Where packets go on that network: its wire, or what stands in front of that. */
  wire: Port
}

export interface RouterOptions {
  name: string
  /** Whether ICMP errors pass, and are sent. */
  icmp: boolean
  clampMss: Clamp | null
}

export class Router implements Port, Refusal {
  readonly name: string
  /** Packets dropped, by cause. */
  readonly dropped: Map<string, number> = new Map()
  /** Packets that died of their size, whose senders were told. */
  refused = 0
  /** SYN segments whose MSS was lowered. */
  clamped = 0
  private readonly options: RouterOptions
  readonly outlets: RouterOutlet[] = []
  private readonly ways: Ways
  /** Addresses that move between hosts: what ARP has said of them, and on which outlet. */
  private readonly learnt = new Map<number, { outlet: number; host: Learnt }>()
  private readonly drops: DropSink

  constructor(options: RouterOptions, drops: DropSink) {
    this.name = options.name
    this.options = options
    this.drops = drops
    this.ways = new Ways(this.outlets)
  }

  connect(outlet: RouterOutlet): void {
    this.outlets.push(outlet)
  }

  /** What ARP has said of an address on that outlet. */
  learn(address: number, outlet: number, host: Learnt): void {
    this.learnt.set(address, { outlet, host })
  }

  receive(packet: Packet, now: Time): void {
    const { options } = this
    const isFiltered = packet.protocol === ICMP && packet.outerDst === 0 && !options.icmp
    if (isFiltered && packet.whole === null) return this.drop(packet, 'ICMP filtered', now)
    if (packet.ttl <= 1) return this.drop(packet, 'TTL ran out', now)
    packet.ttl--
    this.forward(packet, now)
  }

  refuse(packet: Packet, mtuBytes: number, now: Time): void {
    if (!this.options.icmp) {
      return this.drop(packet, `exceeds the MTU of ${mtuBytes}B, ICMP filtered`, now)
    }
    // No error about an error (RFC 1122, 3.2.2).
    if (packet.protocol === ICMP) return this.drop(packet, 'exceeds the MTU', now)
    this.refused++
    becomeError(packet, mtuBytes)
    this.forward(packet, now)
  }

  private forward(packet: Packet, now: Time): void {
    const address = packet.outerDst !== 0 ? packet.outerDst : packet.dst
    const { ways } = this
    const host = this.learnt.get(address)
    if (host !== undefined) return this.send(packet, host.outlet, host.host.mac, now)
    if (!ways.wayTo(address)) return this.drop(packet, 'no route', now)
    this.send(packet, ways.outlet, ways.mac, now)
  }

  private send(packet: Packet, index: number, mac: number, now: Time): void {
    const outlet = this.outlets[index]!
    const clamp = this.options.clampMss
    if (clamp !== null && packet.protocol === TCP && packet.outerDst === 0) {
      if (clampMss(packet, clamp, this.mtuBothWays(packet, outlet.mtuBytes))) this.clamped++
    }
    packet.srcMac = outlet.mac
    packet.dstMac = mac
    outlet.wire.receive(packet, now)
  }

  /** The smaller MTU of the way out and the way back: segments of both directions are meant. */
  private mtuBothWays(packet: Packet, mtuBytes: number): number {
    const back = this.learnt.get(packet.src)?.outlet ?? this.outletOf(packet.src)
    return back < 0 ? mtuBytes : Math.min(mtuBytes, this.outlets[back]!.mtuBytes)
  }

  private outletOf(address: number): number {
    return this.ways.wayTo(address) ? this.ways.outlet : -1
  }

  private drop(packet: Packet, cause: string, now: Time): void {
    this.dropped.set(cause, (this.dropped.get(cause) ?? 0) + 1)
    this.drops.lose(packet, now)
  }
}
