// ICMP errors of the director's own stack, and which packets deserve one (RFC 1122, 3.2.2; RFC
// 4443, 2.4): never an error, a later fragment, or what was for many.
import { isMulticast, isUnspecified, type Address } from '../wire/address.ts'
import {
  FRAGMENTATION_NEEDED,
  DESTINATION_UNREACHABLE,
  HOST_UNREACHABLE,
  PORT_UNREACHABLE,
  TIME_EXCEEDED,
  V6_ADDRESS_UNREACHABLE,
  V6_DESTINATION_UNREACHABLE,
  V6_PACKET_TOO_BIG,
  V6_PORT_UNREACHABLE,
  V6_TIME_EXCEEDED,
  buildIcmpError,
  isIcmpError,
  isIcmpv6Error,
} from '../wire/icmp.ts'
import { readIp } from '../wire/ip.ts'
import { Datagram } from './datagram.ts'

export type Complaint =
  | 'port unreachable'
  | 'host unreachable'
  | 'network unreachable'
  | 'prohibited'
  | 'protocol unreachable'
  | 'time exceeded'
  | 'too big'

/** Type and code, of ICMP and of ICMPv6. */
const NUMBERS: Record<Complaint, [[number, number], [number, number]]> = {
  'port unreachable': [
    [DESTINATION_UNREACHABLE, PORT_UNREACHABLE],
    [V6_DESTINATION_UNREACHABLE, V6_PORT_UNREACHABLE],
  ],
  'host unreachable': [
    [DESTINATION_UNREACHABLE, HOST_UNREACHABLE],
    [V6_DESTINATION_UNREACHABLE, V6_ADDRESS_UNREACHABLE],
  ],
  'network unreachable': [
    [DESTINATION_UNREACHABLE, 0],
    [V6_DESTINATION_UNREACHABLE, 0],
  ],
  prohibited: [
    [DESTINATION_UNREACHABLE, 13],
    [V6_DESTINATION_UNREACHABLE, 1],
  ],
  'protocol unreachable': [
    [DESTINATION_UNREACHABLE, 2],
    [4, 1],
  ],
  'time exceeded': [
    [TIME_EXCEEDED, 0],
    [V6_TIME_EXCEEDED, 0],
  ],
  'too big': [
    [DESTINATION_UNREACHABLE, FRAGMENTATION_NEEDED],
    [V6_PACKET_TOO_BIG, 0],
  ],
}
/** Of ICMPv6's parameter problem about a next header: where in the packet that stands. */
const NEXT_HEADER_AT = 6
/** Identification, header checksum. */
export const RANDOM_ID: [number, number][] = [
  [4, 6],
  [10, 12],
]

/**
 * Of IPv6: a hash under a key of the boot. The traffic class ends in the first of these bytes.
 */
export const FLOW_LABEL: [number, number][] = [[1, 4]]

/** May the sender of this packet be told of anything? */
export function mayComplain(about: Datagram): boolean {
  if (about.header.fragmentOffset > 0 || isMulticast(about.dst)) return false
  if (isUnspecified(about.src) || isMulticast(about.src)) return false
  if (!about.isIcmp) return true
  const type = about.bytes[about.transportAt]
  if (type === undefined) return false
  return about.isIpv6 ? !isIcmpv6Error(type) : !isIcmpError(type)
}

/**
 * The error, from one of the director's addresses to the packet's source; `mtu` goes with too big.
 */
export function complain(
  about: Datagram,
  complaint: Complaint,
  from: Address,
  mtu: number,
): Datagram {
  return quote(about.bytes, NUMBERS[complaint][about.isIpv6 ? 1 : 0], from, about.src, {
    rest: restOf(complaint, about.isIpv6, mtu),
  })
}

function restOf(complaint: Complaint, isIpv6: boolean, mtu: number): number {
  if (complaint === 'too big') return mtu
  return isIpv6 && complaint === 'protocol unreachable' ? NEXT_HEADER_AT : 0
}

/** An ICMP error with any type and code about these bytes. */
export function quote(
  about: Uint8Array,
  [type, code]: [number, number],
  src: Address,
  dst: Address,
  { rest }: { rest: number },
): Datagram {
  const bytes = buildIcmpError(about, { type, code, rest, src, dst, id: 0 })
  const error = new Datagram(bytes, readIp(bytes)!)
  error.isOwn = true
  error.random = error.isIpv6 ? FLOW_LABEL : RANDOM_ID
  return error
}
