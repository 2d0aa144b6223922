// The last router before several hosts that have one address: a switch that forwards on layer 3, at
// the rate of its wires. Each packet goes to the host of its path, a hop nearer to its end.
import type { Time } from '../kernel/time.ts'
import type { Multipath } from './multipath.ts'
import type { DropSink, Packet, Port } from './packet.ts'

export interface MultipathHopOptions {
  /** Its own MAC address on the network. */
  mac: number
  /** MAC address of the host at the end of each path. */
  hosts: readonly number[]
}

export class MultipathHop implements Port {
  /** Packets dropped because no path was left, and because their TTL ran out. */
  unreachable = 0
  expired = 0
  private readonly options: MultipathHopOptions
  private readonly multipath: Multipath
  private readonly network: Port
  private readonly drops: DropSink

  constructor(options: MultipathHopOptions, multipath: Multipath, network: Port, drops: DropSink) {
    this.options = options
    this.multipath = multipath
    this.network = network
    this.drops = drops
  }

  /** MAC addresses that packets go to. */
  get found(): number[] {
    return this.multipath.inUse.map((path) => this.options.hosts[path]!)
  }

  receive(packet: Packet, now: Time): void {
    const path = this.multipath.pathOf(packet, now)
    if (path < 0) {
      this.unreachable++
      return this.drops.lose(packet, now)
    }
    if (packet.ttl <= 1) {
      this.expired++
      return this.drops.lose(packet, now)
    }
    packet.ttl--
    packet.srcMac = this.options.mac
    packet.dstMac = this.options.hosts[path]!
    this.network.receive(packet, now)
  }
}
