// The headers of both families, read as one: what a director needs of a packet before it looks at
// the transport. `at` is where the header begins, which is not zero for a packet inside another.
import { readAddress, type Address } from './address.ts'
import * as v4 from './ipv4.ts'
import * as v6 from './ipv6.ts'

export type Side = 'source' | 'destination'

export interface IpHeader {
  version: 4 | 6
  src: Address
  dst: Address
  tos: number
  ttl: number
  /** What comes behind the header, and behind IPv6's extension headers. */
  protocol: number
  transportAt: number
  /** Where the packet ends, were it whole: a quoted packet may be cut short of that. */
  end: number
  /** In bytes. */
  fragmentOffset: number
  moreFragments: boolean
  dontFragment: boolean
}

/** Null if the bytes are too few for the header, or it is of no known version. */
export function readIp(ip: Uint8Array, at: number = 0): IpHeader | null {
  const version = at < ip.length ? ip[at]! >> 4 : 0
  if (version === 4) return readIpv4(ip, at)
  return version === 6 ? readIpv6(ip, at) : null
}

function readIpv4(ip: Uint8Array, at: number): IpHeader | null {
  const size = v4.headerLength(ip, at)
  if (size < v4.IPV4_HEADER_BYTES || at + size > ip.length) return null
  const flags = v4.flagsAndOffset(ip, at)
  return {
    version: 4,
    src: readAddress(ip, at + 12, 4),
    dst: readAddress(ip, at + 16, 4),
    tos: ip[at + 1]!,
    ttl: ip[at + 8]!,
    protocol: ip[at + 9]!,
    transportAt: at + size,
    end: at + v4.totalLength(ip, at),
    fragmentOffset: v4.fragmentOffset(ip, at),
    moreFragments: (flags & v4.MORE_FRAGMENTS) !== 0,
    dontFragment: (flags & v4.DONT_FRAGMENT) !== 0,
  }
}

function readIpv6(ip: Uint8Array, at: number): IpHeader | null {
  if (at + v6.IPV6_HEADER_BYTES > ip.length) return null
  const payload = v6.findPayload(ip, at)
  return {
    version: 6,
    src: readAddress(ip, at + 8, 16),
    dst: readAddress(ip, at + 24, 16),
    tos: v6.trafficClass(ip, at),
    ttl: ip[at + 7]!,
    protocol: payload.protocol,
    transportAt: payload.at,
    end: at + v6.IPV6_HEADER_BYTES + v6.payloadLength(ip, at),
    fragmentOffset: payload.fragmentOffset,
    moreFragments: payload.moreFragments,
    dontFragment: false,
  }
}

/** One hop less to live, the header checksum of IPv4 kept right. */
export function spendHop(ip: Uint8Array, at: number = 0): void {
  if (ip[at]! >> 4 === 4) v4.decrementTtl(ip, at)
  else v6.decrementHopLimit(ip, at)
}
