// The path of a packet through the director (spec 3.2 to 3.4, 3.7, 3.9): find its connection or
// schedule a new one, account, run the state machine, forward, restart the timer. It is told the
// time and what arrived, and asks its host for one thing: to be called when a connection is due.
import {
  DESTINATION,
  INACTIVE,
  NO_OUTPUT,
  RECORD_SHIFT,
  SERVER,
  STATE,
  STATE_MASK,
  Connections,
} from './connections.ts'
import { ConnectionTimers, type TimerHost } from './connection-timers.ts'
import { forwardToClient, forwardToServer } from './forward.ts'
import {
  ACCEPT,
  DROP,
  FORWARD,
  REFUSE,
  TCP,
  TCP_ACK,
  TCP_RST,
  TCP_SYN,
  UDP,
  type PacketHeader,
  type Verdict,
} from './headers.ts'
import { afterBind, afterUnbind } from './overload.ts'
import type { Destination, Flow, Kernel, Service } from './service.ts'
import { ServiceTable, type DestinationSpec, type ServiceSpec } from './service-table.ts'
import {
  CLOSE,
  INPUT,
  INPUT_ONLY,
  OUTPUT,
  TIME_WAIT,
  isActive,
  nextState,
  tcpTimeouts,
} from './tcp-states.ts'

export interface IpvsOptions {
  /** The director's own address, the source of tunnelled packets. */
  address: number
  tableSize: number
  kernel: Kernel
  timers: TimerHost
  /** The three timeouts of `ipvsadm --set`. */
  tcpPs: number
  tcpFinPs: number
  udpPs: number
}

/** Active FTP: data connections from there are never scheduled. */
const FTP_DATA_PORT = 20

export class Ipvs {
  /**
   * What the last handleFromClient or handleFromServer did. The address of the next hop counts when
   * it forwarded.
   */
  nextHop = 0
  destination: Destination | null = null
  /** The packet opened a connection. */
  opened = false
  /** Why the packet was not forwarded; '' when it was. */
  cause = ''
  readonly connections: Connections
  readonly services: Service[]
  private readonly table: ServiceTable
  private readonly address: number
  private readonly kernel: Kernel
  private readonly timers: ConnectionTimers
  private readonly tcpTimeouts: Float64Array
  private readonly udpPs: number

  constructor(options: IpvsOptions) {
    this.connections = new Connections(options.tableSize)
    this.table = new ServiceTable(options.kernel)
    this.services = this.table.services
    this.address = options.address
    this.kernel = options.kernel
    this.timers = new ConnectionTimers(this.connections, options.timers)
    this.tcpTimeouts = tcpTimeouts(options.tcpPs, options.tcpFinPs)
    this.udpPs = options.udpPs
  }

  addService(spec: ServiceSpec): Service {
    return this.table.addService(spec)
  }

  editService(service: Service, spec: { scheduler: string; flags: string[] }): void {
    this.table.editService(service, spec)
  }

  addDestination(service: Service, spec: DestinationSpec): Destination {
    return this.table.addDestination(service, spec)
  }

  editDestination(service: Service, destination: Destination, spec: DestinationSpec): void {
    this.table.editDestination(service, destination, spec)
  }

  removeDestination(service: Service, destination: Destination): void {
    this.table.removeDestination(service, destination)
  }

  /** The kernel's *in*: a packet for an address of the director's own. */
  handleFromClient(packet: PacketHeader, now: number): Verdict {
    this.begin()
    const { protocol } = packet
    if (protocol !== TCP && protocol !== UDP) return this.end(ACCEPT, 'protocol')
    let id = this.connections.fromClient(packet)
    // The conversation of these ports is over and the packet begins another: the old connection
    // goes, at the end of this instant, and until then it still counts (conn_reuse_mode 1).
    if (id >= 0 && protocol === TCP && (packet.tcpFlags & TCP_SYN) !== 0 && this.isOver(id)) {
      this.timers.set(id, now)
      id = -1
    }
    if (id < 0) {
      const verdict = this.schedule(packet)
      if (verdict !== FORWARD) return verdict
      id = this.connect(packet, this.destination!)
      this.opened = true
    } else {
      const destination = this.destinationOf(id)
      this.destination = destination
      // expire_nodest_conn 0: a removed server blackholes its connections, which age meanwhile.
      if (!destination.available) return this.end(DROP, 'destination removed')
    }
    return this.toServer(packet, id, now)
  }

  /**
   * The kernel's *out*: any packet that the director forwards, replies of NAT servers among them.
   */
  handleFromServer(packet: PacketHeader, now: number): Verdict {
    this.begin()
    const { protocol } = packet
    if (protocol !== TCP && protocol !== UDP) return this.end(ACCEPT, 'protocol')
    const { connections } = this
    const id = connections.fromServer(packet)
    if (id < 0) return this.end(ACCEPT, 'no connection')
    const destination = this.destinationOf(id)
    this.destination = destination
    this.nextHop = packet.dst
    forwardToClient(packet, connections, id)
    if (destination.available) {
      const { counters } = destination
      const { counters: total } = destination.service
      counters.outPackets++
      counters.outBytes += packet.ipBytes
      total.outPackets++
      total.outBytes += packet.ipBytes
    }
    connections.words[(id << RECORD_SHIFT) + STATE]! &= ~NO_OUTPUT
    this.advance(id, protocol, OUTPUT, packet.tcpFlags, now)
    return FORWARD
  }

