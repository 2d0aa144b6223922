// An IP packet in the words of a recorded trace: the fields that tell one packet from another, the
// packets inside it likewise, and a word about a checksum only where it is wrong or missing.
import { readAddress } from '../wire/address.ts'
import { formatAddress, formatEndpoint } from '../wire/address-text.ts'
import { read16, read32 } from '../wire/bytes.ts'
import { foldSum, pseudoHeaderSum, sum16 } from '../wire/checksum.ts'
import { toHex } from '../wire/hex.ts'
import { ICMP_HEADER_BYTES, isIcmpError, isIcmpv6Error } from '../wire/icmp.ts'
import * as v4 from '../wire/ipv4.ts'
import { FRAGMENT_HEADER, IPV6_HEADER_BYTES, payloadLength, trafficClass } from '../wire/ipv6.ts'
import { GRE, ICMP, ICMPV6, IPIP, IPV6_IN_IP, SCTP, TCP, UDP } from '../wire/protocols.ts'
import { CHUNK_NAMES, firstChunk } from '../wire/sctp.ts'
import {
  acknowledgement,
  sequenceNumber,
  TCP_FLAG_LETTERS,
  TCP_HEADER_BYTES,
  tcpFlags,
} from '../wire/tcp.ts'
import { UDP_CHECKSUM_AT, UDP_HEADER_BYTES } from '../wire/udp.ts'

export interface PacketWords {
  /** A name, a number, or 'truncated' for bytes that end too early. */
  proto: string
  id?: number
  df?: true
  ip_csum?: 'bad'
  ttl?: number
  tos?: number
  len?: number
  frag?: { offset: number; mf: boolean }
  src?: string
  dst?: string
  csum?: 'bad' | 'zero'
  flags?: string
  seq?: number
  ack?: number
  chunk?: string | number
  type?: number
  code?: number
  rest?: number
  /** The headers between an outer packet and the one in it, in hexadecimal. */
  gue?: string
  gre?: string
  inner?: PacketWords
  embed?: PacketWords
}

/** The part behind the IP header, and what is known of it from there. */
interface Body {
  ip: Uint8Array
  protocol: number
  bytes: Uint8Array
  /** Neither a fragment nor cut short, so that checksums can be judged. */
  isWhole: boolean
  guePorts: readonly number[]
}

const NAMES = new Map<number, string>([
  [TCP, 'tcp'],
  [UDP, 'udp'],
  [ICMP, 'icmp'],
  [SCTP, 'sctp'],
  [IPIP, 'ipip'],
  [GRE, 'gre'],
  [ICMPV6, 'icmpv6'],
  [IPV6_IN_IP, 'ip6ip'],
])

/** GRE's optional words: checksum, key and sequence number. */
const GRE_OPTIONS = [0x8000, 0x2000, 0x1000]

/** `guePorts` are the UDP ports behind which packets are encapsulated. */
export function describe(ip: Uint8Array, guePorts: readonly number[]): PacketWords {
  const isV6 = ip.length > 0 && ip[0]! >> 4 === 6
  if (ip.length < (isV6 ? IPV6_HEADER_BYTES : v4.IPV4_HEADER_BYTES)) return { proto: 'truncated' }
  const words = isV6 ? describeIpv6(ip, guePorts) : describeIpv4(ip, guePorts)
  return words ?? { proto: 'truncated' }
}

function describeIpv4(ip: Uint8Array, guePorts: readonly number[]): PacketWords | null {
  const headerBytes = v4.headerLength(ip, 0)
  const end = v4.totalLength(ip, 0)
  const flags = v4.flagsAndOffset(ip, 0)
  const words: PacketWords = { id: v4.identification(ip, 0), proto: nameOf(ip[9]!), ttl: ip[8]! }
  if ((flags & v4.DONT_FRAGMENT) !== 0) words.df = true
  if (!isRight(sum16(ip, 0, Math.min(headerBytes, ip.length)))) words.ip_csum = 'bad'
  if (ip[1]! > 0) words.tos = ip[1]!
  const isWhole = !v4.isFragment(ip, 0) && ip.length >= end
  const bytes = ip.subarray(headerBytes, end)
  return describeRest(words, { ip, protocol: ip[9]!, bytes, isWhole, guePorts }, flags)
}

function describeIpv6(ip: Uint8Array, guePorts: readonly number[]): PacketWords | null {
  const length = payloadLength(ip, 0)
  let bytes = ip.subarray(IPV6_HEADER_BYTES, IPV6_HEADER_BYTES + length)
  let protocol = ip[6]!
  let flags = 0
  let isWhole = bytes.length === length
  if (protocol === FRAGMENT_HEADER) {
    if (bytes.length < 4) return null
    const word = read16(bytes, 2)
    flags = ((word & 1) === 1 ? v4.MORE_FRAGMENTS : 0) | (word >> 3)
    protocol = bytes[0]!
    bytes = bytes.subarray(8)
    isWhole &&= flags === 0
  }
  const words: PacketWords = { proto: nameOf(protocol), ttl: ip[7]! }
  const tos = trafficClass(ip, 0)
  if (tos > 0) words.tos = tos
  return describeRest(words, { ip, protocol, bytes, isWhole, guePorts }, flags)
}

