// The network of a director's checkers: what they ask for becomes packets from the director's own
// address to the servers' own, and what comes back is told. Connections are of the same TCP as
// clients' at both ends, at the servers' own listening sockets, so that a full accept queue or a
// program that hangs is seen as it is; requests take a worker's time.
import type { Ask, Told } from '../keepalived/checker-conversation.ts'
import type { Endpoint as Target } from '../keepalived/checker-settings.ts'
import type { Checker } from '../keepalived/checker.ts'
import type { Planner } from '../kernel/agenda.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Time } from '../kernel/time.ts'
import { ICMP, ipHeaderBytes, type Packet, type PacketPool, type Port } from '../net/packet.ts'
import {
  CLOSED,
  CLOSE_WAIT,
  ESTABLISHED,
  ORDERLY,
  WAS_REFUSED,
  type Endpoint,
} from '../tcp/endpoint.ts'
import { TCP_RST } from '../tcp/flags.ts'
import { LINUX_PORTS } from '../net/port-range.ts'
import { LINUX_TCP } from '../tcp/options.ts'
import type { SegmentHost } from '../tcp/segments.ts'
import { Tcp } from '../tcp/tcp.ts'
import { arm, hasFired, type TimerPlanner } from '../tcp/timers.ts'
import { CONNECTING, ConnectionPool, DONE, WAITING, type Connection } from './connection.ts'
import { LoneProbes } from './lone-probes.ts'
import { exchangeOf, greetingOf, handshake, script, type Call, type Exchange } from './probe.ts'
import type { RealServer } from './real-server.ts'
import type { ServerSocket } from './server-stack.ts'
import { TcpServers } from './tcp-servers.ts'
import type { ServerSide } from './transport.ts'

export interface ProbesOptions {
  /** Number by which packets are known as these probes', among the populations of clients. */
  population: number
  kernel: Kernel
  pool: PacketPool
  /** The director's own, where probes come from. */
  address: number
  mtuBytes: number
  sockets: Map<RealServer, ServerSocket>
  /** Puts a packet of the director's own on its way. */
  send: (packet: Packet, now: Time) => void
  /** Hears what came of what a checker asked for. */
  tell: (checker: Checker, told: Told, now: Time) => void
}

export class Probes implements ServerSide, Port, Planner, SegmentHost, TimerPlanner {
  private readonly options: ProbesOptions
  private readonly tcp: Tcp
  private readonly servers: TcpServers
  private readonly lone: LoneProbes
  private readonly connections = new ConnectionPool()
  /** By number of the connection; those of closed ones stay until it is used again. */
  private readonly calls: Call[] = []
  /** What each checker has under way, if it is a connection. */
  private readonly open = new Map<Checker, Connection>()
  private ports = 0

  constructor(options: ProbesOptions) {
    this.options = options
    const { pool, sockets, address, mtuBytes } = options
    const headerBytes = ipHeaderBytes(address)
    this.tcp = new Tcp(LINUX_TCP, mtuBytes, headerBytes, this)
    // Probes are nobody's load.
    const recorder = { send: () => {} }
    this.servers = new TcpServers({ pool, sockets, recorder }, headerBytes, this)
    this.lone = new LoneProbes(options, () => this.nextPort())
  }

  ask(checker: Checker, ask: Ask, now: Time): void {
    switch (ask.ask) {
      case 'connect':
        return this.connect(checker, ask.to, null, now)
      case 'run':
        return this.connect(checker, checker.settings.target, script(), now)
      case 'handshake':
        return this.say(checker, handshake(), now)
      case 'write':
        return this.say(checker, exchangeOf(checker, ask.text), now)
      case 'datagram':
      case 'echo':
        return this.lone.ask(checker, ask, now)
      case 'signal':
        this.close(checker, now)
        return this.lone.tellSoon(checker, { told: 'exited', code: null }, now)
      case 'close':
        this.close(checker, now)
        return this.lone.close(checker)
    }
  }

  /** Nothing is under way any more, and nobody is told: the director has crashed. */
  forgetAll(): void {
    for (const connection of this.open.values()) {
      connection.phase = DONE
      connection.client.end(ORDERLY)
      this.release(connection)
    }
    this.open.clear()
    this.lone.forgetAll()
  }

  private connect(checker: Checker, to: Target, opening: Exchange | null, now: Time): void {
    const connection = this.connections.take()
    const { client } = connection
    connection.phase = CONNECTING
    const port = this.nextPort()
    this.calls[client.index >> 1] = {
      ...{ checker, to, port, opening },
      exchange: null,
      isPrompted: false,
    }
    this.open.set(checker, connection)
    this.tcp.open(client, now)
    arm(client, this)
  }

  private say(checker: Checker, exchange: Exchange, now: Time): void {
    const connection = this.open.get(checker)
    if (connection === undefined) return
    this.await(connection, exchange)
    this.tcp.write(connection.client, exchange.bytes, now)
    arm(connection.client, this)
  }

  private await(connection: Connection, exchange: Exchange): void {
    this.callOf(connection).exchange = exchange
    connection.answerBytes = exchange.answerBytes
    connection.requestEnd += exchange.bytes
    connection.answerEnd += exchange.answerBytes
  }

  private close(checker: Checker, now: Time): void {
    const connection = this.open.get(checker)
    if (connection === undefined) return
    this.open.delete(checker)
    connection.phase = DONE
    this.tcp.close(connection.client, now)
    arm(connection.client, this)
    this.release(connection)
  }

