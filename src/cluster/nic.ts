// A network card of the director: receive-side scaling spreads packets over rings, each ring
// belongs to one core; what leaves goes into the wire's transmit queue with the next host's MAC
// address.
import type { Time } from '../kernel/time.ts'
import type { AddressTable, Neighbours } from '../net/address.ts'
import type { Outlet } from '../net/outlet.ts'
import type { Packet, Port } from '../net/packet.ts'
import type { Ring } from '../net/ring.ts'
import type { Rss } from '../net/rss.ts'
import type { Core } from './core.ts'

export interface NicOptions {
  name: string
  mac: number
  /** One ring per queue, and the core that serves it. */
  rings: Ring[]
  cores: Core[]
  rss: Rss
  neighbours: Neighbours
  beyond: AddressTable
  mtuBytes: number
  wire: Port
}

export class Nic implements Port, Outlet {
  readonly name: string
  readonly mac: number
  readonly rings: Ring[]
  readonly neighbours: Neighbours
  readonly beyond: AddressTable
  readonly mtuBytes: number
  private readonly cores: Core[]
  private readonly rss: Rss
  private readonly wire: Port

  constructor(options: NicOptions) {
    this.name = options.name
    this.mac = options.mac
    this.rings = options.rings
    this.cores = options.cores
    this.rss = options.rss
    this.neighbours = options.neighbours
    this.beyond = options.beyond
    this.mtuBytes = options.mtuBytes
    this.wire = options.wire
    options.cores.forEach((core, queue) => core.rings.push(options.rings[queue]!))
  }

  receive(packet: Packet, now: Time): void {
    const queue = this.rings.length === 1 ? 0 : this.rss.queueOf(packet)
    this.cores[queue]!.receive(packet, this.rings[queue]!, now)
  }

  /** The wire of this card, with the packet addressed to that neighbour. */
  towards(packet: Packet, mac: number): Port {
    packet.srcMac = this.mac
    packet.dstMac = mac
    return this.wire
  }
}
