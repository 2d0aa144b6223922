// The path of a packet through the director (spec 3.2 to 3.4, 3.7, 3.9): find its connection or
// schedule a new one, account, run the state machine, forward, restart the timer. It is told the
// time and what arrived, and asks its host for one thing: to be called when something is due.
import { countIn, countOut } from './accounting.ts'
import {
  DEADLINE,
  DESTINATION,
  IN_PACKETS,
  NO_CLIENT_PORT,
  NO_OUTPUT,
  ONE_PACKET,
  CONTROL,
  RECORD_SHIFT,
  STATE,
  TIMEOUT,
  TIMES_SHIFT,
} from './connection-record.ts'
import { Control, type IpvsOptions } from './control.ts'
import {
  ACCEPT,
  DELIVER,
  DROP,
  FORWARD,
  NAT,
  REFUSE,
  SCTP,
  TCP,
  TCP_ACK,
  TCP_SYN,
  UDP,
  isEncrypted,
  type PacketHeader,
  type Verdict,
} from './headers.ts'
import { FROM_OUTSIDE, type Origin } from './scheduling.ts'
import { SCTP_CLOSED, SCTP_INIT } from './sctp-states.ts'
import type { Destination, Flow } from './service.ts'
import { TICK_PS } from './ticks.ts'
import { CLOSE, FIN_WAIT, TIME_WAIT } from './tcp-states.ts'

export type { IpvsOptions } from './control.ts'

/** Encrypted packets go with the conversation that exchanged their keys. */
const KEY_EXCHANGE_PORT = 500
/** Of conn_reuse_mode: the end of a conversation that DR sees of it, too. */
const REUSE_IN_FIN_WAIT = 2

export class Ipvs extends Control {
  /** What the last handleFromClient or handleFromServer did: where the packet goes next. */
  nextHop = 0
  destination: Destination | null = null
  /** The connection that it belongs to, -1: none. One of one-packet scheduling is gone by then. */
  connection = -1
  /** The packet opened a connection. */
  opened = false
  /** Why the packet was not forwarded; '' when it was. */
  cause = ''
  private readonly securityKey: Flow = {
    protocol: UDP,
    src: 0,
    srcPort: KEY_EXCHANGE_PORT,
    dst: 0,
    dstPort: KEY_EXCHANGE_PORT,
  }

  private readonly dropsReused: boolean

  constructor(options: IpvsOptions) {
    super(options)
    this.dropsReused = options.dropsReused ?? false
  }

  /** The kernel's *in*: a packet for an address of the director's own. */
  handleFromClient(packet: PacketHeader, now: number, origin: Origin = FROM_OUTSIDE): Verdict {
    this.begin()
    if (this.sync.isStandby) return this.end(ACCEPT, 'backup only')
    const id = this.connections.fromClient(this.flowOf(packet))
    if (id < 0) return this.open(packet, origin, now)
    const destination = this.destinationOf(id)
    if (packet.protocol === UDP && destination !== null && destination.available) {
      return this.passDatagram(packet, id, destination, now)
    }
    if (this.looksNew(packet) && this.mayReschedule(id, destination)) {
      this.timers.expireNow(id, now)
      const isDropped = this.dropsReused && this.sysctls.conntrack !== 0
      if (isDropped) return this.end(DROP, 'port used before, still tracked')
      return this.open(packet, origin, now)
    }
    // Its server has been removed.
    if (destination !== null && !destination.available) {
      if (this.sysctls.expire_nodest_conn === 0) return this.end(DROP, 'destination removed')
      this.timers.expireNow(id, now)
      return this.open(packet, origin, now)
    }
    return this.toServer(packet, id, destination, now)
  }

  /** A packet without a connection opens one, if it may. */
  private open(packet: PacketHeader, origin: Origin, now: number): Verdict {
    const { scheduling } = this
    const verdict = scheduling.schedule(packet, origin, now)
    if (verdict !== FORWARD) return this.end(verdict, scheduling.cause)
    this.opened = true
    const id = scheduling.connection
    return this.toServer(packet, id, this.destinationOf(id), now)
  }

