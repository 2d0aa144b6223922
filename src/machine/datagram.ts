// An IP packet of bytes with the header fields that IPVS decides by (PacketHeader): read once when
// it arrives; whoever changes a field changes the bytes with it.
import { ICMP, ICMPV6, SCTP, TCP, UDP, type PacketHeader } from '../ipvs/headers.ts'
import { sctpEvent } from '../ipvs/sctp-states.ts'
import { callIdOf } from '../ipvs/sip.ts'
import type { Address } from '../wire/address.ts'
import { read16 } from '../wire/bytes.ts'
import { internetChecksum } from '../wire/checksum.ts'
import { readText } from '../wire/text.ts'
import { headerLength } from '../wire/ipv4.ts'
import { readIp, type IpHeader } from '../wire/ip.ts'

const SCTP_HEADER_BYTES = 12
const CHUNK_HEADER_BYTES = 4
const PORTS_BYTES = 4
const UDP_HEADER_BYTES = 8
const TCP_FLAGS_AT = 13
const SMALLEST_TCP_HEADER = 20

export class Datagram implements PacketHeader {
  /** From the IP header on, and no longer than the header says. */
  bytes: Uint8Array
  header: IpHeader
  src: Address
  dst: Address
  srcPort = 0
  dstPort = 0
  protocol: number
  tcpFlags = 0
  chunk = -1
  ttl: number
  ipBytes: number
  dontFragment: boolean
  mark = 0
  callId: string | null = null
  outerSrc = 0
  outerDst = 0
  /** IPVS has dealt with it: its hooks look the other way. */
  isHandled = false
  /** Made by the director itself. */
  isOwn = false
  /** Address that it was routed to is the director's own. */
  isForUs = false
  /**
   * Put together from fragments of at most this size, and sent on in no larger ones; or Infinity.
   */
  largestFragment = Infinity
  /** The limit on errors may have swallowed it. */
  isUncertain = false
  /** Byte ranges that the director chose at random: [from, to) in turn. */
  random: [number, number][] = []
  /** It holds enough of its transport header for its protocol. */
  hasTransport = true

  /** `header` was read from the bytes. */
  constructor(bytes: Uint8Array, header: IpHeader) {
    this.bytes = bytes
    this.header = header
    this.src = header.src
    this.dst = header.dst
    this.protocol = header.protocol
    this.ttl = header.ttl
    this.ipBytes = bytes.length
    this.dontFragment = header.dontFragment
    if (header.fragmentOffset === 0) this.readTransport()
  }

  get isIpv6(): boolean {
    return this.header.version === 6
  }

  get transportAt(): number {
    return this.header.transportAt
  }

  get isFragment(): boolean {
    return this.header.moreFragments || this.header.fragmentOffset > 0
  }

  get isIcmp(): boolean {
    return this.protocol === (this.isIpv6 ? ICMPV6 : ICMP)
  }

  private readTransport(): void {
    const { bytes, protocol } = this
    const at = this.header.transportAt
    if (protocol !== TCP && protocol !== UDP && protocol !== SCTP) return
    if (at + PORTS_BYTES > bytes.length) {
      this.hasTransport = false
      return
    }
    this.srcPort = read16(bytes, at)
    this.dstPort = read16(bytes, at + 2)
    if (protocol === TCP) {
      this.hasTransport = at + SMALLEST_TCP_HEADER <= bytes.length
      this.tcpFlags = this.hasTransport ? bytes[at + TCP_FLAGS_AT]! : 0
    } else if (protocol === UDP) {
      this.hasTransport = at + UDP_HEADER_BYTES <= bytes.length
    } else {
      this.readChunks(at + SCTP_HEADER_BYTES)
    }
  }

  private readChunks(at: number): void {
    const { bytes } = this
    this.hasTransport = at + CHUNK_HEADER_BYTES <= bytes.length
    if (!this.hasTransport) return
    const length = read16(bytes, at + 2)
    const next = at + ((length + 3) & ~3)
    const isThere = length >= CHUNK_HEADER_BYTES && next + CHUNK_HEADER_BYTES <= bytes.length
    this.chunk = sctpEvent(bytes[at]!, isThere ? bytes[next]! : -1)
  }

  /** Looks for a Call-ID in a datagram, which takes time and is wanted by few. */
  readCallId(): void {
    if (this.protocol !== UDP || !this.hasTransport) return
    const payload = this.bytes.subarray(this.transportAt + UDP_HEADER_BYTES)
    this.callId = callIdOf(readText(payload))
  }
}

/** A packet as a network card hands it up; null for what the IP layer throws away at once. */
export function readDatagram(frame: Uint8Array): Datagram | null {
  const header = readIp(frame)
  if (header === null || header.end > frame.length || header.end < header.transportAt) return null
  if (header.version === 4 && internetChecksum(frame, 0, headerLength(frame, 0)) !== 0) return null
  return new Datagram(frame.slice(0, header.end), header)
}

/** A packet that an ICMP error quotes, which is cut short as a rule; null when it is unreadable. */
export function readQuoted(bytes: Uint8Array, at: number): Datagram | null {
  const header = readIp(bytes.subarray(at))
  return header === null ? null : new Datagram(bytes.subarray(at), header)
}

/** The same packet, read anew after its bytes were changed as a whole. */
export function reread(datagram: Datagram, bytes: Uint8Array): Datagram {
  const fresh = new Datagram(bytes, readIp(bytes)!)
  fresh.mark = datagram.mark
  fresh.isHandled = datagram.isHandled
  fresh.isForUs = datagram.isForUs
  fresh.isOwn = datagram.isOwn
  fresh.largestFragment = datagram.largestFragment
  return fresh
}
