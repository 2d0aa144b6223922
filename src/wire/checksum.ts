// The Internet checksum: one's complement sums of 16-bit words (RFC 1071), their incremental update
// (RFC 1624) and the pseudo headers that TCP, UDP and ICMPv6 include (RFC 9293 3.1, RFC 8200 8.1).
// A sum of words is kept unfolded below 2^32; no packet of 64 KiB reaches that.
import { isIpv6, wordOf, type Address } from './address.ts'
import { read16 } from './bytes.ts'

/** The words from `from` to before `to`, added to `sum`; an odd last byte is the upper half. */
export function sum16(bytes: Uint8Array, from: number, to: number, sum: number = 0): number {
  let at = from
  for (; at + 1 < to; at += 2) sum += read16(bytes, at)
  return at < to ? sum + (bytes[at]! << 8) : sum
}

/** The sum with its carries brought round to 16 bits; zero only if every word was. */
export function foldSum(sum: number): number {
  const once = (sum >>> 16) + (sum & 0xffff)
  return (once >>> 16) + (once & 0xffff)
}

export function internetChecksum(
  bytes: Uint8Array,
  from: number,
  to: number,
  sum: number = 0,
): number {
  return foldSum(sum16(bytes, from, to, sum)) ^ 0xffff
}

/** C' = ~(~C +' ~old +' new): a checksum that was wrong stays wrong by as much. */
export function updateChecksum(checksum: number, oldWord: number, newWord: number): number {
  return foldSum((checksum ^ 0xffff) + (oldWord ^ 0xffff) + newWord) ^ 0xffff
}

/** The checksum after an address under it became another of its family. */
export function updateForAddress(checksum: number, from: Address, to: Address): number {
  for (let index = isIpv6(from) ? 0 : 3; index < 4; index++) {
    const removed = wordOf(from, index)
    const added = wordOf(to, index)
    checksum = updateChecksum(checksum, removed >>> 16, added >>> 16)
    checksum = updateChecksum(checksum, removed & 0xffff, added & 0xffff)
  }
  return checksum
}

/** What a transport checksum includes of the IP header at `at`: addresses, protocol, length. */
export function pseudoHeaderSum(
  packet: Uint8Array,
  at: number,
  protocol: number,
  length: number,
): number {
  const isV6 = packet[at]! >> 4 === 6
  const addresses = isV6 ? sum16(packet, at + 8, at + 40) : sum16(packet, at + 12, at + 20)
  return addresses + protocol + length
}
