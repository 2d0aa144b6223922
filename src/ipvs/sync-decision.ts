// Which connections a master sends, and when (spec 7.2): TCP when it ends and every so many
// packets, everything else every so many packets, templates whenever they are used.
import {
  CONTROL,
  IN_PACKETS,
  RECORD_SHIFT,
  SENT_STATE_MASK,
  SENT_STATE_SHIFT,
  STATE,
  STATE_MASK,
  SYNC_KNOWN,
  TEMPLATE,
} from './connection-record.ts'
import type { ConnectionTimers } from './connection-timers.ts'
import type { Connections } from './connections.ts'
import { SCTP, TCP } from './headers.ts'
import { SCTP_CLOSED, SCTP_ESTABLISHED } from './sctp-states.ts'
import type { Sysctls } from './sysctls.ts'
import { CLOSE, CLOSE_WAIT, ESTABLISHED, FIN_WAIT, TIME_WAIT } from './tcp-states.ts'
import { HZ, type TickClock } from './ticks.ts'

const TCP_STATES = [ESTABLISHED, FIN_WAIT, CLOSE, CLOSE_WAIT, TIME_WAIT]
/** SHUTDOWN_SENT, SHUTDOWN_RECEIVED and SHUTDOWN_ACK_SENT lie between the two. */
const SCTP_STATES = [SCTP_ESTABLISHED, 9, 10, 11, SCTP_CLOSED]
/** The low bits of a time of sending count how often it has been repeated. */
const RETRY_RANGE = 4
const LEAST_REFRESH_TICKS = 10 * HZ
/** When a connection was sent of which nothing is known: so long ago that it does not matter. */
const LONG_AGO = -1e15

export class SyncDecision {
  private readonly connections: Connections
  private readonly timers: ConnectionTimers
  private readonly sysctls: Sysctls
  private readonly clock: TickClock
  /** Ticks, by connection: when what was sent last will have expired. Of those SYNC_KNOWN alone. */
  private ends = new Float64Array(0)

  constructor(
    connections: Connections,
    timers: ConnectionTimers,
    sysctls: Sysctls,
    clock: TickClock,
  ) {
    this.connections = connections
    this.timers = timers
    this.sysctls = sysctls
    this.clock = clock
  }

  /** Is it to be sent now? If so it counts as sent. `packets`: how many its client has sent. */
  isDue(id: number, packets: number, now: number): boolean {
    const { words } = this.connections
    const at = (id << RECORD_SHIFT) + STATE
    if ((words[at]! & SYNC_KNOWN) === 0) {
      // Its first packet has just been counted.
      this.meet(id, now, words[(id << RECORD_SHIFT) + IN_PACKETS]! <= 1)
    }
    const isTemplate = (words[at]! & TEMPLATE) !== 0
    const tick = this.clock.tickAt(now)
    let end = rounded(tick + this.timers.timeoutOf(id))
    if (!isTemplate) {
      if (this.sysctls.sync_persist_mode !== 0 && this.isBehindTemplate(id)) return false
      const ending = this.isEnding(id)
      if (ending === null) return false
      if (ending) return this.send(id, end)
    }
    const refresh = this.sysctls.sync_refresh_period * HZ
    if (refresh > 0) {
      const retries = this.retriesOf(id, end, tick, refresh)
      if (retries < 0) return false
      end += retries
    }
    return this.isTurn(packets, isTemplate, refresh) && this.send(id, end)
  }

  /** A connection of which nothing has been sent from here; one is new that is opened now. */
  meet(id: number, now: number, isNew: boolean): void {
    this.connections.words[(id << RECORD_SHIFT) + STATE]! |= SYNC_KNOWN
    if (id >= this.ends.length) this.grow(id)
    this.ends[id] = isNew ? rounded(this.clock.tickAt(now)) : LONG_AGO
  }

  /** True: it has just ended; null: its state is not sent at all. */
  private isEnding(id: number): boolean | null {
    const protocol = this.connections.protocolOf(id)
    if (protocol !== TCP && protocol !== SCTP) return false
    const word = this.connections.words[(id << RECORD_SHIFT) + STATE]!
    const state = word & STATE_MASK
    const isSent = (protocol === TCP ? TCP_STATES : SCTP_STATES).includes(state)
    if (!isSent) return null
    const established = protocol === TCP ? ESTABLISHED : SCTP_ESTABLISHED
    return state !== (word & SENT_STATE_MASK) >>> SENT_STATE_SHIFT && state !== established
  }

  /** How often it has then been repeated, 0 if it is not repeated; -1: not to be sent. */
  private retriesOf(id: number, end: number, tick: number, refresh: number): number {
    const before = this.ends[id]!
    const timeout = this.timers.timeoutOf(id)
    const least = Math.max(Math.floor(timeout / 2), LEAST_REFRESH_TICKS)
    if (Math.abs(end - before) >= Math.min(refresh, least)) return 0
    const retries = before - rounded(before)
    if (retries >= this.sysctls.sync_retries) return -1
    return tick < before - timeout + Math.floor(refresh / 8) ? -1 : retries + 1
  }

  private isTurn(packets: number, isTemplate: boolean, refresh: number): boolean {
    const { sync_threshold: limits } = this.sysctls
    const threshold = limits[0]
    const period = limits[1]
    if (period > 0) return isTemplate || packets % period === threshold
    return refresh > 0 || packets === threshold
  }

  private send(id: number, end: number): true {
    const { words } = this.connections
    const at = (id << RECORD_SHIFT) + STATE
    const word = words[at]!
    words[at] = (word & ~SENT_STATE_MASK) | ((word & STATE_MASK) << SENT_STATE_SHIFT)
    this.ends[id] = end
    return true
  }

  private isBehindTemplate(id: number): boolean {
    const { words } = this.connections
    for (let up = words[(id << RECORD_SHIFT) + CONTROL]!; up >= 0;) {
      if (this.connections.has(up, TEMPLATE)) return true
      up = words[(up << RECORD_SHIFT) + CONTROL]!
    }
    return false
  }

  private grow(id: number): void {
    const ends = new Float64Array(Math.max(1024, 2 * this.ends.length, id + 1))
    ends.set(this.ends)
    this.ends = ends
  }
}

/** Without the low bits, in which repetitions are counted. */
function rounded(tick: number): number {
  return Math.floor(tick / RETRY_RANGE) * RETRY_RANGE
}
