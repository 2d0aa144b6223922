// What the director answers by itself, as far as a recorded one did: pings, resets of TCP where
// nobody listens, a handshake where somebody does, and errors for the rest.
import { ICMP, ICMPV6, SCTP, TCP, UDP } from '../ipvs/headers.ts'
import type { Address } from '../wire/address.ts'
import { sizeOfAddress } from '../wire/address.ts'
import { write16, write32 } from '../wire/bytes.ts'
import { internetChecksum, pseudoHeaderSum } from '../wire/checksum.ts'
import { ICMP_HEADER_BYTES, icmpChecksum, setIcmpChecksum } from '../wire/icmp.ts'
import { readIp } from '../wire/ip.ts'
import { DONT_FRAGMENT, IPV4_HEADER_BYTES, writeIpv4Header } from '../wire/ipv4.ts'
import { IPV6_HEADER_BYTES, writeIpv6Header } from '../wire/ipv6.ts'
import {
  ACK,
  FIN,
  RST,
  SYN,
  TCP_CHECKSUM_AT,
  acknowledgement,
  sequenceNumber,
  tcpHeaderLength,
} from '../wire/tcp.ts'
import { Datagram } from './datagram.ts'
import { outOfTheBlue } from './local-sctp.ts'
import { FLOW_LABEL, RANDOM_ID, type Complaint } from './own-errors.ts'

const OWN_TTL = 64
const TCP_HEADER_BYTES = 20
const ECHO_REQUEST = 8
const TIMESTAMP_REQUEST = 13
const ECHO_REQUEST_V6 = 128
const ECHO_REPLY_V6 = 129
const NO_NEXT_HEADER = 59
/** Of a Linux listener with its usual buffers. */
const LISTENER_WINDOW = 64_240
const MSS_OPTION = 0x02040000
/** SCTP of Linux says that it understands congestion marks. */
const ECT_0 = 2

/** A socket that listens; address 0: on all. */
export interface Listener {
  protocol: number
  address: Address
  port: number
}

export type LocalAnswer = { reply: Datagram } | { complaint: Complaint } | null

export class LocalStack {
  readonly listeners: Listener[] = []

  /** What the stack does with a packet that is its own; `mtu` is that of the way back. */
  receive(packet: Datagram, mtu: number): LocalAnswer {
    const { protocol } = packet
    if (protocol === TCP) return this.tcp(packet, mtu)
    if (protocol === UDP) return this.udp(packet)
    if (packet.isIcmp) return icmp(packet)
    if (protocol === SCTP) return sctp(packet)
    if (protocol === ICMP || protocol === ICMPV6) return null
    return protocol === NO_NEXT_HEADER ? null : { complaint: 'protocol unreachable' }
  }

  private udp(packet: Datagram): LocalAnswer {
    if (!packet.hasTransport || !isIntact(packet)) return null
    return this.isListening(packet) ? null : { complaint: 'port unreachable' }
  }

  private tcp(packet: Datagram, mtu: number): LocalAnswer {
    if (!packet.hasTransport || !isIntact(packet)) return null
    const flags = packet.tcpFlags
    if ((flags & RST) !== 0) return null
    const isOpening = (flags & (SYN | ACK)) === SYN
    if (this.isListening(packet)) return isOpening ? { reply: accept(packet, mtu) } : null
    return { reply: reset(packet) }
  }

  private isListening({ protocol, dst, dstPort }: Datagram): boolean {
    return this.listeners.some(
      (socket) =>
        socket.protocol === protocol &&
        socket.port === dstPort &&
        (socket.address === 0 || socket.address === dst),
    )
  }
}

function icmp(packet: Datagram): LocalAnswer {
  const { bytes, transportAt } = packet
  if (bytes.length < transportAt + ICMP_HEADER_BYTES) return null
  if (icmpChecksum(bytes, 0, transportAt, bytes.length) !== 0) return null
  const type = bytes[transportAt]!
  if (packet.isIpv6) return type === ECHO_REQUEST_V6 ? { reply: echo(packet, ECHO_REPLY_V6) } : null
  if (type === ECHO_REQUEST) return { reply: echo(packet, 0) }
  return type === TIMESTAMP_REQUEST ? { reply: timestamp(packet) } : null
}

function sctp(packet: Datagram): LocalAnswer {
  const answered = outOfTheBlue(packet.bytes.subarray(packet.transportAt))
  return answered === null ? null : { reply: answer(packet, SCTP, answered, ECT_0, true) }
}

