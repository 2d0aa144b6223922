// IP packets inside others, as a tunnelling director wraps them: IP in IP (RFC 2003, RFC 2473),
// generic UDP encapsulation (draft-ietf-intarea-gue, version 0) and GRE (RFC 2784).
import { isIpv6, type Address } from './address.ts'
import { write16 } from './bytes.ts'
import { internetChecksum } from './checksum.ts'
import { DONT_FRAGMENT, IPV4_HEADER_BYTES, writeIpv4Header } from './ipv4.ts'
import { IPV6_HEADER_BYTES, trafficClass, writeIpv6Header } from './ipv6.ts'
import { GRE, IPIP, IPV6_IN_IP, UDP } from './protocols.ts'
import { setUdpChecksum, UDP_HEADER_BYTES } from './udp.ts'

/** What stands between the outer header and the packet. */
export type Encapsulation =
  | { kind: 'ipip' }
  | { kind: 'gue'; sourcePort: number; destinationPort: number; checksum: boolean }
  | { kind: 'gre'; checksum: boolean }

/** The fields of the outer header that the packet inside does not give. */
export interface OuterHeader {
  src: Address
  dst: Address
  /** These two of an IPv4 header alone. */
  dontFragment: boolean
  id: number
}

const GUE_HEADER_BYTES = 4
const GRE_HEADER_BYTES = 4
const GRE_CHECKSUM = 0x8000
const ETHERTYPE_IPV4 = 0x0800
const ETHERTYPE_IPV6 = 0x86dd
const ECN_BITS = 3
const ECT_0 = 2

/** By how much the packet grows, for an outer header of the family of `address`. */
export function tunnelBytes(encapsulation: Encapsulation, address: Address): number {
  const outer = isIpv6(address) ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES
  return outer + betweenBytes(encapsulation)
}

function betweenBytes(encapsulation: Encapsulation): number {
  if (encapsulation.kind === 'ipip') return 0
  if (encapsulation.kind === 'gue') return UDP_HEADER_BYTES + GUE_HEADER_BYTES
  return encapsulation.checksum ? GRE_HEADER_BYTES + 4 : GRE_HEADER_BYTES
}

/** The packet wrapped; the outer header lives as long and is treated as the packet itself. */
export function encapsulate(
  inner: Uint8Array,
  outer: OuterHeader,
  encapsulation: Encapsulation,
): Uint8Array {
  const innerProtocol = inner[0]! >> 4 === 6 ? IPV6_IN_IP : IPIP
  const at = isIpv6(outer.dst) ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES
  const packet = new Uint8Array(at + betweenBytes(encapsulation) + inner.length)
  packet.set(inner, packet.length - inner.length)
  if (encapsulation.kind === 'ipip') {
    writeOuter(packet, outer, innerProtocol, inner)
  } else if (encapsulation.kind === 'gue') {
    writeOuter(packet, outer, UDP, inner)
    writeGue(packet, at, innerProtocol, encapsulation)
  } else {
    writeOuter(packet, outer, GRE, inner)
    writeGre(packet, at, innerProtocol, encapsulation.checksum)
  }
  return packet
}

function writeOuter(
  packet: Uint8Array,
  outer: OuterHeader,
  protocol: number,
  inner: Uint8Array,
): void {
  const isInnerV6 = inner[0]! >> 4 === 6
  const tos = outerTos(isInnerV6 ? trafficClass(inner, 0) : inner[1]!)
  const ttl = isInnerV6 ? inner[7]! : inner[8]!
  const { src, dst } = outer
  if (isIpv6(dst)) {
    const payloadBytes = packet.length - IPV6_HEADER_BYTES
    writeIpv6Header(packet, 0, {
      trafficClass: tos,
      payloadBytes,
      nextHeader: protocol,
      hopLimit: ttl,
      src,
      dst,
    })
    return
  }
  writeIpv4Header(packet, 0, {
    headerBytes: IPV4_HEADER_BYTES,
    tos,
    totalBytes: packet.length,
    id: outer.id,
    flagsAndOffset: outer.dontFragment ? DONT_FRAGMENT : 0,
    ttl,
    protocol,
    src,
    dst,
  })
}

/** The packet's own, but congestion met inside is not met again outside (RFC 6040, 4.1). */
function outerTos(tos: number): number {
  return (tos & ECN_BITS) === ECN_BITS ? (tos & ~ECN_BITS) | ECT_0 : tos
}

function writeGue(
  packet: Uint8Array,
  at: number,
  innerProtocol: number,
  gue: Encapsulation & { kind: 'gue' },
): void {
  write16(packet, at, gue.sourcePort)
  write16(packet, at + 2, gue.destinationPort)
  write16(packet, at + 4, packet.length - at)
  packet[at + UDP_HEADER_BYTES + 1] = innerProtocol
  if (gue.checksum) setUdpChecksum(packet, 0, at, packet.length)
}

function writeGre(packet: Uint8Array, at: number, innerProtocol: number, checksum: boolean): void {
  write16(packet, at, checksum ? GRE_CHECKSUM : 0)
  write16(packet, at + 2, innerProtocol === IPIP ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6)
  if (checksum) write16(packet, at + 4, internetChecksum(packet, at, packet.length))
}
