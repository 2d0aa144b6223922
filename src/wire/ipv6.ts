// The header of IPv6 (RFC 8200) and the way through its extension headers to the transport. `at` is
// where the header begins.
import { writeAddress, type Address } from './address.ts'
import { read16, write16, write32 } from './bytes.ts'

export const IPV6_HEADER_BYTES = 40
/** Every link carries packets of this size. */
export const IPV6_SMALLEST_MTU = 1280
export const FRAGMENT_HEADER = 44

const HOP_BY_HOP = 0
const ROUTING = 43
const AUTHENTICATION = 51
const DESTINATION_OPTIONS = 60

export interface Ipv6Fields {
  trafficClass: number
  payloadBytes: number
  nextHeader: number
  hopLimit: number
  src: Address
  dst: Address
}

/** What the extension headers lead to. */
export interface Ipv6Payload {
  protocol: number
  at: number
  /** In bytes; zero too where there is no fragment header. */
  fragmentOffset: number
  moreFragments: boolean
}

export function payloadLength(ip: Uint8Array, at: number): number {
  return read16(ip, at + 4)
}

export function trafficClass(ip: Uint8Array, at: number): number {
  return (read16(ip, at) >> 4) & 255
}

export function decrementHopLimit(ip: Uint8Array, at: number): void {
  ip[at + 7] = ip[at + 7]! - 1
}

/** Past the packet's end, or in a later fragment, the walk stops where it is. */
export function findPayload(ip: Uint8Array, at: number): Ipv6Payload {
  const end = Math.min(ip.length, at + IPV6_HEADER_BYTES + payloadLength(ip, at))
  const found: Ipv6Payload = {
    protocol: ip[at + 6]!,
    at: at + IPV6_HEADER_BYTES,
    fragmentOffset: 0,
    moreFragments: false,
  }
  while (found.fragmentOffset === 0 && found.at + 8 <= end) {
    const size = extensionBytes(found.protocol, ip[found.at + 1]!)
    if (size === 0) break
    if (found.protocol === FRAGMENT_HEADER) {
      const word = read16(ip, found.at + 2)
      found.fragmentOffset = word & 0xfff8
      found.moreFragments = (word & 1) === 1
    }
    found.protocol = ip[found.at]!
    found.at += size
  }
  return found
}

/** Zero for what is not an extension header. */
function extensionBytes(header: number, length: number): number {
  if (header === FRAGMENT_HEADER) return 8
  if (header === AUTHENTICATION) return 4 * (length + 2)
  const isLong = header === HOP_BY_HOP || header === ROUTING || header === DESTINATION_OPTIONS
  return isLong ? 8 * (length + 1) : 0
}

export function writeIpv6Header(ip: Uint8Array, at: number, fields: Ipv6Fields): void {
  write32(ip, at, (6 << 28) | (fields.trafficClass << 20))
  write16(ip, at + 4, fields.payloadBytes)
  ip[at + 6] = fields.nextHeader
  ip[at + 7] = fields.hopLimit
  writeAddress(fields.src, ip, at + 8)
  writeAddress(fields.dst, ip, at + 24)
}