function echo(packet: Datagram, type: number): Datagram {
  const { bytes, transportAt, isIpv6 } = packet
  const message = bytes.slice(transportAt)
  message[0] = type
  const reply = answer(packet, isIpv6 ? ICMPV6 : ICMP, message, packet.header.tos, false)
  setIcmpChecksum(reply.bytes, 0, reply.transportAt, reply.bytes.length)
  if (isIpv6) reply.random = FLOW_LABEL
  return reply
}

/** The times are the director's own clock, which nobody else has. */
function timestamp(packet: Datagram): Datagram {
  const reply = echo(packet, TIMESTAMP_REQUEST + 1)
  const at = reply.transportAt
  reply.random = [...reply.random, [at + 2, at + 4], [at + 12, at + 20]]
  return reply
}

/** RFC 9293, 3.10.7.1: from the acknowledgement if there is one, else acknowledging all. */
function reset(packet: Datagram): Datagram {
  const { bytes, transportAt, tcpFlags } = packet
  const segment = new Uint8Array(TCP_HEADER_BYTES)
  if ((tcpFlags & ACK) !== 0) {
    write32(segment, 4, acknowledgement(bytes, transportAt))
    segment[13] = RST
  } else {
    const payload = bytes.length - transportAt - tcpHeaderLength(bytes, transportAt)
    const counted = ((tcpFlags & SYN) !== 0 ? 1 : 0) + ((tcpFlags & FIN) !== 0 ? 1 : 0)
    write32(segment, 8, sequenceNumber(bytes, transportAt) + payload + counted)
    segment[13] = RST | ACK
  }
  return seal(packet, segment)
}

function accept(packet: Datagram, mtu: number): Datagram {
  const segment = new Uint8Array(TCP_HEADER_BYTES + 4)
  const { bytes, transportAt } = packet
  write32(segment, 8, sequenceNumber(bytes, transportAt) + 1)
  segment[13] = SYN | ACK
  write16(segment, 14, LISTENER_WINDOW)
  const headers = (packet.isIpv6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES) + TCP_HEADER_BYTES
  write32(segment, TCP_HEADER_BYTES, MSS_OPTION | (mtu - headers))
  const reply = seal(packet, segment)
  const at = reply.transportAt
  reply.random = [
    [at + 4, at + 8],
    [at + TCP_CHECKSUM_AT, at + TCP_CHECKSUM_AT + 2],
  ]
  return reply
}

/** Ports, data offset and checksum of a segment that answers a packet. */
function seal(packet: Datagram, segment: Uint8Array): Datagram {
  write16(segment, 0, packet.dstPort)
  write16(segment, 2, packet.srcPort)
  segment[12] = (segment.length / 4) << 4
  const reply = answer(packet, TCP, segment, 0, true)
  const { bytes, transportAt } = reply
  const pseudo = pseudoHeaderSum(bytes, 0, TCP, segment.length)
  const checksum = internetChecksum(bytes, transportAt, bytes.length, pseudo)
  write16(bytes, transportAt + TCP_CHECKSUM_AT, checksum)
  return reply
}

/** A packet back to where one came from. TCP sets DF and has no use for an identification. */
function answer(
  to: Datagram,
  protocol: number,
  payload: Uint8Array,
  tos: number,
  dontFragment: boolean,
): Datagram {
  const headerBytes = sizeOfAddress(to.src) === 16 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES
  const bytes = new Uint8Array(headerBytes + payload.length)
  bytes.set(payload, headerBytes)
  const ends = { src: to.dst, dst: to.src }
  if (to.isIpv6) {
    writeIpv6Header(bytes, 0, {
      ...{ trafficClass: tos, payloadBytes: payload.length, nextHeader: protocol },
      ...{ hopLimit: OWN_TTL, ...ends },
    })
  } else {
    writeIpv4Header(bytes, 0, {
      ...{ headerBytes, tos, totalBytes: bytes.length, id: 0, protocol, ttl: OWN_TTL, ...ends },
      flagsAndOffset: dontFragment ? DONT_FRAGMENT : 0,
    })
  }
  const reply = new Datagram(bytes, readIp(bytes)!)
  reply.isOwn = true
  if (!to.isIpv6 && !dontFragment) reply.random = RANDOM_ID
  return reply
}

/** The transport checksum is right, or UDP over IPv4 has none. */
function isIntact({ bytes, transportAt, protocol, isIpv6 }: Datagram): boolean {
  if (protocol === UDP && !isIpv6 && bytes[transportAt + 6] === 0 && bytes[transportAt + 7] === 0) {
    return true
  }
  const pseudo = pseudoHeaderSum(bytes, 0, protocol, bytes.length - transportAt)
  return internetChecksum(bytes, transportAt, bytes.length, pseudo) === 0
}
