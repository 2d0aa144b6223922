// The agenda's entries of one director's IPVS. After a crash those that are left belong to the IPVS
// that is gone.
import type { Planner } from '../kernel/agenda.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Time } from '../kernel/time.ts'
import type { TimerHost } from '../ipvs/connection-timers.ts'
import type { Ipvs } from '../ipvs/ipvs.ts'

export class IpvsTimers implements TimerHost, Planner {
  ipvs: Ipvs | null = null
  private readonly kernel: Kernel

  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  /** IPVS wants to look at a connection at that time. */
  expireAt(connection: number, at: Time): void {
    this.kernel.agenda.plan(at, this, connection)
  }

  due(connection: number, now: Time): void {
    this.ipvs!.connectionDue(connection, now)
  }
}