  /** An entry asked for by `expireAt` has fired. */
  connectionDue(connection: number, at: number): void {
    if (this.timers.isOver(connection, at)) this.expire(connection)
  }

  /**
   * Opens a connection as if a first packet had come, without counting one: with UDP a datagram,
   * with TCP a handshake.
   * Null when there is no service or no server for it.
   */
  establish(flow: Flow, now: number): Destination | null {
    const known = this.connections.fromClient(flow)
    if (known >= 0) return this.destinationOf(known)
    const service = this.table.find(flow)
    if (service === null || !this.choose(service, flow)) return null
    const destination = this.destination!
    const id = this.connect(flow, destination)
    if (flow.protocol === TCP) this.advance(id, TCP, INPUT, TCP_SYN, now)
    this.advance(id, flow.protocol, INPUT, TCP_ACK, now)
    return destination
  }

  private begin(): void {
    this.destination = null
    this.opened = false
    this.cause = ''
  }

  private end(verdict: Verdict, cause: string): Verdict {
    this.cause = cause
    return verdict
  }

  /** A connection without a future: the next SYN of its ports is scheduled anew. */
  private isOver(id: number): boolean {
    const state = this.connections.stateOf(id)
    return state === TIME_WAIT || state === CLOSE
  }

  /** Finds a destination for a packet without a connection; FORWARD when there is one. */
  private schedule(packet: PacketHeader): Verdict {
    if (packet.protocol === TCP) {
      const { tcpFlags } = packet
      const mayOpen = (tcpFlags & TCP_SYN) !== 0 && (tcpFlags & TCP_RST) === 0
      if (!mayOpen) return this.end(ACCEPT, 'no connection')
    }
    const service = this.table.find(packet)
    if (service === null) return this.end(ACCEPT, 'no service')
    if (packet.srcPort === FTP_DATA_PORT) return this.end(ACCEPT, 'ftp data')
    return this.choose(service, packet) ? FORWARD : this.end(REFUSE, 'no destination')
  }

  /**
   * Sets `destination`. A service of every port schedules only what persistence has brought to it:
   * nothing yet.
   */
  private choose(service: Service, flow: Flow): boolean {
    this.destination = service.port === flow.dstPort ? service.scheduler.schedule(flow) : null
    return this.destination !== null
  }

  /** Opens a connection to the destination and counts it (spec 4.6). */
  private connect(flow: Flow, destination: Destination): number {
    const { address, method, index } = destination
    const port = destination.port === 0 ? flow.dstPort : destination.port
    const id = this.connections.open(flow, address, port, method, index)
    destination.totalConnections++
    afterBind(destination, this.kernel)
    destination.counters.connections++
    destination.service.counters.connections++
    return id
  }

  /** State and statistics go before forwarding: a packet that dies of its TTL has been counted. */
  private toServer(packet: PacketHeader, id: number, now: number): Verdict {
    const { connections } = this
    const at = id << RECORD_SHIFT
    const { counters, service } = this.destination!
    const { counters: total } = service
    counters.inPackets++
    counters.inBytes += packet.ipBytes
    total.inPackets++
    total.inBytes += packet.ipBytes
    const table = (connections.words[at + STATE]! & NO_OUTPUT) === 0 ? INPUT : INPUT_ONLY
    this.advance(id, packet.protocol, table, packet.tcpFlags, now)
    if (!forwardToServer(packet, connections, id, this.address)) return this.end(DROP, 'ttl')
    this.nextHop = connections.words[at + SERVER]!
    return FORWARD
  }

  /** Runs the state machine and restarts the timer. UDP has one state, which is never active. */
  private advance(id: number, protocol: number, table: number, flags: number, now: number): void {
    let timeout = this.udpPs
    if (protocol === TCP) {
      const { words } = this.connections
      const at = (id << RECORD_SHIFT) + STATE
      const old = words[at]! & STATE_MASK
      const state = nextState(table, old, flags)
      if (state !== old) this.changeState(id, state)
      timeout = this.tcpTimeouts[state]!
    }
    this.timers.set(id, now + timeout)
  }

  private changeState(id: number, state: number): void {
    const { words } = this.connections
    const at = (id << RECORD_SHIFT) + STATE
    const wasActive = (words[at]! & INACTIVE) === 0
    const willBeActive = isActive(state)
    if (wasActive !== willBeActive) {
      this.destinationOf(id).activeConnections += willBeActive ? 1 : -1
    }
    const others = words[at]! & ~(STATE_MASK | INACTIVE)
    words[at] = others | state | (willBeActive ? 0 : INACTIVE)
  }

  private expire(id: number): void {
    const { words } = this.connections
    const destination = this.destinationOf(id)
    if ((words[(id << RECORD_SHIFT) + STATE]! & INACTIVE) === 0) destination.activeConnections--
    destination.totalConnections--
    afterUnbind(destination, this.kernel)
    this.connections.remove(id)
  }

  private destinationOf(id: number): Destination {
    return this.table.byIndex[this.connections.words[(id << RECORD_SHIFT) + DESTINATION]!]!
  }
}
