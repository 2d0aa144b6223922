// When connections expire (spec 3.10). A packet moves the deadline; the entry goes when the
// kernel's wheel gets to it, up to an eighth of the timeout later, and is found and refreshed until
// then.
//
// A connection has one live entry at the host. A later deadline only moves the number in the table:
// the entry fires early and is planned again. For an earlier one a second entry is planned, and the
// first becomes stale: its time no longer equals the one that the table has as armed, so it does
// nothing when it fires, even if the record belongs to another connection by then.
import { ARMED, DEADLINE, RECORD_SHIFT, TIMEOUT, TIMES_SHIFT } from './connection-record.ts'
import type { Connections } from './connections.ts'
import { NEVER_PS } from './headers.ts'
import { TICK_PS, wheelLevel, type TickClock } from './ticks.ts'

export interface TimerHost {
  /** Calls `connectionDue(connection, at)` at that time, once for each call. */
  expireAt(connection: number, at: number): void
}

export class ConnectionTimers {
  private readonly connections: Connections
  private readonly host: TimerHost
  private readonly clock: TickClock
  /** By connection, when it came into its slot of the wheel; null as long as nobody asks. */
  private queued: Float64Array | null = null
  private serial = 0

  constructor(connections: Connections, host: TimerHost, clock: TickClock) {
    this.connections = connections
    this.host = host
    this.clock = clock
  }

  /** Restarts the timer with a timeout in ticks, which stays the connection's. */
  restart(id: number, timeout: number, now: number): void {
    const { times, words } = this.connections
    const first = id << TIMES_SHIFT
    const at = (id << RECORD_SHIFT) + TIMEOUT
    const deadline = now + timeout * TICK_PS
    if (this.queued !== null) this.queue(id, deadline, timeout)
    // With the same timeout a later deadline fires no earlier than the old one would have.
    if (timeout === words[at] && deadline >= times[first + DEADLINE]!) {
      times[first + DEADLINE] = deadline
      return
    }
    words[at] = timeout
    times[first + DEADLINE] = deadline
    this.arm(id, this.firesAt(deadline, timeout))
  }

  /** Restarts the timer with the timeout that the connection has. */
  again(id: number, now: number): void {
    this.restart(id, this.timeoutOf(id), now)
  }

  /** The connection goes at the next tick; it keeps its timeout, marked by its complement. */
  expireNow(id: number, now: number): void {
    const { times, words } = this.connections
    const first = id << TIMES_SHIFT
    if (times[first + DEADLINE]! <= now) return
    times[first + DEADLINE] = now
    words[(id << RECORD_SHIFT) + TIMEOUT] = ~this.timeoutOf(id)
    this.arm(id, this.firesAt(now, 0))
  }

  /**
   * Restarts a timer that has fired: nothing is planned for it, so an entry has to be asked for.
   */
  revive(id: number, timeout: number, now: number): void {
    this.connections.times[(id << TIMES_SHIFT) + DEADLINE] = NEVER_PS
    this.restart(id, timeout, now)
  }

  /** Calls `connectionDue` once more at the same time, after everything that is due then by now. */
  lookAgain(id: number, at: number): void {
    this.connections.times[(id << TIMES_SHIFT) + ARMED] = at
    this.host.expireAt(id, at)
  }

  /**
   * Of two that are due at the same tick, does the first fire first? The kernel takes the coarser
   * levels of its wheel first, and in one slot of it whoever came last. A timer that is restarted
   * within its slot keeps its place there.
   */
  firesFirst(first: number, second: number, at: number): boolean {
    const timeout = this.timeoutOf(first)
    if (this.firesAt(this.connections.deadlineOf(first), timeout) !== at) return false
    const levels = wheelLevel(timeout) - wheelLevel(this.timeoutOf(second))
    return levels !== 0 ? levels > 0 : this.placeOf(first) > this.placeOf(second)
  }

  /** From now on it is known who came into a slot before whom: for controllers, which must ask. */
  keepOrder(): void {
    this.queued ??= new Float64Array(this.connections.capacity)
  }

  get keepsOrder(): boolean {
    return this.queued !== null
  }

  private placeOf(id: number): number {
    return this.queued?.[id] ?? 0
  }

  private queue(id: number, deadline: number, timeout: number): void {
    const old = this.connections.deadlineOf(id)
    const isSame =
      this.timeoutOf(id) === timeout &&
      this.firesAt(old, timeout) === this.firesAt(deadline, timeout)
    if (isSame) return
    if (id >= this.queued!.length) {
      const more = new Float64Array(this.connections.capacity)
      more.set(this.queued!)
      this.queued = more
    }
    this.queued![id] = ++this.serial
  }

  /** What the timer will be restarted with; it runs on as it does. */
  setTimeout(id: number, timeout: number): void {
    this.connections.words[(id << RECORD_SHIFT) + TIMEOUT] = timeout
  }

  timeoutPs(id: number): number {
    return this.timeoutOf(id) * TICK_PS
  }

  /** In ticks. */
  timeoutOf(id: number): number {
    const timeout = this.connections.words[(id << RECORD_SHIFT) + TIMEOUT]!
    return timeout < 0 ? ~timeout : timeout
  }

  /** An entry has fired: true if the connection has reached its end. */
  isOver(id: number, at: number): boolean {
    const { times, words } = this.connections
    const first = id << TIMES_SHIFT
    if (times[first + ARMED] !== at) return false
    times[first + ARMED] = NEVER_PS
    const timeout = words[(id << RECORD_SHIFT) + TIMEOUT]!
    const due = this.firesAt(times[first + DEADLINE]!, Math.max(0, timeout))
    if (due <= at) return true
    this.arm(id, due)
    return false
  }

  private firesAt(deadline: number, timeout: number): number {
    return deadline >= NEVER_PS ? NEVER_PS : this.clock.firesAt(deadline, timeout)
  }

  private arm(id: number, at: number): void {
    const { times } = this.connections
    const first = id << TIMES_SHIFT
    if (at >= times[first + ARMED]!) return
    times[first + ARMED] = at
    this.host.expireAt(id, at)
  }
}
