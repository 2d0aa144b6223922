// Packets with no request and no connection behind them: floods of SYNs from addresses that are
// nobody's (RFC 4987), of ACKs, of datagrams that ask for nothing. They come from the addresses of
// a population, each as likely, and any port; what comes back ends there, or is answered with RST
// as a host does that has never heard of it.
import type { Sampler } from '../kernel/distributions.ts'
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import type { Stream } from '../kernel/random.ts'
import { NEVER, type Time } from '../kernel/time.ts'
import {
  ETHERNET_BYTES,
  TCP,
  UDP,
  ipHeaderBytes,
  sizeFrame,
  type Packet,
  type PacketPool,
} from '../net/packet.ts'
import { TCP_ACK, TCP_RST, TCP_SYN } from '../tcp/flags.ts'
import type { Arrivals } from './arrivals.ts'
import type { ClientHosts } from './client-hosts.ts'
import type { HalfOpen } from './half-open.ts'
import type { RealServer } from './real-server.ts'
import type { Transport } from './transport.ts'

/** Below them nobody sends from. */
const FIRST_PORT = 1024
const PORTS = 64_512
const TCP_HEADER_BYTES = 20
const UDP_HEADER_BYTES = 8
/** What a SYN announces without options (RFC 9293, 3.7.1). */
const DEFAULT_MSS = 536
const WINDOW = 65_535

export interface RawPacketsOptions {
  name: string
  /** Number of their population. */
  population: number
  /** Of no request (measure/recorder.ts). */
  slot: number
  kernel: Kernel
  pool: PacketPool
  hosts: ClientHosts
  arrivals: Arrivals
  /** Who sends: draws of addresses and ports. */
  senders: Stream
  protocol: number
  tcpFlags: number
  frameBytes: Sampler
  /** Whether the hosts of the addresses exist, and refuse what they did not ask for. */
  resets: boolean
  halfOpen: HalfOpen
}

/** Packets since the start. */
export interface RawCounts {
  sent: number
  /** Reached a real server. */
  reached: number
  /** Came back, from a server or the director. */
  answered: number
  /** Dropped somewhere, answers included. */
  dropped: number
}

export class RawPackets implements Element, Transport {
  readonly name: string
  readonly alarm: Alarm
  readonly counts: RawCounts = { sent: 0, reached: 0, answered: 0, dropped: 0 }
  private readonly options: RawPacketsOptions
  private readonly headerBytes: number

  constructor(options: RawPacketsOptions) {
    this.options = options
    this.name = options.name
    const transport = options.protocol === TCP ? TCP_HEADER_BYTES : UDP_HEADER_BYTES
    this.headerBytes = ipHeaderBytes(options.hosts.addressOf(0)) + transport
    this.alarm = options.kernel.add(this)
    this.planNext()
  }

  wake(now: Time): void {
    const { hosts, senders, frameBytes, tcpFlags } = this.options
    this.planNext()
    const packet = this.blank(tcpFlags)
    packet.ipBytes = Math.max(this.headerBytes, Math.round(frameBytes.next()) - ETHERNET_BYTES)
    packet.payloadBytes = packet.ipBytes - this.headerBytes
    sizeFrame(packet)
    this.counts.sent++
    hosts.send(packet, senders.below(hosts.addresses), FIRST_PORT + senders.below(PORTS), now)
  }

  atClient(packet: Packet, now: Time): void {
    const { resets, hosts, pool } = this.options
    this.counts.answered++
    const isSynAck = (packet.tcpFlags & (TCP_SYN | TCP_ACK)) === (TCP_SYN | TCP_ACK)
    const isRefused = resets && packet.protocol === TCP && isSynAck
    const { dst, dstPort } = packet
    pool.give(packet)
    if (!isRefused) return
    const reset = this.blank(TCP_RST)
    reset.ipBytes = this.headerBytes
    sizeFrame(reset)
    hosts.send(reset, hosts.indexOf(dst), dstPort, now)
  }

  /** A server cannot tell a datagram that asks for nothing from one that does. */
  atServer(packet: Packet, server: RealServer, now: Time): void {
    this.counts.reached++
    if (packet.protocol === TCP) this.options.halfOpen.receive(packet, server, now)
    else if (packet.protocol !== UDP) this.options.pool.give(packet)
    else if (!server.work(packet, now)) server.drop(packet, now)
  }

  /** It has taken its time, and there is nothing to answer. */
  answer(packet: Packet): void {
    this.options.pool.give(packet)
  }

  lost(packet: Packet): void {
    this.counts.dropped++
    this.options.pool.give(packet)
  }

  forgotten(server: RealServer): void {
    this.options.halfOpen.forgotten(server)
  }

  closed(server: RealServer, now: Time): void {
    this.options.halfOpen.closed(server, now)
  }

  resumed(): void {}

  /** Nobody asks it for anything: it is its own source. */
  request(): void {}

  private blank(tcpFlags: number): Packet {
    const { pool, protocol, population, slot } = this.options
    const packet = pool.take()
    packet.protocol = protocol
    packet.tcpFlags = protocol === TCP ? tcpFlags : 0
    packet.population = population
    packet.slot = slot
    packet.sequence = 0
    packet.acknowledged = 0
    packet.window = WINDOW
    packet.mss = DEFAULT_MSS
    packet.sackCount = 0
    packet.stamp = 0
    packet.echo = -1
    packet.payloadBytes = 0
    packet.ticket = -1
    return packet
  }

  private planNext(): void {
    const at = this.options.arrivals.next()
    if (at === NEVER) this.alarm.clear()
    else this.alarm.set(at)
  }
}
