// The hosts of a population of clients: source addresses dealt in turn to hosts, each host with its
// own wire to the switch. Requests go to the virtual address, whose MAC address is the director's.
import type { Time } from '../kernel/time.ts'
import type { Packet, Port } from '../net/packet.ts'

/** First port of Linux's ephemeral range, and how many there are (32768 to 60999). */
export const FIRST_PORT = 32_768
export const PORTS = 28_232

export interface ClientHostsOptions {
  /** First address, and how many in a row. */
  firstAddress: number
  addresses: number
  /** MAC address of the first host; the others follow. */
  firstMac: number
  uplinks: Port[]
  vip: number
  vipPort: number
  vipMac: number
}

export class ClientHosts {
  readonly addresses: number
  private readonly options: ClientHostsOptions
  private readonly firstAddress: number
  private readonly firstMac: number
  private readonly vip: number
  private readonly vipPort: number
  private readonly vipMac: number
  private readonly uplinks: Port[]
  private readonly hosts: number

  constructor(options: ClientHostsOptions) {
    this.options = options
    this.addresses = options.addresses
    this.firstAddress = options.firstAddress | 0
    this.firstMac = options.firstMac
    this.vip = options.vip | 0
    this.vipPort = options.vipPort
    this.vipMac = options.vipMac
    this.uplinks = options.uplinks
    this.hosts = this.options.uplinks.length
  }

  /** Source address number `index`. */
  addressOf(index: number): number {
    return (this.firstAddress + index) | 0
  }

  /** Sends a packet from an address and port to the virtual service. */
  send(packet: Packet, addressIndex: number, port: number, now: Time): void {
    const host = this.hosts === 1 ? 0 : addressIndex % this.hosts
    packet.src = (this.firstAddress + addressIndex) | 0
    packet.srcPort = port
    packet.dst = this.vip
    packet.dstPort = this.vipPort
    packet.srcMac = this.firstMac + host
    packet.dstMac = this.vipMac
    this.uplinks[host]!.receive(packet, now)
  }
}
