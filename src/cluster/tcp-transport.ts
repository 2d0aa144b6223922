// Requests over TCP: a client opens a connection, sends its requests on it one after the other and
// closes it; a server answers each. The protocol is that of tcp/tcp.ts, in both hosts; here is what
// the applications do, and how segments get to the other end: to the virtual address, and straight
// back or through the director as the forwarding method has it.
import type { Planner } from '../kernel/agenda.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Sampler } from '../kernel/distributions.ts'
import { NEVER, type Time } from '../kernel/time.ts'
import { FAILURES, type Recorder } from '../measure/recorder.ts'
import { ICMP, TCP, ipHeaderBytes, type Packet, type PacketPool } from '../net/packet.ts'
import {
  CLOSED,
  CLOSE_WAIT,
  ESTABLISHED,
  TIMED_OUT,
  TIME_WAIT,
  WAS_REFUSED,
  type Endpoint,
} from '../tcp/endpoint.ts'
import { TCP_RST } from '../tcp/flags.ts'
import type { TcpOptions } from '../tcp/options.ts'
import type { SegmentHost } from '../tcp/segments.ts'
import { Tcp } from '../tcp/tcp.ts'
import { arm, hasFired, type TimerPlanner } from '../tcp/timers.ts'
import type { ClientHosts } from './client-hosts.ts'
import { CONNECTING, ConnectionPool, DONE, THINKING, WAITING } from './connection.ts'
import type { Connection } from './connection.ts'
import { blankDemand, type Demand, type Source } from './demand.ts'
import type { Fates } from './fates.ts'
import type { EphemeralPorts } from './ports.ts'
import type { RealServer } from './real-server.ts'
import type { ServerSocket } from './server-stack.ts'
import { TcpServers } from './tcp-servers.ts'
import type { Transport } from './transport.ts'

const REFUSED = FAILURES.indexOf('refused')
const RESET = FAILURES.indexOf('reset')
const TIMEOUT = FAILURES.indexOf('timeout')
const NO_PORT = FAILURES.indexOf('no port')
const OVER_LIMIT = FAILURES.indexOf('over limit')

export interface TcpTransportOptions {
  /** Number of the population whose requests these are. */
  population: number
  kernel: Kernel
  hosts: ClientHosts
  ports: EphemeralPorts
  pool: PacketPool
  recorder: Recorder
  /** Who decides about the next request of a connection, and hears that one has ended. */
  source: Source
  /** From an answer to the next request on the connection, ps; null: at once. */
  think: Sampler | null
  mtuBytes: number
  tcp: TcpOptions
  /** The listening sockets of the real servers; populations share them. */
  sockets: Map<RealServer, ServerSocket>
  timeoutPs: Time
  /** What becomes of connections when their address goes out of service, if it ever does. */
  fates?: Fates | null
}

export class TcpTransport implements Transport, Planner, SegmentHost, TimerPlanner {
  readonly connections = new ConnectionPool()
  private readonly options: TcpTransportOptions
  private readonly tcp: Tcp
  private readonly servers: TcpServers
  private readonly demand: Demand = blankDemand()

  constructor(options: TcpTransportOptions) {
    this.options = options
    const headerBytes = ipHeaderBytes(options.hosts.addressOf(0))
    this.tcp = new Tcp(options.tcp, options.mtuBytes, headerBytes, this)
    this.servers = new TcpServers(options, headerBytes, this)
    options.fates?.watch(this.connections)
  }

  request(demand: Demand, now: Time): void {
    const { ports, recorder, source } = this.options
    const { slot, client: addressIndex, ticket } = demand
    recorder.offer(slot)
    const port = ports.take(addressIndex, now)
    if (port < 0) {
      recorder.fail(slot, NO_PORT)
      if (ticket >= 0) source.ended(ticket, now)
      return
    }
    const connection = this.connections.take()
    connection.phase = CONNECTING
    connection.addressIndex = addressIndex
    connection.port = port
    connection.holdsPort = true
    connection.requestsLeft = demand.requests
    connection.ticket = ticket
    this.expect(connection, demand, now)
    this.options.fates?.open(connection)
    const { client } = connection
    this.tcp.open(client, now)
    client.applicationAt = now + this.options.timeoutPs
    arm(client, this)
  }

  atClient(packet: Packet, now: Time): void {
    const connection = packet.exchange as Connection | null
    if (connection === null || connection.generation !== packet.generation) {
      return this.options.pool.give(packet)
    }
    const { client } = connection
    if (packet.protocol === ICMP && packet.icmpMtuBytes > 0) {
      this.tcp.handleTooBig(client, packet.icmpMtuBytes, now)
    } else if (packet.protocol === ICMP) this.tcp.handleUnreachable(client)
    else if (client.state !== CLOSED) this.tcp.handle(client, packet, now)
    // The socket is gone, and the server does not know it yet.
    else if ((packet.tcpFlags & TCP_RST) === 0) this.tcp.refuse(client, now)
    this.options.pool.give(packet)
    this.afterClient(connection, now)
  }

  atServer(packet: Packet, server: RealServer, now: Time): void {
    const connection = packet.exchange as Connection | null
    const isOurs = connection !== null && connection.generation === packet.generation
    if (!isOurs) return this.options.pool.give(packet)
    if (packet.protocol !== TCP) {
      this.servers.handleTooBig(connection, packet.icmpMtuBytes, server, now)
      this.options.pool.give(packet)
    } else if (!this.servers.receive(connection, packet, server, now))
      this.options.pool.give(packet)
    this.release(connection)
  }

  answer(packet: Packet, server: RealServer, now: Time): void {
    const connection = packet.exchange as Connection
    const isAlive = connection.generation === packet.generation
    this.options.pool.give(packet)
    this.servers.answer(isAlive ? connection : null, server, now)
  }

