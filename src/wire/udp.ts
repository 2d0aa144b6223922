// The header of UDP (RFC 768). A checksum of zero says that there is none, so that a computed zero
// is sent as all ones.
import { write16 } from './bytes.ts'
import { internetChecksum, pseudoHeaderSum } from './checksum.ts'
import { UDP } from './protocols.ts'

export const UDP_HEADER_BYTES = 8
export const UDP_CHECKSUM_AT = 6

/** A computed checksum as UDP sends it. */
export function udpChecksum(computed: number): number {
  return computed === 0 ? 0xffff : computed
}

/** Computes the checksum of the datagram from `at` to `end` under the IP header at `ipAt`. */
export function setUdpChecksum(packet: Uint8Array, ipAt: number, at: number, end: number): void {
  write16(packet, at + UDP_CHECKSUM_AT, 0)
  const pseudo = pseudoHeaderSum(packet, ipAt, UDP, end - at)
  write16(packet, at + UDP_CHECKSUM_AT, udpChecksum(internetChecksum(packet, at, end, pseudo)))
}
