// What a packet does to its connection (spec 4.1 to 4.3): the next state, the timeout that comes
// with it, and whether the connection still counts as active at its destination.
import {
  ASSURED,
  CONTROL,
  INACTIVE,
  NO_OUTPUT,
  RECORD_SHIFT,
  STATE,
  STATE_MASK,
  TEMPLATE,
} from './connection-record.ts'
import type { ConnectionTimers } from './connection-timers.ts'
import type { Connections } from './connections.ts'
import { SCTP, TCP, UDP, type PacketHeader } from './headers.ts'
import { SCTP_ESTABLISHED, SCTP_TIMEOUTS, nextSctpState } from './sctp-states.ts'
import type { Destination } from './service.ts'
import {
  ESTABLISHED,
  FIN_WAIT,
  INPUT,
  INPUT_ONLY,
  OUTPUT,
  SECURE,
  isActive,
  nextState,
  tcpTimeouts,
} from './tcp-states.ts'
import { HZ } from './ticks.ts'

const UDP_SECONDS = 300
/** Of protocols without a timeout of their own: AH and ESP. */
const STATELESS_TICKS = 180 * HZ

export class StateMachine {
  /** The defence uses the secure tables. */
  isSecure = false
  /** Ticks, by state. */
  private readonly tcpTimeouts = tcpTimeouts()
  udpTimeout = UDP_SECONDS * HZ
  private readonly connections: Connections
  private readonly timers: ConnectionTimers
  private readonly byIndex: readonly Destination[]

  constructor(connections: Connections, timers: ConnectionTimers, byIndex: readonly Destination[]) {
    this.connections = connections
    this.timers = timers
    this.byIndex = byIndex
  }

  /** The three timeouts of `ipvsadm --set`, s. */
  get timeouts(): { tcp: number; tcpFin: number; udp: number } {
    return {
      tcp: this.tcpTimeouts[ESTABLISHED]! / HZ,
      tcpFin: this.tcpTimeouts[FIN_WAIT]! / HZ,
      udp: this.udpTimeout / HZ,
    }
  }

  /** 0 leaves one as it is. */
  setTimeouts(tcp: number, tcpFin: number, udp: number): void {
    if (tcp !== 0) this.tcpTimeouts[ESTABLISHED] = ticksOf(tcp)
    if (tcpFin !== 0) this.tcpTimeouts[FIN_WAIT] = ticksOf(tcpFin)
    if (udp !== 0) this.udpTimeout = ticksOf(udp)
  }

  /** How long a connection of that protocol lives in that state, in ticks. */
  timeoutOf(protocol: number, state: number): number {
    if (protocol === TCP) return this.tcpTimeouts[state]!
    if (protocol === SCTP) return SCTP_TIMEOUTS[state]!
    return protocol === UDP ? this.udpTimeout : STATELESS_TICKS
  }

  /** A packet of the client's: runs the state machine and restarts the timer. */
  fromClient(id: number, packet: PacketHeader, now: number): void {
    if (packet.protocol === UDP) {
      this.timers.restart(id, this.udpTimeout, now)
      return
    }
    // The third table serves as long as no reply has been seen.
    const isSilent = (this.connections.words[(id << RECORD_SHIFT) + STATE]! & NO_OUTPUT) !== 0
    this.advance(id, packet, isSilent ? INPUT_ONLY : INPUT, now)
  }

  /** A reply: from now on the director knows that it sees them. */
  fromServer(id: number, packet: PacketHeader, now: number): void {
    this.connections.words[(id << RECORD_SHIFT) + STATE]! &= ~NO_OUTPUT
    if (packet.protocol === UDP) {
      this.assure(id)
      this.timers.restart(id, this.udpTimeout, now)
    } else {
      this.advance(id, packet, OUTPUT, now)
    }
  }

  private advance(id: number, packet: PacketHeader, table: number, now: number): void {
    const { protocol } = packet
    if (protocol === TCP) this.advanceTcp(id, packet.tcpFlags, table, now)
    else if (protocol === SCTP && packet.chunk >= 0) {
      this.advanceSctp(id, packet.chunk, table, now)
    } else {
      this.timers.again(id, now)
    }
  }

  private advanceTcp(id: number, flags: number, table: number, now: number): void {
    const old = this.connections.words[(id << RECORD_SHIFT) + STATE]! & STATE_MASK
    const state = nextState(this.isSecure ? table + SECURE : table, old, flags)
    if (state !== old) {
      this.change(id, state, isActive(state))
      if (state === ESTABLISHED) this.assure(id)
    }
    this.timers.restart(id, this.tcpTimeouts[state]!, now)
  }

  private advanceSctp(id: number, event: number, table: number, now: number): void {
    const old = this.connections.words[(id << RECORD_SHIFT) + STATE]! & STATE_MASK
    const state = nextSctpState(table, old, event)
    if (state !== old) {
      this.change(id, state, state === SCTP_ESTABLISHED)
      if (state === SCTP_ESTABLISHED) this.assure(id)
    }
    this.timers.restart(id, SCTP_TIMEOUTS[state]!, now)
  }

  private change(id: number, state: number, willBeActive: boolean): void {
    const { words } = this.connections
    const at = (id << RECORD_SHIFT) + STATE
    const destination = this.byIndex[this.connections.destinationOf(id)]
    let flags = words[at]! & ~STATE_MASK
    if (destination !== undefined) {
      const wasActive = (flags & INACTIVE) === 0
      if (wasActive && !willBeActive) destination.activeConnections--
      if (!wasActive && willBeActive) destination.activeConnections++
      flags = willBeActive ? flags & ~INACTIVE : flags | INACTIVE
    }
    words[at] = flags | state
  }

  /** The template behind the connection has proved its worth: the defence does not drop it. */
  private assure(id: number): void {
    const { words } = this.connections
    const control = words[(id << RECORD_SHIFT) + CONTROL]!
    if (control < 0) return
    const at = (control << RECORD_SHIFT) + STATE
    if ((words[at]! & TEMPLATE) !== 0) words[at] = (words[at]! & ~STATE_MASK) | ASSURED
  }
}

/** Whole ticks; the kernel knows whole seconds alone, a scenario may say less. */
function ticksOf(seconds: number): number {
  return Math.max(1, Math.round(seconds * HZ))
}
