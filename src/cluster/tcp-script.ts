// Requests over TCP as a scripted exchange: SYN, SYN/ACK, ACK, request segments, response segments
// in a fixed window with an ACK for every second one and for the last, FIN both ways, the client
// first. There is no retransmission: a lost packet fails its request, and is counted.
//
//   client                      server
//     SYN            ------->
//                    <-------    SYN ACK
//     ACK, request   ------->    works
//                    <-------    segments, at most WINDOW_BYTES unacknowledged
//     ACK            ------->
//     FIN ACK        ------->
//                    <-------    FIN ACK
//     ACK            ------->
import type { Kernel } from '../kernel/kernel.ts'
import type { Planner } from '../kernel/agenda.ts'
import type { Time } from '../kernel/time.ts'
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from '../ipvs/headers.ts'
import { FAILURES, type Recorder } from '../measure/recorder.ts'
import {
  ICMP,
  TCP,
  ipHeaderBytes,
  sizeFrame,
  turnRound,
  type Packet,
  type PacketPool,
} from '../net/packet.ts'
import type { ClientHosts } from './client-hosts.ts'
import type { Demand, Source } from './demand.ts'
import { CLOSING, REQUESTED, SYN_SENT, ExchangePool, type Exchange } from './exchange.ts'
import type { EphemeralPorts } from './ports.ts'
import type { RealServer } from './real-server.ts'
import type { Transport } from './transport.ts'

/** Without options. */
const TCP_HEADER_BYTES = 20
/**
 * Unacknowledged payload that the server may have under way: the largest window without scaling.
 */
const WINDOW_BYTES = 65_535
/** Exchanges alive at once, at most: the agenda's keys hold index and generation in one number. */
const MOST_EXCHANGES = 4_194_304

const LOST = FAILURES.indexOf('lost')
const REFUSED = FAILURES.indexOf('refused')
const RESET = FAILURES.indexOf('reset')
const TIMEOUT = FAILURES.indexOf('timeout')
const NO_PORT = FAILURES.indexOf('no port')

export interface TcpScriptOptions {
  kernel: Kernel
  hosts: ClientHosts
  ports: EphemeralPorts
  pool: PacketPool
  recorder: Recorder
  /** Who hears that a connection with a ticket has ended. */
  source: Source
  mtuBytes: number
  timeoutPs: Time
}

export class TcpScript implements Transport, Planner {
  private readonly exchanges = new ExchangePool()
  private readonly options: TcpScriptOptions
  /** IP and TCP. */
  private readonly headerBytes: number
  private readonly segmentBytes: number

  constructor(options: TcpScriptOptions) {
    this.options = options
    this.headerBytes = ipHeaderBytes(options.hosts.addressOf(0)) + TCP_HEADER_BYTES
    this.segmentBytes = options.mtuBytes - this.headerBytes
  }

  request(demand: Demand, now: Time): void {
    const { hosts, ports, recorder, source } = this.options
    const { slot, client: addressIndex, ticket } = demand
    recorder.offer(slot)
    const port = ports.take(addressIndex, now)
    if (port < 0) {
      recorder.fail(slot, NO_PORT)
      if (ticket >= 0) source.ended(ticket, now)
      return
    }
    const exchange = this.exchanges.take()
    exchange.state = SYN_SENT
    exchange.slot = slot
    exchange.requestAt = now
    exchange.addressIndex = addressIndex
    exchange.port = port
    exchange.ticket = ticket
    exchange.requestBytes = demand.requestBytes
    exchange.answerBytes = demand.answerBytes
    const deadline = now + this.options.timeoutPs
    this.options.kernel.agenda.plan(deadline, this, this.keyOf(exchange))
    hosts.send(this.make(exchange, TCP_SYN, 0), addressIndex, port, now)
  }

  /** The client's own timeout, unless the exchange has ended. */
  due(key: number, now: Time): void {
    const generation = Math.floor(key / MOST_EXCHANGES)
    const exchange = this.exchanges.at(key - generation * MOST_EXCHANGES)
    if (exchange.generation !== generation) return
    this.end(exchange, exchange.state === CLOSING ? -1 : TIMEOUT, now)
  }

  atClient(packet: Packet, now: Time): void {
    const exchange = packet.exchange as Exchange
    if (exchange.generation !== packet.generation) return this.options.pool.give(packet)
    if (packet.protocol === ICMP || (packet.tcpFlags & TCP_RST) !== 0) {
      const cause = packet.protocol === ICMP ? REFUSED : RESET
      this.options.pool.give(packet)
      this.end(exchange, exchange.state === CLOSING ? -1 : cause, now)
    } else if ((packet.tcpFlags & TCP_SYN) !== 0) this.sendRequest(exchange, packet, now)
    else if ((packet.tcpFlags & TCP_FIN) !== 0) {
      this.reply(exchange, packet, TCP_ACK, now)
      this.end(exchange, -1, now)
    } else this.takeSegment(exchange, packet, now)
  }

  atServer(packet: Packet, server: RealServer, now: Time): void {
    const exchange = packet.exchange as Exchange
    const { pool } = this.options
    if (exchange.generation !== packet.generation || packet.protocol !== TCP) {
      return pool.give(packet)
    }
    if ((packet.tcpFlags & TCP_SYN) !== 0) {
      exchange.serverAddress = packet.dst
      exchange.serverPort = packet.dstPort
      this.respond(packet, TCP_SYN | TCP_ACK, server, now)
    } else if ((packet.tcpFlags & TCP_FIN) !== 0) {
      this.respond(packet, TCP_FIN | TCP_ACK, server, now)
    } else if (packet.payloadBytes > 0) this.takeRequest(exchange, packet, server, now)
    else {
      exchange.acknowledged = Math.max(exchange.acknowledged, packet.acknowledged)
      pool.give(packet)
      if (exchange.answering) this.sendWindow(exchange, server, now)
    }
  }

