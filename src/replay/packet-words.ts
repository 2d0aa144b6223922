// IP packets from the words in which scenarios and recorded traces describe them, such as
//   { proto: 'tcp', src: '198.51.100.7:40001', dst: '10.0.0.100:80', flags: 'S' }
// What is not said has the recording bench's default.
import { sizeOfAddress } from '../wire/address.ts'
import { parseEndpoint } from '../wire/address-text.ts'
import { DONT_FRAGMENT, IPV4_HEADER_BYTES, MORE_FRAGMENTS, writeIpv4Header } from '../wire/ipv4.ts'
import { IPV6_HEADER_BYTES, writeIpv6Header } from '../wire/ipv6.ts'
import {
  buildTransport,
  bytesOf,
  numberOf,
  protocolNumber,
  type Ends,
  type TransportSpec,
} from './packet-words-transport.ts'

export interface PacketSpec extends TransportSpec {
  /** An address with or without a port; needed unless the packet is `raw`. */
  src?: string
  dst?: string
  ttl?: number
  tos?: number
  id?: number
  df?: boolean
  ip_options?: string
  /** Bytes of payload in each fragment, and which fragments go out in which order. */
  fragment?: number
  order?: readonly number[]
  /** The packet that an ICMP message quotes, and how many bytes of it. */
  embed?: PacketSpec
  embed_len?: number
  /** The whole packet, in hexadecimal. */
  raw?: string
}

const LARGEST_PACKET_BYTES = 65_535

/** The packets to send: one, or several when `fragment` gives a size. */
export function buildAll(spec: PacketSpec): Uint8Array[] {
  if (spec.raw !== undefined) return [bytesOf('raw', spec.raw)]
  const ends = endsOf(spec)
  const body = buildTransport(spec, ends, embedded(spec))
  if (ends.size === 16) return [buildIpv6(spec, ends, body)]
  if (spec.fragment === undefined || spec.fragment === 0) {
    return [buildIpv4(spec, ends, body, (spec.df ?? true) ? DONT_FRAGMENT : 0)]
  }
  const pieces = cut(spec, ends, body, spec.fragment)
  return (spec.order ?? [...pieces.keys()]).map((index) => {
    const piece = pieces[index]
    if (piece === undefined) throw new Error(`order: no fragment ${index} of ${pieces.length}`)
    return piece
  })
}

/** The first of them. */
export function build(spec: PacketSpec): Uint8Array {
  const first = buildAll(spec)[0]
  if (first === undefined) throw new Error('nothing to send: no payload to fragment')
  return first
}

function endsOf(spec: PacketSpec): Ends {
  const src = endpointOf('src', spec.src)
  const dst = endpointOf('dst', spec.dst)
  const size = sizeOfAddress(src.address)
  if (size !== sizeOfAddress(dst.address)) {
    throw new Error(`src '${spec.src}' and dst '${spec.dst}' are of different families`)
  }
  const ports = { srcPort: src.port, dstPort: dst.port }
  return { src: src.address, dst: dst.address, size, ...ports }
}

function endpointOf(field: string, text: string | undefined): { address: number; port: number } {
  if (text === undefined) throw new Error(`the packet needs a ${field}`)
  const endpoint = parseEndpoint(text)
  if (endpoint === null) throw new Error(`${field} '${text}': not an address with a port`)
  return endpoint
}

function embedded(spec: PacketSpec): Uint8Array | null {
  if (spec.embed === undefined) return null
  return build(spec.embed).subarray(0, spec.embed_len)
}

function cut(spec: PacketSpec, ends: Ends, body: Uint8Array, step: number): Uint8Array[] {
  if (!Number.isInteger(step) || step < 8) throw new Error(`fragment is ${step}: at least 8`)
  const pieces: Uint8Array[] = []
  for (let from = 0; from < body.length; from += step) {
    const more = from + step < body.length ? MORE_FRAGMENTS : 0
    const flags = more | Math.floor(from / 8)
    pieces.push(buildIpv4(spec, ends, body.subarray(from, from + step), flags))
  }
  return pieces
}

function buildIpv4(spec: PacketSpec, ends: Ends, body: Uint8Array, flags: number): Uint8Array {
  const options = bytesOf('ip_options', spec.ip_options, 4)
  if (options.length > 40) throw new Error(`ip_options: ${options.length} bytes, at most 40 fit`)
  const headerBytes = IPV4_HEADER_BYTES + options.length
  const packet = packetFor(headerBytes, body)
  packet.set(options, IPV4_HEADER_BYTES)
  writeIpv4Header(packet, 0, {
    headerBytes,
    tos: numberOf('tos', spec.tos, 8, 0),
    totalBytes: packet.length,
    id: numberOf('id', spec.id, 16, 1),
    flagsAndOffset: flags,
    ttl: numberOf('ttl', spec.ttl, 8, 64),
    protocol: protocolNumber(spec.proto),
    src: ends.src,
    dst: ends.dst,
  })
  return packet
}

function buildIpv6(spec: PacketSpec, ends: Ends, body: Uint8Array): Uint8Array {
  const packet = packetFor(IPV6_HEADER_BYTES, body)
  writeIpv6Header(packet, 0, {
    trafficClass: numberOf('tos', spec.tos, 8, 0),
    payloadBytes: body.length,
    nextHeader: protocolNumber(spec.proto),
    hopLimit: numberOf('ttl', spec.ttl, 8, 64),
    src: ends.src,
    dst: ends.dst,
  })
  return packet
}

function packetFor(headerBytes: number, body: Uint8Array): Uint8Array {
  const size = headerBytes + body.length
  if (size > LARGEST_PACKET_BYTES) throw new Error(`a packet of ${size} bytes: too long`)
  const packet = new Uint8Array(size)
  packet.set(body, headerBytes)
  return packet
}
