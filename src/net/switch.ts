// A non-blocking switch: it forwards by MAC address into the queue of the port's wire. It also
// keeps the neighbour table of its network, where the virtual address belongs to the director
// alone: real servers hold it without answering for it (the "ARP problem" solved).
//
// What is for everybody goes to all other ports. What is for a group goes to the ports behind which
// somebody listens: RFC 4541 lets such frames go everywhere, but cards drop them unseen there.
import type { Time } from '../kernel/time.ts'
import { Neighbours } from './address.ts'
import { EVERYBODY, LISTENERS, type DropSink, type Packet, type PacketPool } from './packet.ts'
import type { Port } from './packet.ts'

export class Switch implements Port {
  readonly neighbours: Neighbours = new Neighbours()
  /** Frames to a MAC address that no port has. */
  unknown = 0
  private readonly ports: Port[] = []
  /** MAC addresses of its ports, and of those behind which groups are listened to. */
  private readonly macs: number[] = []
  private readonly listeners: number[] = []
  private readonly drops: DropSink
  /** Has the copies of what is for many; null: nobody sends such frames. */
  private readonly pool: PacketPool | null

  constructor(drops: DropSink, pool: PacketPool | null = null) {
    this.drops = drops
    this.pool = pool
  }

  /** Connects a wire towards the host with that MAC address. */
  connect(mac: number, wire: Port): void {
    while (this.ports.length < mac) this.ports.push(new NoHost(this))
    this.ports[mac] = wire
    this.macs.push(mac)
  }

  /** The host with that MAC address listens to groups. */
  listen(mac: number): void {
    this.listeners.push(mac)
  }

  receive(packet: Packet, now: Time): void {
    const mac = packet.dstMac
    if (mac < 0 || mac >= this.ports.length) return this.receiveOther(packet, now)
    this.ports[mac]!.receive(packet, now)
  }

  private receiveOther(packet: Packet, now: Time): void {
    const isForMany = packet.message !== null && this.pool !== null
    if (isForMany && packet.dstMac < -1) this.spread(packet, this.pool, now)
    else this.lose(packet, now)
  }

  /** A message for many: each port gets a copy, the one that it came from none. */
  private spread(packet: Packet, pool: PacketPool, now: Time): void {
    const { srcMac, dstMac, protocol, message } = packet
    const macs = dstMac === EVERYBODY ? this.macs : dstMac === LISTENERS ? this.listeners : []
    for (const mac of macs) {
      if (mac === srcMac) continue
      const copy = pool.takeMessage(protocol, message!, packet.ipBytes)
      copy.src = packet.src
      copy.dst = packet.dst
      copy.dstPort = packet.dstPort
      copy.ttl = packet.ttl
      copy.srcMac = srcMac
      copy.dstMac = mac
      this.ports[mac]!.receive(copy, now)
    }
    pool.endMessage(packet)
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