  /** The sender will find out by itself. */
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

  plan(end: Endpoint, at: Time): void {
    this.options.kernel.agenda.plan(at, this, end.index)
  }

  due(index: number, now: Time): void {
    const connection = this.connections.at(index >> 1)
    if ((index & 1) === 1) {
      if (hasFired(connection.server, now)) this.servers.handleTime(connection, now)
      this.release(connection)
      return
    }
    const { client } = connection
    if (!hasFired(client, now)) return
    this.tcp.handleTime(client, now)
    if (client.applicationAt <= now) this.applicationDue(connection, now)
    this.afterClient(connection, now)
  }

  take(end: Endpoint): Packet {
    const packet = this.options.pool.take()
    const connection = this.connections.at(end.index >> 1)
    packet.exchange = connection
    packet.generation = connection.generation
    packet.slot = connection.slot
    packet.population = this.options.population
    return packet
  }

  send(end: Endpoint, packet: Packet, now: Time): void {
    const connection = this.connections.at(end.index >> 1)
    const { addressIndex, port } = connection
    const { hosts } = this.options
    if ((end.index & 1) === 0) return hosts.send(packet, addressIndex, port, now)
    packet.src = connection.serverAddress
    packet.srcPort = connection.serverPort
    packet.dst = hosts.addressOf(addressIndex)
    packet.dstPort = port
    connection.stack!.server.send(packet, now)
  }

  /** What the next request is, and what is to come back. */
  private expect(connection: Connection, demand: Demand, now: Time): void {
    connection.slot = demand.slot
    connection.requestAt = now
    connection.answerBytes = demand.answerBytes
    connection.requestEnd += demand.requestBytes
    connection.answerEnd += demand.answerBytes
  }

  /** Looks at the client's end after something has happened to it. */
  private afterClient(connection: Connection, now: Time): void {
    const { client } = connection
    if (client.state === CLOSED) this.clientClosed(connection, now)
    else if (connection.phase === CONNECTING) {
      if (client.state === ESTABLISHED) this.ask(connection, now)
    } else if (connection.phase === WAITING) {
      if (client.rcvNxt >= connection.answerEnd) this.answered(connection, now)
      // The server has closed and owes an answer.
      else if (client.state === CLOSE_WAIT) this.finish(connection, RESET, now)
    } else if (connection.phase === THINKING && client.state === CLOSE_WAIT) {
      this.finish(connection, -1, now)
    }
    if (client.state === TIME_WAIT && connection.holdsPort) {
      connection.holdsPort = false
      this.options.ports.close(connection.addressIndex, connection.port, now)
    }
    arm(client, this)
    this.release(connection)
  }

  private ask(connection: Connection, now: Time): void {
    connection.phase = WAITING
    const { client } = connection
    this.tcp.write(client, connection.requestEnd - client.writtenEnd, now)
  }

  private answered(connection: Connection, now: Time): void {
    const { recorder, think } = this.options
    recorder.deliver(connection.slot, now - connection.requestAt)
    if (connection.outage >= 0) this.options.fates!.answered(connection)
    connection.isNewcomer = false
    connection.requestsLeft--
    if (connection.requestsLeft <= 0) return this.finish(connection, -1, now)
    if (think === null) return this.follow(connection, now)
    connection.phase = THINKING
    connection.client.applicationAt = now + Math.max(0, Math.round(think.next()))
  }

  /** The next request on the same connection, if there is still load. */
  private follow(connection: Connection, now: Time): void {
    const { demand } = this
    const { recorder, source, timeoutPs } = this.options
    if (!source.follow(demand, connection.addressIndex, now)) {
      return this.finish(connection, -1, now)
    }
    recorder.offer(demand.slot)
    this.expect(connection, demand, now)
    connection.client.applicationAt = now + timeoutPs
    this.ask(connection, now)
  }

  private applicationDue(connection: Connection, now: Time): void {
    connection.client.applicationAt = NEVER
    if (connection.phase === THINKING) this.follow(connection, now)
    else if (connection.phase !== DONE) this.finish(connection, TIMEOUT, now)
  }

  /** The client wants no more of the connection, because all is answered or something failed. */
  private finish(connection: Connection, failure: number, now: Time): void {
    connection.phase = DONE
    if (connection.outage >= 0) this.options.fates!.ended(connection, failure)
    connection.client.applicationAt = NEVER
    this.tcp.close(connection.client, now)
    if (connection.client.state === CLOSED) this.freePort(connection)
    if (failure >= 0) this.options.recorder.fail(connection.slot, failure)
    if (connection.ticket >= 0) this.options.source.ended(connection.ticket, now)
  }

  /** The client's end is closed, by itself or by the network. */
  private clientClosed(connection: Connection, now: Time): void {
    this.freePort(connection)
    if (connection.phase === DONE) return
    const { cause } = connection.client
    const refused = connection.isOverLimit ? OVER_LIMIT : REFUSED
    const failure = cause === TIMED_OUT ? TIMEOUT : cause === WAS_REFUSED ? refused : RESET
    if (connection.outage >= 0) this.options.fates!.ended(connection, failure)
    this.finish(connection, connection.phase === THINKING ? -1 : failure, now)
  }

  /** Without TIME_WAIT a port is free again at once. */
  private freePort(connection: Connection): void {
    if (!connection.holdsPort) return
    connection.holdsPort = false
    this.options.ports.release(connection.addressIndex, connection.port)
  }

  private release(connection: Connection): void {
    if (connection.isTaken && connection.phase === DONE && connection.isOver) {
      this.connections.give(connection)
    }
  }
}
