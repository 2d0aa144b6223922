// When connections expire (spec 3.10). Timers are exact: the kernel's wheel fires late by up to an
// eighth of the timeout, this one on time.
//
// A connection has one live entry at the host. A later deadline only moves the number in the table:
// the entry fires early and is planned again. For an earlier one a second entry is planned, and the
// first becomes stale: its time no longer equals the one that the table has as armed, so it does
// nothing when it fires, even if the record belongs to another connection by then.
import { ARMED, DEADLINE, TIMES_SHIFT, type Connections } from './connections.ts'
import { NEVER_PS } from './headers.ts'

export interface TimerHost {
  /** Calls `connectionDue(connection, at)` at that time, once for each call. */
  expireAt(connection: number, at: number): void
}

export class ConnectionTimers {
  private readonly connections: Connections
  private readonly host: TimerHost

  constructor(connections: Connections, host: TimerHost) {
    this.connections = connections
    this.host = host
  }

  /** Moves the deadline, and asks for an entry if none fires by then; NEVER_PS needs none. */
  set(id: number, deadline: number): void {
    const { times } = this.connections
    const first = id << TIMES_SHIFT
    times[first + DEADLINE] = deadline
    if (deadline >= times[first + ARMED]!) return
    times[first + ARMED] = deadline
    this.host.expireAt(id, deadline)
  }

  /** An entry has fired: true if the connection has reached its deadline. */
  isOver(id: number, at: number): boolean {
    const { times } = this.connections
    const first = id << TIMES_SHIFT
    if (times[first + ARMED] !== at) return false
    times[first + ARMED] = NEVER_PS
    const deadline = times[first + DEADLINE]!
    if (deadline <= at) return true
    this.set(id, deadline)
    return false
  }
}
