// The part of a packet behind its IP header, built from the words of a scenario: TCP, UDP, SCTP,
// ICMP and ICMPv6 with their checksums (right, wrong on purpose or missing), or bytes of any
// other protocol.
import { writeAddress, type Address } from '../wire/address.ts'
import { read16, write16, write32 } from '../wire/bytes.ts'
import { internetChecksum, sum16 } from '../wire/checksum.ts'
import { fromHex } from '../wire/hex.ts'
import { ICMP_HEADER_BYTES } from '../wire/icmp.ts'
import { GRE, ICMP, ICMPV6, IPIP, SCTP, TCP, UDP } from '../wire/protocols.ts'
import { CHUNK_NAMES, SCTP_CHECKSUM_AT, SCTP_HEADER_BYTES, setSctpChecksum } from '../wire/sctp.ts'
import { ACK, TCP_CHECKSUM_AT, TCP_FLAG_LETTERS, TCP_HEADER_BYTES } from '../wire/tcp.ts'
import { UDP_CHECKSUM_AT, UDP_HEADER_BYTES, udpChecksum } from '../wire/udp.ts'

export interface ChunkSpec {
  type: string
  flags?: number
  /** Hexadecimal, as every string of bytes here. */
  value?: string
}

export interface TransportSpec {
  /** A name, or a number of the Internet's protocols. */
  proto: string | number
  csum?: 'ok' | 'bad' | 'zero'
  /** Bytes 00 01 02 ..., unless there is a payload. */
  len?: number
  payload?: string
  flags?: string
  seq?: number
  ack?: number
  win?: number
  tcp_options?: string
  tag?: number
  chunks?: readonly ChunkSpec[]
  type?: number
  code?: number
  /** Bytes 4 to 7 of an ICMP message. */
  rest?: number
}

/** Between whom the packet goes. */
export interface Ends {
  src: Address
  dst: Address
  /** Of the two addresses, in bytes. */
  size: number
  srcPort: number
  dstPort: number
}

const NUMBERS = new Map<string, number>([
  ['tcp', TCP],
  ['udp', UDP],
  ['icmp', ICMP],
  ['sctp', SCTP],
  ['ipip', IPIP],
  ['gre', GRE],
  ['icmpv6', ICMPV6],
])

const WRONG = 0x5555

export function protocolNumber(proto: string | number): number {
  const known = NUMBERS.get(String(proto))
  if (known !== undefined) return known
  if (!/^\d{1,3}$/.test(String(proto)) || Number(proto) > 255) {
    const names = [...NUMBERS.keys()].join(', ')
    throw new Error(`unknown proto '${proto}': expected ${names} or a number`)
  }
  return Number(proto)
}

/** The field's value, which must be a whole number of `bits` bits. */
export function numberOf(
  field: string,
  value: number | undefined,
  bits: number,
  otherwise: number,
): number {
  if (value === undefined) return otherwise
  const most = bits === 32 ? 0xffffffff : (1 << bits) - 1
  if (Number.isInteger(value) && value >= 0 && value <= most) return value
  throw new Error(`${field} is ${value}: expected a whole number of 0 to ${most}`)
}

/** The field's bytes; options are filled up with zeros to whole words of four. */
export function bytesOf(field: string, hex: string | undefined, unit: number = 1): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = fromHex(hex ?? '')
  } catch (cause) {
    throw new Error(`${field}: not bytes in hexadecimal: '${hex}'`, { cause })
  }
  const filled = new Uint8Array(Math.ceil(bytes.length / unit) * unit)
  filled.set(bytes)
  return filled
}

/** `embedded` is what an ICMP message quotes in place of its payload. */
export function buildTransport(
  spec: TransportSpec,
  ends: Ends,
  embedded: Uint8Array | null,
): Uint8Array {
  const number = protocolNumber(spec.proto)
  if (!['ok', 'bad', 'zero'].includes(spec.csum ?? 'ok')) {
    throw new Error(`csum is '${spec.csum}': expected ok, bad or zero`)
  }
  // A protocol that is given by its number is bytes and nothing more.
  if (!NUMBERS.has(String(spec.proto))) return payloadOf(spec)
  if (number === TCP) return buildTcp(spec, ends)
  if (number === UDP) return buildUdp(spec, ends)
  if (number === SCTP) return buildSctp(spec, ends)
  if (number === ICMP || number === ICMPV6) return buildIcmp(spec, ends, number, embedded)
  return payloadOf(spec)
}

function payloadOf(spec: TransportSpec): Uint8Array {
  if (spec.payload !== undefined) return bytesOf('payload', spec.payload)
  const bytes = new Uint8Array(numberOf('len', spec.len, 16, 0))
  for (let i = 0; i < bytes.length; i++) bytes[i] = i
  return bytes
}

