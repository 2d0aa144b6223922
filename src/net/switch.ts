// A non-blocking switch: it forwards by MAC address into the queue of the port's wire. It also
// keeps the neighbour table of its network, where the virtual address belongs to the director
// alone: real servers hold it without answering for it (the "ARP problem" solved).
import type { Time } from '../kernel/time.ts'
import { Neighbours } from './address.ts'
import type { DropSink, Packet, Port } from './packet.ts'

export class Switch implements Port {
  readonly neighbours: Neighbours = new Neighbours()
  /** Frames to a MAC address that no port has. */
  unknown = 0
  private readonly ports: Port[] = []
  private readonly drops: DropSink

  constructor(drops: DropSink) {
    this.drops = drops
  }

  /** Connects a wire towards the host with that MAC address. */
  connect(mac: number, wire: Port): void {
    while (this.ports.length < mac) this.ports.push(new NoHost(this))
    this.ports[mac] = wire
  }

  receive(packet: Packet, now: Time): void {
    const mac = packet.dstMac
    if (mac < 0 || mac >= this.ports.length) return this.lose(packet, now)
    this.ports[mac]!.receive(packet, now)
  }

  lose(packet: Packet, now: Time): void {
    this.unknown++
    this.drops.lose(packet, now)
  }
}

/** A port number that another network uses. */
class NoHost implements Port {
  private readonly owner: Switch

  constructor(owner: Switch) {
    this.owner = owner
  }

  receive(packet: Packet, now: Time): void {
    this.owner.lose(packet, now)
  }
}
