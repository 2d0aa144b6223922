// A packet with its header fields (Ethernet, IP, TCP or UDP, an outer IP header when tunnelled)
// and the exact size of its frame. Packets are pooled: the path of a packet allocates nothing.
import { isIpv6, type Address } from '../wire/address.ts'
import type { Time } from '../kernel/time.ts'

/** Stands for ICMPv6, too. */
export const ICMP = 1
export const TCP = 6
export const UDP = 17
export const VRRP = 112
/** No protocol of IP: a frame of its own kind (RFC 826). */
export const ARP = 0x0806

/** MAC addresses that are no host's: of all on a network, and of those that listen to groups. */
export const EVERYBODY = -2
export const LISTENERS = -3

/** Ethernet header and frame check sequence around the IP packet. */
export const ETHERNET_BYTES = 18
/** A shorter frame is padded. */
export const SMALLEST_FRAME_BYTES = 64
/** Without options. */
export const IPV4_HEADER_BYTES = 20
const IPV6_HEADER_BYTES = 40

/** Blocks that the options of a segment have room for (RFC 2018, 3). */
const MOST_SACKS = 4
const NO_BLOCKS = new Float64Array(0)

/** Of a packet to or from that address, without options. */
export function ipHeaderBytes(address: Address): number {
  return isIpv6(address) ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES
}

/** What a packet of a connection belongs to; its maker knows the rest. */
export interface Tagged {
  generation: number
  /** A director has sent it to a server, which was counted. */
  isSent: boolean
}

export class Packet {
  // What every packet needs lies together, in the first lines of the cache; the rest after it.
  srcMac = 0
  dstMac = 0
  /** Addresses of either family (wire/address.ts). */
  src = 0
  dst = 0
  srcPort = 0
  dstPort = 0
  protocol: number = UDP
  tcpFlags = 0
  ttl = 64
  /** IP total length, without the outer header. */
  ipBytes = 0
  /** 0 and 0: not tunnelled. */
  outerSrc = 0
  outerDst = 0
  /** Ethernet frame with FCS, padded, outer header included; see `sizeFrame`. */
  frameBytes = 0
  /** Size of the answer that the request asks for: a UDP frame, or bytes of payload in TCP. */
  answerBytes = 0
  /** When the request meant to leave its client. */
  requestAt: Time = 0
  /** Place of the request in the measurements: phase and window (measure/recorder.ts). */
  slot = 0
  /** What the source of the request hears at its end; -1: nobody waits (cluster/demand.ts). */
  ticket = -1
  /** Number of the population of clients whose request it carries. */
  population = 0
  /**
   * The exchange that it belongs to, in the generation it was sent in; null for single requests.
   */
  exchange: Tagged | null = null
  generation = 0
  dontFragment = true
  /** The same of the outer header. */
  outerDontFragment = true

  payloadBytes = 0
  /** TCP: numbers of its first byte and of the one expected next (RFC 9293). */
  sequence = 0
  acknowledged = 0
  /** TCP: bytes that the sender takes; in a SYN, the largest segment that it announces. */
  window = 0
  mss = 0
  /** Timestamp and its echo (RFC 7323); an echo of -1 is none. */
  stamp: Time = 0
  echo: Time = -1
  /** Selective acknowledgements: pairs of numbers, made with the first. */
  sackCount = 0
  sacks: Float64Array = NO_BLOCKS

  /** ICMP errors: protocol of the packet that they quote, and the MTU that it exceeded, or 0. */
  quotedProtocol = 0
  icmpMtuBytes = 0
  /** A fragment: the packet it is a piece of (net/fragments.ts). */
  whole: Packet | null = null
  /** A packet that was cut: pieces that neither arrived nor were lost, and whether one was lost. */
  pieces = 0
  isBroken = false
  /**
   * What hosts tell each other beside requests (an ARP frame, an advertisement, a message of
   * synchronisation): its bytes. Null in requests and their answers.
   */
  message: Uint8Array | null = null
  /** SCTP and SIP are not spoken in simulations, and nobody marks packets. */
  chunk = -1
  callId: string | null = null
  mark = 0

  /** Fills in a block of a selective acknowledgement, up to and without `to`. */
  setSack(block: number, from: number, to: number): void {
    if (this.sacks === NO_BLOCKS) this.sacks = new Float64Array(2 * MOST_SACKS)
    this.sacks[2 * block] = from
    this.sacks[2 * block + 1] = to
  }
}

/** Sets the frame's size from the IP packet's, after a header was put on or taken off. */
export function sizeFrame(packet: Packet): void {
  const outer = packet.outerDst === 0 ? 0 : ipHeaderBytes(packet.outerDst)
  const bytes = packet.ipBytes + outer + ETHERNET_BYTES
  packet.frameBytes = bytes < SMALLEST_FRAME_BYTES ? SMALLEST_FRAME_BYTES : bytes
}

/** Takes packets from a free list and puts them back. */
export class PacketPool {
  private readonly free: Packet[] = []
  /** Whether hosts set DF: Linux does, for TCP and UDP. */
  dontFragment = true
  /** Packets under way: taken and not yet given back. */
  taken = 0

  /** A packet with no outer header and no exchange; the other fields are the last user's. */
  take(): Packet {
    this.taken++
    const packet = this.free.pop() ?? new Packet()
    packet.outerSrc = 0
    packet.outerDst = 0
    packet.exchange = null
    packet.tcpFlags = 0
    packet.ttl = 64
    packet.dontFragment = this.dontFragment
    return packet
  }

  give(packet: Packet): void {
    this.taken--
    this.free.push(packet)
  }

  /** Takes a packet for a message between hosts; `endMessage` gives it back. */
  takeMessage(protocol: number, message: Uint8Array, ipBytes: number): Packet {
    const packet = this.take()
    packet.protocol = protocol
    packet.message = message
    packet.ipBytes = ipBytes
    packet.srcPort = 0
    packet.dstPort = 0
    packet.ticket = -1
    sizeFrame(packet)
    return packet
  }

  endMessage(packet: Packet): void {
    packet.message = null
    this.give(packet)
  }
}

/** Whatever a packet can be handed to. */
export interface Port {
  receive(packet: Packet, now: Time): void
}

/**
 * Where packets end, or only pass in their order, and nothing else depends on when: it is told of
 * each as soon as its arrival is certain, ahead of time, which saves an event.
 */
export interface Terminus {
  arriveAt(packet: Packet, due: Time): void
}

/**
 * Where packets end that are dropped: the request that they carried is told, the packet is given
 * back.
 */
export interface DropSink {
  lose(packet: Packet, now: Time): void
}

/** Makes the packet an answer: addresses and ports change sides, the outer header goes. */
export function turnRound(packet: Packet): void {
  const { src, srcPort } = packet
  packet.src = packet.dst
  packet.dst = src
  packet.srcPort = packet.dstPort
  packet.dstPort = srcPort
  packet.outerSrc = 0
  packet.outerDst = 0
  packet.ttl = 64
}
