// Ways out of a host with several networks, a director or a router: which network and which MAC
// address an IP address is reached by, and what happens to packets too large for it. An address on
// a network of its own is a neighbour there; any other has a router.
import type { Time } from '../kernel/time.ts'
import type { AddressTable, Neighbours } from './address.ts'
import { cut, mayBeCut } from './fragments.ts'
import type { Packet, PacketPool, Port } from './packet.ts'

export interface Outlet {
  mac: number
  mtuBytes: number
  neighbours: Neighbours
  /** Routers of the network, by the addresses for which this outlet is the way. */
  beyond: AddressTable
}

/** Found by the last `wayTo`: the index of the outlet, and the MAC address to send to. */
export class Ways {
  outlet = -1
  mac = -1
  private readonly outlets: readonly Outlet[]

  constructor(outlets: readonly Outlet[]) {
    this.outlets = outlets
  }

  /** False when there is no way to the address. */
  wayTo(address: number): boolean {
    const { outlets } = this
    for (let index = 0; index < outlets.length; index++) {
      this.mac = outlets[index]!.neighbours.macOf(address)
      this.outlet = index
      if (this.mac >= 0) return true
    }
    for (let index = 0; index < outlets.length; index++) {
      this.mac = outlets[index]!.beyond.macOf(address)
      this.outlet = index
      if (this.mac >= 0) return true
    }
    return false
  }
}

/** Tells the sender of a packet that it is too large, if that is what this host does. */
export interface Refusal {
  refuse(packet: Packet, mtuBytes: number, now: Time): void
}

/** Packets too large for a wire: cut where the sender allows it (RFC 1812, 4.2.2.7), or refused. */
export class Oversize implements Port {
  private readonly mtuBytes: number
  private readonly pool: PacketPool
  private readonly wire: Port
  private readonly owner: Refusal

  constructor(mtuBytes: number, pool: PacketPool, wire: Port, owner: Refusal) {
    this.mtuBytes = mtuBytes
    this.pool = pool
    this.wire = wire
    this.owner = owner
  }

  receive(packet: Packet, now: Time): void {
    if (mayBeCut(packet)) cut(packet, this.mtuBytes, this.pool, this.wire, now)
    else this.owner.refuse(packet, this.mtuBytes, now)
  }
}