  answer(packet: Packet, server: RealServer, now: Time): void {
    const exchange = packet.exchange as Exchange
    const isAlive = exchange.generation === packet.generation
    this.options.pool.give(packet)
    if (!isAlive) return
    exchange.answering = true
    this.sendWindow(exchange, server, now)
  }

  lost(packet: Packet, now: Time): void {
    const exchange = packet.exchange as Exchange
    const isAlive = exchange.generation === packet.generation
    this.options.pool.give(packet)
    if (isAlive) this.end(exchange, exchange.state === CLOSING ? -1 : LOST, now)
  }

  private sendRequest(exchange: Exchange, packet: Packet, now: Time): void {
    const { hosts } = this.options
    const { generation, requestBytes } = exchange
    exchange.state = REQUESTED
    this.reply(exchange, packet, TCP_ACK, now)
    // A packet dropped at once ends the exchange, and nothing more is sent for it.
    for (let sent = 0; sent < requestBytes && exchange.generation === generation;) {
      const bytes = Math.min(this.segmentBytes, requestBytes - sent)
      const segment = this.make(exchange, TCP_ACK | TCP_PSH, bytes)
      segment.sequence = sent
      sent += bytes
      hosts.send(segment, exchange.addressIndex, exchange.port, now)
    }
  }

  private takeSegment(exchange: Exchange, packet: Packet, now: Time): void {
    const { hosts, pool, recorder } = this.options
    exchange.received += packet.payloadBytes
    exchange.unacknowledged++
    if (exchange.received < exchange.answerBytes) {
      if (exchange.unacknowledged < 2) return pool.give(packet)
      return this.reply(exchange, packet, TCP_ACK, now)
    }
    recorder.deliver(exchange.slot, now - exchange.requestAt)
    exchange.state = CLOSING
    const { generation } = exchange
    this.reply(exchange, packet, TCP_ACK, now)
    if (exchange.generation !== generation) return
    const fin = this.make(exchange, TCP_FIN | TCP_ACK, 0)
    hosts.send(fin, exchange.addressIndex, exchange.port, now)
  }

  private takeRequest(exchange: Exchange, packet: Packet, server: RealServer, now: Time): void {
    exchange.serverReceived += packet.payloadBytes
    if (exchange.serverReceived < exchange.requestBytes) return this.options.pool.give(packet)
    if (server.work(packet, now)) return
    server.dropped++
    this.respond(packet, TCP_RST | TCP_ACK, server, now)
  }

  private sendWindow(exchange: Exchange, server: RealServer, now: Time): void {
    const { hosts } = this.options
    const { generation } = exchange
    while (
      exchange.generation === generation &&
      exchange.sent < exchange.answerBytes &&
      exchange.sent - exchange.acknowledged < WINDOW_BYTES
    ) {
      const bytes = Math.min(this.segmentBytes, exchange.answerBytes - exchange.sent)
      const segment = this.make(exchange, TCP_ACK | TCP_PSH, bytes)
      segment.sequence = exchange.sent
      segment.src = exchange.serverAddress
      segment.srcPort = exchange.serverPort
      segment.dst = hosts.addressOf(exchange.addressIndex)
      segment.dstPort = exchange.port
      exchange.sent += bytes
      server.send(segment, now)
    }
  }

  /** A new packet of the exchange, not yet addressed. */
  private make(exchange: Exchange, flags: number, payloadBytes: number): Packet {
    const packet = this.options.pool.take()
    packet.protocol = TCP
    packet.exchange = exchange
    packet.generation = exchange.generation
    packet.slot = exchange.slot
    packet.requestAt = exchange.requestAt
    this.shape(packet, flags, payloadBytes)
    packet.acknowledged = exchange.received
    return packet
  }

  /** The client answers with the packet that it received. */
  private reply(exchange: Exchange, packet: Packet, flags: number, now: Time): void {
    exchange.unacknowledged = 0
    turnRound(packet)
    this.shape(packet, flags, 0)
    packet.acknowledged = exchange.received
    this.options.hosts.send(packet, exchange.addressIndex, exchange.port, now)
  }

  /** The server answers with the packet that it received. */
  private respond(packet: Packet, flags: number, server: RealServer, now: Time): void {
    turnRound(packet)
    this.shape(packet, flags, 0)
    server.send(packet, now)
  }

  private shape(packet: Packet, flags: number, payloadBytes: number): void {
    packet.tcpFlags = flags
    packet.payloadBytes = payloadBytes
    packet.sequence = 0
    packet.ipBytes = this.headerBytes + payloadBytes
    sizeFrame(packet)
  }

  private end(exchange: Exchange, failure: number, now: Time): void {
    if (failure >= 0) this.options.recorder.fail(exchange.slot, failure)
    this.options.ports.close(exchange.addressIndex, exchange.port, now)
    const { ticket } = exchange
    this.exchanges.give(exchange)
    if (ticket >= 0) this.options.source.ended(ticket, now)
  }

  private keyOf(exchange: Exchange): number {
    return exchange.generation * MOST_EXCHANGES + exchange.index
  }
}