function buildTcp(spec: TransportSpec, ends: Ends): Uint8Array {
  const options = bytesOf('tcp_options', spec.tcp_options, 4)
  const headerBytes = TCP_HEADER_BYTES + options.length
  if (headerBytes > 60) throw new Error(`tcp_options: ${options.length} bytes, at most 40 fit`)
  const flags = flagBits(spec.flags ?? '')
  const segment = withPorts(headerBytes, payloadOf(spec), ends)
  write32(segment, 4, numberOf('seq', spec.seq, 32, 1000))
  write32(segment, 8, numberOf('ack', spec.ack, 32, (flags & ACK) === 0 ? 0 : 2000))
  segment[12] = (headerBytes / 4) << 4
  segment[13] = flags
  write16(segment, 14, numberOf('win', spec.win, 16, 64_240))
  segment.set(options, TCP_HEADER_BYTES)
  return sealed(segment, TCP_CHECKSUM_AT, spec, pseudoSum(ends, TCP, segment.length))
}

function flagBits(letters: string): number {
  let bits = 0
  for (const letter of letters) {
    const bit = TCP_FLAG_LETTERS.indexOf(letter)
    if (bit < 0) throw new Error(`flags '${letters}': expected letters of ${TCP_FLAG_LETTERS}`)
    bits |= 1 << bit
  }
  return bits
}

function buildUdp(spec: TransportSpec, ends: Ends): Uint8Array {
  const datagram = withPorts(UDP_HEADER_BYTES, payloadOf(spec), ends)
  write16(datagram, 4, datagram.length)
  return sealed(datagram, UDP_CHECKSUM_AT, spec, pseudoSum(ends, UDP, datagram.length))
}

function buildSctp(spec: TransportSpec, ends: Ends): Uint8Array {
  if (spec.chunks === undefined) throw new Error('an SCTP packet needs chunks')
  const body = spec.chunks.flatMap((chunk) => [...buildChunk(chunk)])
  const packet = withPorts(SCTP_HEADER_BYTES, Uint8Array.from(body), ends)
  write32(packet, 4, numberOf('tag', spec.tag, 32, 1))
  setSctpChecksum(packet, 0, packet.length)
  if (spec.csum === 'bad') {
    write16(packet, SCTP_CHECKSUM_AT, read16(packet, SCTP_CHECKSUM_AT) ^ WRONG)
    write16(packet, SCTP_CHECKSUM_AT + 2, read16(packet, SCTP_CHECKSUM_AT + 2) ^ WRONG)
  }
  return packet
}

function buildChunk(spec: ChunkSpec): Uint8Array {
  const type = CHUNK_NAMES.indexOf(spec.type)
  if (type < 0) throw new Error(`unknown SCTP chunk '${spec.type}'`)
  const value = bytesOf('value', spec.value, 4)
  const chunk = new Uint8Array(4 + value.length)
  chunk[0] = type
  chunk[1] = numberOf('flags', spec.flags, 8, 0)
  write16(chunk, 2, 4 + (spec.value ?? '').length / 2)
  chunk.set(value, 4)
  return chunk
}

function buildIcmp(
  spec: TransportSpec,
  ends: Ends,
  number: number,
  embedded: Uint8Array | null,
): Uint8Array {
  const data = embedded ?? payloadOf(spec)
  const message = new Uint8Array(ICMP_HEADER_BYTES + data.length)
  if (spec.type === undefined) throw new Error('an ICMP message needs a type')
  message[0] = numberOf('type', spec.type, 8, 0)
  message[1] = numberOf('code', spec.code, 8, 0)
  write32(message, 4, numberOf('rest', spec.rest, 32, 0))
  message.set(data, ICMP_HEADER_BYTES)
  if (number === ICMPV6) return sealed(message, 2, spec, pseudoSum(ends, number, message.length))
  return sealed(message, 2, spec.csum === 'zero' ? { ...spec, csum: 'ok' } : spec, 0)
}

/** Ports in front, the payload behind the header. */
function withPorts(headerBytes: number, payload: Uint8Array, ends: Ends): Uint8Array {
  const bytes = new Uint8Array(headerBytes + payload.length)
  write16(bytes, 0, ends.srcPort)
  write16(bytes, 2, ends.dstPort)
  bytes.set(payload, headerBytes)
  return bytes
}

function pseudoSum(ends: Ends, protocol: number, length: number): number {
  const addresses = new Uint8Array(2 * ends.size)
  writeAddress(ends.src, addresses, 0)
  writeAddress(ends.dst, addresses, ends.size)
  return sum16(addresses, 0, addresses.length, protocol + length)
}

/** With the checksum that the words want; all zeros have the sum zero here. */
function sealed(bytes: Uint8Array, at: number, spec: TransportSpec, pseudo: number): Uint8Array {
  const sum = internetChecksum(bytes, 0, bytes.length, pseudo) % 0xffff
  const right = protocolNumber(spec.proto) === UDP ? udpChecksum(sum) : sum
  if (spec.csum !== 'zero') write16(bytes, at, spec.csum === 'bad' ? right ^ WRONG : right)
  return bytes
}