/** `flags` as IPv4 has them in its header. */
function describeRest(words: PacketWords, body: Body, flags: number): PacketWords | null {
  const [srcAt, dstAt, size] = body.ip[0]! >> 4 === 6 ? [8, 24, 16] : [12, 16, 4]
  const src = readAddress(body.ip, srcAt, size)
  const dst = readAddress(body.ip, dstAt, size)
  words.len = body.ip.length
  words.src = formatAddress(src)
  words.dst = formatAddress(dst)
  const offset = (flags & v4.OFFSET_BITS) * 8
  const mf = (flags & v4.MORE_FRAGMENTS) !== 0
  if (offset > 0 || mf) words.frag = { offset, mf }
  if (offset > 0) return words
  const { protocol, bytes } = body
  if (protocol === TCP || protocol === UDP || protocol === SCTP) {
    if (bytes.length < 4) return null
    words.src = formatEndpoint(src, read16(bytes, 0))
    words.dst = formatEndpoint(dst, read16(bytes, 2))
  }
  return describeTransport(words, body)
}

function describeTransport(words: PacketWords, body: Body): PacketWords | null {
  const { protocol, bytes, guePorts } = body
  if (protocol === TCP) return describeTcp(words, body)
  if (protocol === UDP) return describeUdp(words, body)
  if (protocol === ICMP || protocol === ICMPV6) return describeIcmp(words, body)
  if (protocol === GRE) return describeGre(words, body)
  if (protocol === IPIP || protocol === IPV6_IN_IP) words.inner = describe(bytes, guePorts)
  if (protocol === SCTP) {
    const chunk = firstChunk(bytes, 0, bytes.length)
    if (chunk >= 0) words.chunk = CHUNK_NAMES[chunk] ?? chunk
  }
  return words
}

function describeTcp(words: PacketWords, body: Body): PacketWords {
  if (body.bytes.length < TCP_HEADER_BYTES) return words
  const flags = tcpFlags(body.bytes, 0)
  words.flags = TCP_FLAG_LETTERS.replace(/./g, (letter, bit: number) =>
    (flags >> bit) & 1 ? letter : '',
  )
  words.seq = sequenceNumber(body.bytes, 0)
  words.ack = acknowledgement(body.bytes, 0)
  judge(words, body)
  return words
}

function describeUdp(words: PacketWords, body: Body): PacketWords | null {
  const { bytes, guePorts } = body
  if (guePorts.includes(read16(bytes, 2))) {
    if (bytes.length < UDP_HEADER_BYTES + 2) return null
    const first = bytes[UDP_HEADER_BYTES]!
    const kind = bytes[UDP_HEADER_BYTES + 1]!
    const inner = bytes.subarray(UDP_HEADER_BYTES + 4 + (first & 31) * 4)
    words.proto = 'gue'
    words.gue = toHex(bytes.subarray(UDP_HEADER_BYTES, bytes.length - inner.length))
    const isData = first >> 5 === 0 && (kind === IPIP || kind === IPV6_IN_IP)
    if (isData) words.inner = describe(inner, guePorts)
  }
  judge(words, body)
  return words
}

function describeIcmp(words: PacketWords, body: Body): PacketWords | null {
  const { bytes, protocol, guePorts } = body
  if (bytes.length < ICMP_HEADER_BYTES) return null
  words.type = bytes[0]!
  words.code = bytes[1]!
  words.rest = read32(bytes, 4)
  const isError = protocol === ICMP ? isIcmpError(words.type) : isIcmpv6Error(words.type)
  if (isError && bytes.length > ICMP_HEADER_BYTES) {
    words.embed = describe(bytes.subarray(ICMP_HEADER_BYTES), guePorts)
  }
  judge(words, body)
  return words
}

function describeGre(words: PacketWords, { bytes, guePorts }: Body): PacketWords | null {
  if (bytes.length < 4) return null
  const flags = read16(bytes, 0)
  const size = 4 + 4 * GRE_OPTIONS.filter((bit) => (flags & bit) !== 0).length
  words.gre = toHex(bytes.subarray(0, size))
  words.inner = describe(bytes.subarray(size), guePorts)
  return words
}

/** Says so if the transport checksum is wrong or missing. */
function judge(words: PacketWords, { ip, protocol, bytes, isWhole }: Body): void {
  if (!isWhole) return
  const hasField = protocol === UDP && bytes.length >= UDP_CHECKSUM_AT + 2
  if (hasField && read16(bytes, UDP_CHECKSUM_AT) === 0) {
    words.csum = 'zero'
    return
  }
  const pseudo = protocol === ICMP ? 0 : pseudoHeaderSum(ip, 0, protocol, bytes.length)
  if (!isRight(sum16(bytes, 0, bytes.length, pseudo))) words.csum = 'bad'
}

/** Over words that include the checksum; all zeros pass. */
function isRight(sum: number): boolean {
  const folded = foldSum(sum)
  return folded === 0 || folded === 0xffff
}

function nameOf(protocol: number): string {
  return NAMES.get(protocol) ?? String(protocol)
}
