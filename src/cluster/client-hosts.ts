// The hosts of a population of clients: source addresses dealt in turn to hosts, each host with its
// own wire to the switch. Requests go to the virtual address, at the MAC address that the host has
// learnt for it, or to the host's router.
import type { Time } from '../kernel/time.ts'
import { addressAt, isBooked } from '../wire/address.ts'
import type { Learnt } from '../net/address.ts'
import type { Packet, Port } from '../net/packet.ts'
import type { PortRange } from '../net/port-range.ts'

export interface ClientHostsOptions {
  /** First address, and how many in a row. */
  firstAddress: number
  addresses: number
  /** Source ports of each address. */
  ports: PortRange
  /** MAC address of the first host; the others follow. */
  firstMac: number
  uplinks: Port[]
  vip: number
  vipPort: number
  /** Where each host sends what is for the virtual address: what it has learnt, or its router. */
  nextHops: Learnt[]
}

export class ClientHosts {
  readonly addresses: number
  readonly firstPort: number
  private readonly options: ClientHostsOptions
  private readonly firstAddress: number
  /** Of IPv6, whose numbers do not follow one another; null for IPv4. */
  private readonly booked: Int32Array | null
  private readonly firstMac: number
  private readonly vip: number
  private readonly vipPort: number
  private readonly nextHops: Learnt[]
  private readonly uplinks: Port[]
  private readonly hosts: number

  constructor(options: ClientHostsOptions) {
    this.options = options
    this.addresses = options.addresses
    this.firstPort = options.ports.first
    const first = options.firstAddress | 0
    this.firstAddress = first
    this.booked = isBooked(first)
      ? Int32Array.from({ length: options.addresses }, (_, index) => addressAt(first, index))
      : null
    this.firstMac = options.firstMac
    this.vip = options.vip | 0
    this.vipPort = options.vipPort
    this.nextHops = options.nextHops
    this.uplinks = options.uplinks
    this.hosts = this.options.uplinks.length
  }

  /** Source address number `index`. */
  addressOf(index: number): number {
    return this.booked === null ? (this.firstAddress + index) | 0 : this.booked[index]!
  }

  /** Number of one of its source addresses. */
  indexOf(address: number): number {
    return this.booked === null ? (address - this.firstAddress) >>> 0 : this.booked.indexOf(address)
  }

  /** Sends a packet from an address and port to the virtual service. */
  send(packet: Packet, addressIndex: number, port: number, now: Time): void {
    const host = this.hosts === 1 ? 0 : addressIndex % this.hosts
    packet.src = this.addressOf(addressIndex)
    packet.srcPort = port
    packet.dst = this.vip
    packet.dstPort = this.vipPort
    packet.srcMac = this.firstMac + host
    packet.dstMac = this.nextHops[host]!.mac
    this.uplinks[host]!.receive(packet, now)
  }
}
