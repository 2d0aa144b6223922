// Receive-side scaling: the hash of a packet chooses one of 128 entries of the indirection table,
// the entry a queue. With a number of queues that does not divide 128 some queues have an entry
// more than others.
import { TCP, type Packet } from './packet.ts'
import { isBooked } from '../wire/address.ts'
import { toeplitzAddresses, toeplitzIpv6, toeplitzPorts } from './toeplitz.ts'

export const INDIRECTION_ENTRIES = 128

type Hashed = Pick<Packet, 'src' | 'dst' | 'srcPort' | 'dstPort' | 'protocol'>

export class Rss {
  private readonly table: Uint16Array
  private readonly udpPorts: boolean

  /** `udpPorts`: UDP by addresses and ports (udp4) instead of by addresses only. */
  constructor(queues: number, udpPorts: boolean) {
    this.table = Uint16Array.from({ length: INDIRECTION_ENTRIES }, (_, entry) => entry % queues)
    this.udpPorts = udpPorts
  }

  /** The outer header counts when there is one; tunnelled packets do not arrive at a director. */
  queueOf(packet: Hashed): number {
    const { src, dst } = packet
    if (isBooked(src)) return this.queueOfIpv6(packet)
    const hash =
      packet.protocol === TCP || this.udpPorts
        ? toeplitzPorts(src, dst, packet.srcPort, packet.dstPort)
        : toeplitzAddresses(src, dst)
    return this.table[hash & (INDIRECTION_ENTRIES - 1)]!
  }

  private queueOfIpv6(packet: Hashed): number {
    const hasPorts = packet.protocol === TCP || this.udpPorts
    const hash = toeplitzIpv6(packet.src, packet.dst, hasPorts ? packet : null)
    return this.table[hash & (INDIRECTION_ENTRIES - 1)]!
  }
}
