// What happened in a replication, in the order of time: faults, verdicts of health checks, changes
// in IPVS, moves of addresses. For `events.csv` and "WHAT HAPPENED".
import type { Time } from '../kernel/time.ts'

/** What an event is about; reports leave out changes of IPVS first when there are many. */
export type EventKind = 'fault' | 'operation' | 'check' | 'ipvs' | 'vrrp'

export interface LoggedEvent {
  atPs: Time
  kind: EventKind
  text: string
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

  /** Does something that is not worth telling. */
  without(act: () => void): void {
    this.isOff = true
    act()
    this.isOff = false
  }
}

/** ', 28.7ms later'; nothing when there was no earlier moment. */
export function sinceText(since: Time | undefined, now: Time): string {
  if (since === undefined || since > now) return ''
  return `, ${((now - since) / PS_PER_MS).toFixed(1)}ms later`
}