  /**
   * The kernel's *out*: any packet that the director forwards, replies of NAT servers among them.
   */
  handleFromServer(packet: PacketHeader, now: number): Verdict {
    this.begin()
    const id = this.connections.fromServer(this.flowOf(packet))
    if (id < 0) return this.withoutConnection(packet)
    this.connection = id
    this.destination = this.destinationOf(id)
    this.nextHop = packet.dst
    this.forwarding.rewriteReply(packet, id)
    countOut(this.destination, packet.ipBytes)
    this.machine.fromServer(id, packet, now)
    return FORWARD
  }

  /** A reply was seen, or an error for the client: counted where the destination is in service. */
  countOut(ipBytes: number): void {
    countOut(this.destination, ipBytes)
  }

  countIn(ipBytes: number): void {
    countIn(this.destination, ipBytes)
  }

  countPacket(id: number): void {
    this.connections.words[(id << RECORD_SHIFT) + IN_PACKETS]!++
  }

  /** An ICMP error that quotes a packet of nobody's may open a connection (schedule_icmp). */
  scheduleError(request: PacketHeader, now: number): Verdict {
    this.begin()
    const verdict = this.scheduling.schedule(request, { isIcmp: true, isLocal: false }, now)
    if (verdict !== FORWARD) return this.end(verdict, this.scheduling.cause)
    this.regard(this.scheduling.connection)
    this.timers.again(this.connection, now)
    return FORWARD
  }

  /** Makes a connection the one that the answers to the host are about. */
  regard(id: number): void {
    this.begin()
    this.connection = id
    this.destination = id < 0 ? null : this.destinationOf(id)
  }

  /**
   * Opens a connection as if a first packet had come, without counting one: with UDP a datagram,
   * with TCP a handshake. Null when there is no service or no server for it.
   */
  establish(packet: PacketHeader, now: number): Destination | null {
    const known = this.connections.fromClient(packet)
    if (known >= 0) return this.destinationOf(known)
    packet.tcpFlags = TCP_SYN
    if (this.scheduling.schedule(packet, FROM_OUTSIDE, now) !== FORWARD) return null
    const id = this.scheduling.connection
    this.machine.fromClient(id, packet, now)
    packet.tcpFlags = TCP_ACK
    this.machine.fromClient(id, packet, now)
    return this.destinationOf(id)
  }

  private begin(): void {
    this.destination = null
    this.connection = -1
    this.opened = false
    this.cause = ''
  }

  private end(verdict: Verdict, cause: string): Verdict {
    this.cause = cause
    return verdict
  }

  /** What finds its connection: its own ends, or those of the exchange of its keys (spec 3.3). */
  flowOf(packet: Flow): Flow {
    if (!isEncrypted(packet.protocol)) return packet
    this.securityKey.src = packet.src
    this.securityKey.dst = packet.dst
    return this.securityKey
  }

  /** The first packet of a conversation; a SYN-ACK looks like one, too. */
  private looksNew({ protocol, tcpFlags, chunk }: PacketHeader): boolean {
    if (protocol === TCP) return (tcpFlags & TCP_SYN) !== 0
    return protocol === SCTP && chunk === SCTP_INIT
  }

  /** The old conversation is over, or its server is being emptied (spec 3.7). */
  private mayReschedule(id: number, destination: Destination | null): boolean {
    const { sysctls, connections } = this
    const isQuiesced = destination !== null && destination.weight === 0
    if (sysctls.expire_nodest_conn !== 0 && isQuiesced) return true
    const mode = sysctls.conn_reuse_mode
    if (mode === 0 || connections.controlOf(id) >= 0) return false
    const state = connections.stateOf(id)
    if (connections.protocolOf(id) === SCTP) return state === SCTP_CLOSED
    if (state === TIME_WAIT || state === CLOSE) return true
    const isHalfSeen = state === FIN_WAIT && connections.has(id, NO_OUTPUT)
    return isHalfSeen && (mode & REUSE_IN_FIN_WAIT) !== 0
  }

