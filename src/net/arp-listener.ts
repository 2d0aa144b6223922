// In front of a host on a network where addresses move: it hears gratuitous ARP (RFC 5227, 3) and
// unsolicited neighbour advertisements (RFC 4861, 7.2.6), and passes everything else on. Who has
// asked for the address takes the sender's MAC address for it, from when the frame arrives.
import type { Time } from '../kernel/time.ts'
import { readAddress } from '../wire/address.ts'
import type { Neighbours } from './address.ts'
import { ARP, ICMP, type Packet, type PacketPool, type Port } from './packet.ts'

/** Where an ARP packet over IPv4 names its sender (RFC 826). */
const SENDER_ADDRESS = 14
/** The target of a neighbour advertisement, behind the IPv6 header (RFC 4861, 4.4). */
const TARGET_ADDRESS = 48

/** Told after a host has learnt something new. */
export interface ArpWitness {
  learnt(address: number, now: Time): void
}

export class ArpListener implements Port {
  private readonly mac: number
  private readonly neighbours: Neighbours
  private readonly pool: PacketPool
  private readonly witness: ArpWitness
  private readonly host: Port

  constructor(
    mac: number,
    neighbours: Neighbours,
    pool: PacketPool,
    witness: ArpWitness,
    host: Port,
  ) {
    this.mac = mac
    this.neighbours = neighbours
    this.pool = pool
    this.witness = witness
    this.host = host
  }

  receive(packet: Packet, now: Time): void {
    const { message, protocol } = packet
    if (message === null) return this.host.receive(packet, now)
    if (protocol !== ARP && protocol !== ICMP) return this.host.receive(packet, now)
    const isArp = protocol === ARP
    const address = readAddress(message, isArp ? SENDER_ADDRESS : TARGET_ADDRESS, isArp ? 4 : 16)
    const isNews = this.neighbours.hear(address, packet.srcMac, this.mac)
    this.pool.endMessage(packet)
    if (isNews) this.witness.learnt(address, now)
  }
}
