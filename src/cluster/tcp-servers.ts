// The servers' halves of TCP connections: handshakes at the listening socket, requests handed to
// the real server, its answers, and closing after the client.
import type { Time } from '../kernel/time.ts'
import type { Recorder } from '../measure/recorder.ts'
import { sizeFrame, turnRound, type Packet, type PacketPool } from '../net/packet.ts'
import {
  CLOSED,
  CLOSE_WAIT,
  ESTABLISHED,
  ORDERLY,
  SYN_RECEIVED,
  SYN_SENT,
} from '../tcp/endpoint.ts'
import { TCP_ACK, TCP_RST, TCP_SYN } from '../tcp/flags.ts'
import type { TcpOptions } from '../tcp/options.ts'
import type { SegmentHost } from '../tcp/segments.ts'
import { Tcp } from '../tcp/tcp.ts'
import { arm, type TimerPlanner } from '../tcp/timers.ts'
import { ACCEPTED, HALF_OPEN, type Connection, type ConnectionPool } from './connection.ts'
import { ABORT, COOKIE, DROP_ACK, REMEMBER } from './listener.ts'
import type { RealServer } from './real-server.ts'
import type { ServerSocket, ServerStack } from './server-stack.ts'

const TCP_HEADER_BYTES = 20

/** The owner of a connection looks whether anybody needs it still. */
type Release = (connection: Connection) => void

export interface TcpServersOptions {
  pool: PacketPool
  recorder: Pick<Recorder, 'send'>
  sockets: Map<RealServer, ServerSocket>
}

export class TcpServers {
  private readonly pool: PacketPool
  private readonly recorder: Pick<Recorder, 'send'>
  private readonly sockets: Map<RealServer, ServerSocket>
  private readonly headerBytes: number
  private readonly host: SegmentHost & TimerPlanner
  private readonly stacks = new Map<RealServer, ServerStack>()
  /** Servers with the same options share a machine. */
  private readonly machines = new Map<TcpOptions, Tcp>()

  constructor(
    { pool, recorder, sockets }: TcpServersOptions,
    headerBytes: number,
    host: SegmentHost & TimerPlanner,
  ) {
    this.pool = pool
    this.recorder = recorder
    this.sockets = sockets
    this.headerBytes = headerBytes
    this.host = host
  }

  /** A segment of that connection has reached a server; true when it is kept, as a job's token. */
  receive(connection: Connection, packet: Packet, server: RealServer, now: Time): boolean {
    const flags = packet.tcpFlags
    if ((flags & TCP_SYN) !== 0) return this.handshake(connection, packet, server, now)
    const isHere = connection.stack !== null && connection.stack.server === server
    if (isHere && connection.hasCookie && (flags & TCP_ACK) !== 0) this.takeCookie(connection)
    if (!isHere || connection.server.state === CLOSED) return this.refuse(packet, server, now)
    const { tcp, listener } = connection.stack!
    if (connection.server.state === SYN_RECEIVED && (flags & TCP_RST) === 0) {
      const verdict = listener.judgeAck()
      if (verdict === DROP_ACK) return false
      if (verdict === ABORT) {
        tcp.refuse(connection.server, now)
        this.leave(connection)
        return false
      }
    }
    tcp.handle(connection.server, packet, now)
    return this.after(connection, packet, now)
  }

  /** ICMP: a segment of the server's was too big for a path of that MTU. */
  handleTooBig(connection: Connection, mtuBytes: number, server: RealServer, now: Time): void {
    if (mtuBytes === 0 || connection.stack?.server !== server) return
    connection.stack.tcp.handleTooBig(connection.server, mtuBytes, now)
    this.after(connection, null, now)
  }

  handleTime(connection: Connection, now: Time): void {
    // The timer's entry may be that of an earlier connection of the record.
    if (connection.stack === null) return
    connection.stack.tcp.handleTime(connection.server, now)
    this.after(connection, null, now)
  }

  /** The server has done some work, for that connection if it is still there. */
  answer(connection: Connection | null, server: RealServer, now: Time): void {
    const stack = this.stackOf(server)
    if (connection !== null && connection.stack === stack && connection.isBusy) {
      connection.isBusy = false
      stack.tcp.write(connection.server, connection.answerBytes, now)
      this.after(connection, null, now)
    }
    stack.listener.serve(now)
  }

  /** The server is to say something by itself, as soon as it has accepted the connection. */
  prompt(connection: Connection, token: Packet, now: Time): void {
    connection.stack!.listener.ask(connection, token, now)
  }

  /** The server has crashed: its ends of the connections are no more, and nobody is told. */
  forget(connections: ConnectionPool, server: RealServer, release: Release): void {
    for (const connection of connections.of(server)) {
      if (connection.server.state !== CLOSED) {
        connection.server.end(ORDERLY)
        this.leave(connection)
      }
      release(connection)
    }
  }

