// The header of IPv4 (RFC 791). `at` is where the header begins.
import { writeAddress, type Address } from './address.ts'
import { read16, write16 } from './bytes.ts'
import { internetChecksum, updateChecksum } from './checksum.ts'

/** Without options. */
export const IPV4_HEADER_BYTES = 20
export const DONT_FRAGMENT = 0x4000
export const MORE_FRAGMENTS = 0x2000
/** In units of eight bytes. */
export const OFFSET_BITS = 0x1fff

const CHECKSUM_AT = 10

export interface Ipv4Fields {
  /** With options, which the writer puts behind the header himself, first. */
  headerBytes: number
  tos: number
  totalBytes: number
  id: number
  flagsAndOffset: number
  ttl: number
  protocol: number
  src: Address
  dst: Address
}

export function headerLength(ip: Uint8Array, at: number): number {
  return (ip[at]! & 15) * 4
}

export function totalLength(ip: Uint8Array, at: number): number {
  return read16(ip, at + 2)
}

export function identification(ip: Uint8Array, at: number): number {
  return read16(ip, at + 4)
}

export function flagsAndOffset(ip: Uint8Array, at: number): number {
  return read16(ip, at + 6)
}

/** In bytes. */
export function fragmentOffset(ip: Uint8Array, at: number): number {
  return (flagsAndOffset(ip, at) & OFFSET_BITS) * 8
}

export function isFragment(ip: Uint8Array, at: number): boolean {
  return (flagsAndOffset(ip, at) & (MORE_FRAGMENTS | OFFSET_BITS)) !== 0
}

export function setHeaderChecksum(ip: Uint8Array, at: number): void {
  write16(ip, at + CHECKSUM_AT, 0)
  write16(ip, at + CHECKSUM_AT, internetChecksum(ip, at, at + headerLength(ip, at)))
}

export function decrementTtl(ip: Uint8Array, at: number): void {
  const ttlAndProtocol = read16(ip, at + 8)
  ip[at + 8] = ip[at + 8]! - 1
  const checksum = read16(ip, at + CHECKSUM_AT)
  write16(ip, at + CHECKSUM_AT, updateChecksum(checksum, ttlAndProtocol, read16(ip, at + 8)))
}

export function writeIpv4Header(ip: Uint8Array, at: number, fields: Ipv4Fields): void {
  ip[at] = 0x40 | (fields.headerBytes / 4)
  ip[at + 1] = fields.tos
  write16(ip, at + 2, fields.totalBytes)
  write16(ip, at + 4, fields.id)
  write16(ip, at + 6, fields.flagsAndOffset)
  ip[at + 8] = fields.ttl
  ip[at + 9] = fields.protocol
  writeAddress(fields.src, ip, at + 12)
  writeAddress(fields.dst, ip, at + 16)
  setHeaderChecksum(ip, at)
}
