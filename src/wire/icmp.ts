// ICMP (RFC 792) and ICMPv6 (RFC 4443): which messages are errors, and errors made as a Linux host
// makes them: the packet complained about is quoted as far as 576 bytes (1280 for IPv6) allow.
import type { Address } from './address.ts'
import { write16, write32 } from './bytes.ts'
import { internetChecksum, pseudoHeaderSum } from './checksum.ts'
import { IPV4_HEADER_BYTES, writeIpv4Header } from './ipv4.ts'
import { IPV6_HEADER_BYTES, IPV6_SMALLEST_MTU, writeIpv6Header } from './ipv6.ts'
import { ICMP, ICMPV6 } from './protocols.ts'

/** Before the quoted packet, or the data. */
export const ICMP_HEADER_BYTES = 8

export const DESTINATION_UNREACHABLE = 3
export const SOURCE_QUENCH = 4
const REDIRECT = 5
export const TIME_EXCEEDED = 11
const PARAMETER_PROBLEM = 12
/** Codes of DESTINATION_UNREACHABLE. */
export const HOST_UNREACHABLE = 1
export const PORT_UNREACHABLE = 3
export const FRAGMENTATION_NEEDED = 4

export const V6_DESTINATION_UNREACHABLE = 1
export const V6_PACKET_TOO_BIG = 2
export const V6_TIME_EXCEEDED = 3
/** Codes of V6_DESTINATION_UNREACHABLE. */
export const V6_ADDRESS_UNREACHABLE = 3
export const V6_PORT_UNREACHABLE = 4

const MOST_IPV4_BYTES = 576
const OWN_TTL = 64
/** Of the type of service, an error keeps these bits of the packet's and adds its precedence. */
const KEPT_TOS = 0x1e
const INTERNETWORK_CONTROL = 0xc0

export interface IcmpError {
  type: number
  code: number
  /** The four bytes behind the checksum, for instance an MTU. */
  rest: number
  src: Address
  dst: Address
  /** Of the IPv4 header. */
  id: number
}

export function isIcmpError(type: number): boolean {
  const isOther = type === SOURCE_QUENCH || type === REDIRECT || type === PARAMETER_PROBLEM
  return type === DESTINATION_UNREACHABLE || type === TIME_EXCEEDED || isOther
}

export function isIcmpv6Error(type: number): boolean {
  return type < 128
}

/** An error about `quoted`, in the same family. */
export function buildIcmpError(quoted: Uint8Array, error: IcmpError): Uint8Array {
  return quoted[0]! >> 4 === 6 ? buildV6(quoted, error) : buildV4(quoted, error)
}

function buildV4(quoted: Uint8Array, error: IcmpError): Uint8Array {
  const totalBytes = Math.min(
    MOST_IPV4_BYTES,
    IPV4_HEADER_BYTES + ICMP_HEADER_BYTES + quoted.length,
  )
  const packet = new Uint8Array(totalBytes)
  writeIpv4Header(packet, 0, {
    headerBytes: IPV4_HEADER_BYTES,
    tos: (quoted[1]! & KEPT_TOS) | INTERNETWORK_CONTROL,
    totalBytes,
    id: error.id,
    flagsAndOffset: 0,
    ttl: OWN_TTL,
    protocol: ICMP,
    src: error.src,
    dst: error.dst,
  })
  writeMessage(packet, IPV4_HEADER_BYTES, quoted, error)
  setIcmpChecksum(packet, 0, IPV4_HEADER_BYTES, totalBytes)
  return packet
}

function buildV6(quoted: Uint8Array, error: IcmpError): Uint8Array {
  const headers = IPV6_HEADER_BYTES + ICMP_HEADER_BYTES
  const packet = new Uint8Array(Math.min(IPV6_SMALLEST_MTU, headers + quoted.length))
  writeIpv6Header(packet, 0, {
    trafficClass: 0,
    payloadBytes: packet.length - IPV6_HEADER_BYTES,
    nextHeader: ICMPV6,
    hopLimit: OWN_TTL,
    src: error.src,
    dst: error.dst,
  })
  writeMessage(packet, IPV6_HEADER_BYTES, quoted, error)
  setIcmpChecksum(packet, 0, IPV6_HEADER_BYTES, packet.length)
  return packet
}

function writeMessage(packet: Uint8Array, at: number, quoted: Uint8Array, error: IcmpError): void {
  packet[at] = error.type
  packet[at + 1] = error.code
  write32(packet, at + 4, error.rest)
  const dataAt = at + ICMP_HEADER_BYTES
  packet.set(quoted.subarray(0, packet.length - dataAt), dataAt)
}

/** Of the message from `at` to `end` under the IP header at `ipAt`, whose family decides. */
export function setIcmpChecksum(packet: Uint8Array, ipAt: number, at: number, end: number): void {
  write16(packet, at + 2, 0)
  write16(packet, at + 2, icmpChecksum(packet, ipAt, at, end))
}

/** Over a message that contains its checksum: 0 says that it is right. */
export function icmpChecksum(packet: Uint8Array, ipAt: number, at: number, end: number): number {
  const isV6 = packet[ipAt]! >> 4 === 6
  return internetChecksum(
    packet,
    at,
    end,
    isV6 ? pseudoHeaderSum(packet, ipAt, ICMPV6, end - at) : 0,
  )
}