  /**
   * The program has ended. What it has not accepted or not read is reset, the rest closed as
   * close() does; half-open connections are forgotten (RFC 9293, 3.10.4; RFC 1122, 4.2.2.13).
   */
  close(connections: ConnectionPool, server: RealServer, release: Release, now: Time): void {
    for (const connection of connections.of(server)) {
      this.closeOne(connection, now)
      release(connection)
    }
  }

  private closeOne(connection: Connection, now: Time): void {
    const { server, stack, place, token } = connection
    if (server.state === CLOSED) return
    const { tcp } = stack!
    connection.isBusy = false
    if (place === ACCEPTED && token === null) {
      tcp.close(server, now)
      return void this.after(connection, null, now)
    }
    if (place === HALF_OPEN) server.end(ORDERLY)
    else tcp.refuse(server, now)
    this.leave(connection)
  }

  /** The program goes on after it stood still. */
  resume(server: RealServer, now: Time): void {
    this.stacks.get(server)?.listener.serve(now)
  }

  private handshake(
    connection: Connection,
    packet: Packet,
    server: RealServer,
    now: Time,
  ): boolean {
    const stack = this.stackOf(server)
    const end = connection.server
    if (end.state !== CLOSED && connection.stack === stack) {
      stack.tcp.handle(end, packet, now)
      return this.after(connection, null, now)
    }
    // Sent long ago, and it took its time.
    if (connection.client.state !== SYN_SENT) return false
    // The director has chosen anew: the first server's SYN ACK would be answered with RST.
    if (end.state !== CLOSED) {
      end.end(ORDERLY)
      this.leave(connection)
    }
    if (server.isClosed) return this.refuse(packet, server, now)
    connection.isOverLimit = server.isFull
    if (server.isFull) {
      server.refused++
      return this.refuse(packet, server, now)
    }
    connection.stack = stack
    connection.serverAddress = packet.dst
    connection.serverPort = packet.dstPort
    const verdict = stack.listener.judgeSyn()
    connection.hasCookie = verdict === COOKIE
    if (verdict === COOKIE) stack.tcp.answerCookie(end, packet, now)
    else if (verdict === REMEMBER) {
      stack.listener.remember(connection)
      stack.tcp.accept(end, packet, now)
      arm(end, this.host)
    }
    return false
  }

  private takeCookie(connection: Connection): void {
    if (connection.server.state !== CLOSED) return
    connection.hasCookie = false
    connection.stack!.tcp.acceptCookie(connection.server)
  }

  /** Looks at the server's end after something has happened to it; true if the packet is kept. */
  private after(connection: Connection, packet: Packet | null, now: Time): boolean {
    const end = connection.server
    if (end.state === CLOSED) {
      this.leave(connection)
      return false
    }
    const { listener, tcp, tag } = connection.stack!
    if (end.state >= ESTABLISHED && connection.place <= HALF_OPEN) listener.establish(connection)
    const { requestEnd, takenEnd } = connection
    const isComplete = packet !== null && end.rcvNxt >= requestEnd && requestEnd > takenEnd
    if (isComplete) {
      connection.takenEnd = requestEnd
      // The director counts connections; their further requests are counted where they arrive.
      if (takenEnd > 1) this.recorder.send(connection.slot, tag)
      listener.ask(connection, packet, now)
    }
    if (end.state === CLOSE_WAIT && !connection.isBusy) tcp.close(end, now)
    arm(end, this.host)
    return isComplete
  }

  /** Whoever sends to a socket that is not there hears RST (RFC 9293, 3.10.7.1). */
  private refuse(packet: Packet, server: RealServer, now: Time): boolean {
    if ((packet.tcpFlags & TCP_RST) !== 0) return false
    turnRound(packet)
    packet.tcpFlags = TCP_RST | TCP_ACK
    packet.payloadBytes = 0
    packet.ipBytes = this.headerBytes + TCP_HEADER_BYTES
    sizeFrame(packet)
    server.send(packet, now)
    return true
  }

  private leave(connection: Connection): void {
    const token = connection.stack!.listener.leave(connection)
    if (token !== null) this.pool.give(token)
  }

  private stackOf(server: RealServer): ServerStack {
    const known = this.stacks.get(server)
    if (known !== undefined) return known
    const { listener, options, mtuBytes, tag } = this.sockets.get(server)!
    const tcp =
      this.machines.get(options) ?? new Tcp(options, mtuBytes, this.headerBytes, this.host)
    this.machines.set(options, tcp)
    const stack = { server, listener, tcp, tag }
    this.stacks.set(server, stack)
    return stack
  }
}
