// What happened in a replication, in the order of time: faults, verdicts of health checks, changes
// in IPVS, moves of addresses. For `events.csv` and "WHAT HAPPENED".
import type { Time } from '../kernel/time.ts'

/** What an event is about; reports leave out changes of IPVS first when there are many. */
export type EventKind = 'fault' | 'operation' | 'check' | 'ipvs' | 'vrrp' | 'route'

export interface LoggedEvent {
  atPs: Time
  kind: EventKind
  text: string
  /** What a check has found out, and how long after it befell the host. */
  found?: string
  afterPs?: Time
}

const PS_PER_MS = 1_000_000_000

export class EventLog {
  readonly events: LoggedEvent[] = []
  /** When something last befell a host, by its name. */
  readonly befell: Map<string, Time> = new Map()
  private isOff = false

  say(kind: EventKind, text: string, now: Time): void {
    if (!this.isOff) this.events.push({ atPs: now, kind, text })
  }

  /**
   * A check has found out something about a host, or about a service (null); `found` is what it is
   * called over replications.
   */
  find(who: string, what: string, host: string | null, now: Time, found: string = what): void {
    if (this.isOff) return
    const text = `${who}: ${what}`
    const since = host === null ? undefined : this.befell.get(host)
    if (since === undefined) return this.say('check', text, now)
    const afterPs = now - since
    const later = `, ${(afterPs / PS_PER_MS).toFixed(1)}ms later`
    this.events.push({ atPs: now, kind: 'check', text: text + later, found, afterPs })
  }

  /** Does something that is not worth telling. */
  without(act: () => void): void {
    this.isOff = true
    act()
    this.isOff = false
  }
}