  /** State and statistics go before forwarding: a packet that dies of its TTL has been counted. */
  private toServer(
    packet: PacketHeader,
    id: number,
    destination: Destination | null,
    now: number,
  ): Verdict {
    const { connections, machine, forwarding } = this
    const at = id << RECORD_SHIFT
    const { words } = connections
    this.connection = id
    this.destination = destination
    countIn(destination, packet.ipBytes)
    words[at + IN_PACKETS]!++
    machine.fromClient(id, packet, now)
    const rare = words[at + STATE]! & (NO_CLIENT_PORT | ONE_PACKET)
    // Filled in before forwarding, by NAT alone (spec 5.2), and stays if that fails.
    if ((rare & NO_CLIENT_PORT) !== 0 && connections.methodOf(id) === NAT) {
      connections.setClientPort(id, packet.srcPort)
    }
    const verdict = forwarding.pass(packet, id, destination)
    if (verdict === FORWARD) this.nextHop = forwarding.nextHop
    else if (verdict !== DELIVER) this.cause = forwarding.cause
    if (this.sync.master !== null) this.sync.packetPassed(id, now)
    if ((rare & ONE_PACKET) !== 0) this.endOnePacket(id)
    return verdict
  }

  /**
   * The same for a datagram of a connection whose server is there, which most packets of a fast
   * director are: what only others need is not asked, and all of it is small enough for the
   * compiler to make one piece of it.
   */
  private passDatagram(
    packet: PacketHeader,
    id: number,
    destination: Destination,
    now: number,
  ): Verdict {
    const { connections, timers, forwarding, machine } = this
    const { words, times } = connections
    const at = id << RECORD_SHIFT
    if ((words[at + STATE]! & NO_CLIENT_PORT) !== 0 || this.sync.master !== null) {
      return this.toServer(packet, id, destination, now)
    }
    this.connection = id
    this.destination = destination
    countIn(destination, packet.ipBytes)
    words[at + IN_PACKETS]!++
    const timeout = machine.udpTimeout
    const deadline = now + timeout * TICK_PS
    const time = (id << TIMES_SHIFT) + DEADLINE
    const isLater = timeout === words[at + TIMEOUT] && deadline >= times[time]!
    if (isLater && !timers.keepsOrder) times[time] = deadline
    else timers.restart(id, timeout, now)
    const verdict = forwarding.pass(packet, id, destination)
    if (verdict === FORWARD) this.nextHop = forwarding.nextHop
    else if (verdict !== DELIVER) this.cause = forwarding.cause
    return verdict
  }

  private endOnePacket(id: number): void {
    const { words } = this.connections
    const template = words[(id << RECORD_SHIFT) + CONTROL]!
    if (template >= 0 && this.sync.master === null)
      words[(template << RECORD_SHIFT) + IN_PACKETS]!++
    this.lifecycle.end(id)
  }

  /** A packet of nobody's: with nat_icmp_send a server is told that nobody listens. */
  private withoutConnection(packet: PacketHeader): Verdict {
    const { protocol } = packet
    if (this.sysctls.nat_icmp_send !== 0 && this.isNatServer(packet)) {
      return this.end(REFUSE, 'no connection')
    }
    const isKnown = protocol === TCP || protocol === UDP || protocol === SCTP
    return this.end(ACCEPT, isKnown ? 'no connection' : 'protocol')
  }

  private destinationOf(id: number): Destination | null {
    const index = this.connections.words[(id << RECORD_SHIFT) + DESTINATION]!
    return index < 0 ? null : this.byIndex[index]!
  }
}