  /** Packets come back to the director's own address. */
  receive(packet: Packet, now: Time): void {
    if (packet.exchange === null) return this.lone.receive(packet, now)
    const connection = packet.exchange as Connection
    if (connection.generation === packet.generation) {
      const { client } = connection
      if (packet.protocol === ICMP) this.tcp.handleUnreachable(client)
      else if (client.state !== CLOSED) this.tcp.handle(client, packet, now)
      else if ((packet.tcpFlags & TCP_RST) === 0) this.tcp.refuse(client, now)
      this.options.pool.give(packet)
      this.afterClient(connection, now)
    } else this.options.pool.give(packet)
  }

  atServer(packet: Packet, server: RealServer, now: Time): void {
    if (packet.exchange === null) return this.lone.atServer(packet, server, now)
    const connection = packet.exchange as Connection
    const isOurs = connection.generation === packet.generation && packet.protocol !== ICMP
    if (!isOurs) return this.options.pool.give(packet)
    if (!this.servers.receive(connection, packet, server, now)) this.options.pool.give(packet)
    this.prompt(connection, now)
    this.release(connection)
  }

  answer(packet: Packet, server: RealServer, now: Time): void {
    if (packet.exchange === null) return this.lone.answer(packet, server, now)
    const connection = packet.exchange as Connection
    const isAlive = connection.generation === packet.generation
    this.options.pool.give(packet)
    this.servers.answer(isAlive ? connection : null, server, now)
  }

  lost(packet: Packet): void {
    this.options.pool.give(packet)
  }

  forgotten(server: RealServer): void {
    this.servers.forget(this.connections, server, (each) => this.release(each))
  }

  closed(server: RealServer, now: Time): void {
    this.servers.close(this.connections, server, (each) => this.release(each), now)
  }

  resumed(server: RealServer, now: Time): void {
    this.servers.resume(server, now)
  }

  /** A server of SMTP greets whoever it has accepted; that costs it what a request does. */
  private prompt(connection: Connection, now: Time): void {
    const call = this.callOf(connection)
    const isThere = connection.server.state >= ESTABLISHED && connection.stack !== null
    if (call.isPrompted || !isThere || greetingOf(call.checker) === null) return
    call.isPrompted = true
    this.servers.prompt(connection, this.take(connection.server), now)
  }

  private afterClient(connection: Connection, now: Time): void {
    const { client, phase } = connection
    const { checker, exchange, opening } = this.callOf(connection)
    if (phase === CONNECTING && client.state === ESTABLISHED) {
      connection.phase = WAITING
      const greeting = greetingOf(checker)
      if (greeting !== null) this.await(connection, greeting)
      if (opening === null) this.tell(checker, { told: 'connected' }, now)
      else this.say(checker, opening, now)
    } else if (phase !== DONE && client.state === CLOSED) {
      const isRefused = client.cause === WAS_REFUSED
      const told = isRefused ? 'refused' : phase === CONNECTING ? 'unreachable' : 'closed'
      this.fail(connection, { told }, now)
    } else if (phase === WAITING && exchange !== null && client.rcvNxt >= connection.answerEnd) {
      this.callOf(connection).exchange = null
      this.tell(checker, exchange.told, now)
    } else if (phase === WAITING && client.state === CLOSE_WAIT) {
      this.fail(connection, { told: 'closed' }, now)
    }
    arm(client, this)
    this.release(connection)
  }

  /** A program that finds nobody exits with 1. */
  private fail(connection: Connection, told: Told, now: Time): void {
    const { checker, opening } = this.callOf(connection)
    this.tell(checker, opening === null ? told : { told: 'exited', code: 1 }, now)
  }

  private tell(checker: Checker, told: Told, now: Time): void {
    if (told.told === 'exited') this.close(checker, now)
    this.options.tell(checker, told, now)
  }

  plan(end: Endpoint, at: Time): void {
    this.options.kernel.agenda.plan(at, this, end.index)
  }

  due(index: number, now: Time): void {
    const connection = this.connections.at(index >> 1)
    if ((index & 1) === 1) {
      if (hasFired(connection.server, now)) this.servers.handleTime(connection, now)
      return this.release(connection)
    }
    const { client } = connection
    if (!hasFired(client, now)) return
    this.tcp.handleTime(client, now)
    this.afterClient(connection, now)
  }

  take(end: Endpoint): Packet {
    const packet = this.options.pool.take()
    const connection = this.connections.at(end.index >> 1)
    packet.exchange = connection
    packet.generation = connection.generation
    packet.population = this.options.population
    packet.slot = 0
    packet.ticket = -1
    return packet
  }

  send(end: Endpoint, packet: Packet, now: Time): void {
    const connection = this.connections.at(end.index >> 1)
    const { to, port } = this.callOf(connection)
    const isProbe = (end.index & 1) === 0
    const { address } = this.options
    packet.src = isProbe ? address : to.address
    packet.srcPort = isProbe ? port : to.port
    packet.dst = isProbe ? to.address : address
    packet.dstPort = isProbe ? to.port : port
    if (isProbe) this.options.send(packet, now)
    else connection.stack!.server.send(packet, now)
  }

  private callOf(connection: Connection): Call {
    return this.calls[connection.client.index >> 1]!
  }

  private nextPort(): number {
    return LINUX_PORTS.first + (this.ports++ % LINUX_PORTS.count)
  }

  private release(connection: Connection): void {
    if (connection.isTaken && connection.phase === DONE && connection.isOver) {
      this.connections.give(connection)
    }
  }
}
