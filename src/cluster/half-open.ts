// What SYNs with nobody behind them leave at real servers: places in the queue of half-open
// connections, SYN ACKs sent again and again into the void until the retries are used up (RFC 4987,
// 2), or a cookie and nothing. It is the servers' own TCP (tcp-servers.ts) whose other end is not
// there; who finds no connection there is answered with RST.
import type { Planner } from '../kernel/agenda.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Time } from '../kernel/time.ts'
import type { Packet, PacketPool } from '../net/packet.ts'
import { CLOSED, ORDERLY, SYN_SENT, type Endpoint } from '../tcp/endpoint.ts'
import { TCP_RST, TCP_SYN } from '../tcp/flags.ts'
import type { SegmentHost } from '../tcp/segments.ts'
import { hasFired, type TimerPlanner } from '../tcp/timers.ts'
import { Connection, ConnectionPool } from './connection.ts'
import type { RealServer } from './real-server.ts'
import { TcpServers, type TcpServersOptions } from './tcp-servers.ts'

/** An address and a port of its as one number. */
const PORTS = 65_536

export interface HalfOpenOptions extends TcpServersOptions {
  kernel: Kernel
  pool: PacketPool
  /** Number of the population whose packets these are, and their place in the measurements. */
  population: number
  slot: number
  headerBytes: number
}

export class HalfOpen implements Planner, SegmentHost, TimerPlanner {
  private readonly options: HalfOpenOptions
  private readonly servers: TcpServers
  private readonly connections = new ConnectionPool()
  /** By the other end's address and port. */
  private readonly bySource = new Map<number, Connection>()
  /** The other end of each record. */
  private readonly sources: number[] = []
  /** Of packets that belong to no connection. */
  private readonly nobody = new Connection(0)

  constructor(options: HalfOpenOptions) {
    this.options = options
    this.servers = new TcpServers(options, options.headerBytes, this)
  }

  /** A segment out of nowhere has reached a server. */
  receive(packet: Packet, server: RealServer, now: Time): void {
    const source = sourceOf(packet)
    const isSyn = (packet.tcpFlags & TCP_SYN) !== 0
    const isEnd = (packet.tcpFlags & TCP_RST) !== 0
    const known = isSyn || isEnd ? this.bySource.get(source) : undefined
    // Nobody who is here knows the numbers that an ACK would need.
    const connection = known ?? (isSyn && !isEnd ? this.open(source) : this.nobody)
    if (!this.servers.receive(connection, packet, server, now)) this.options.pool.give(packet)
    if (connection !== this.nobody) this.release(connection)
  }

  forgotten(server: RealServer): void {
    this.servers.forget(this.connections, server, (each) => this.release(each))
  }

  closed(server: RealServer, now: Time): void {
    this.servers.close(this.connections, server, (each) => this.release(each), now)
  }

  plan(end: Endpoint, at: Time): void {
    this.options.kernel.agenda.plan(at, this, end.index)
  }

  due(index: number, now: Time): void {
    const connection = this.connections.at(index >> 1)
    if (!hasFired(connection.server, now)) return
    this.servers.handleTime(connection, now)
    this.release(connection)
  }

  take(): Packet {
    const packet = this.options.pool.take()
    packet.slot = this.options.slot
    packet.population = this.options.population
    return packet
  }

  send(end: Endpoint, packet: Packet, now: Time): void {
    const connection = this.connections.at(end.index >> 1)
    const source = this.sources[end.index >> 1]!
    const port = source % PORTS
    packet.src = connection.serverAddress
    packet.srcPort = connection.serverPort
    packet.dst = ((source - port) / PORTS) | 0
    packet.dstPort = port
    connection.stack!.server.send(packet, now)
  }

  /** A record whose client has sent a SYN and will do nothing more. */
  private open(source: number): Connection {
    const connection = this.connections.take()
    connection.client.state = SYN_SENT
    this.sources[connection.server.index >> 1] = source
    this.bySource.set(source, connection)
    return connection
  }

  private release(connection: Connection): void {
    if (!connection.isTaken || connection.server.state !== CLOSED) return
    this.bySource.delete(this.sources[connection.server.index >> 1]!)
    connection.client.end(ORDERLY)
    this.connections.give(connection)
  }
}

function sourceOf({ src, srcPort }: Packet): number {
  return (src >>> 0) * PORTS + srcPort
}
