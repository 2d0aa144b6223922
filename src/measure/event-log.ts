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

export class EventLog {
  readonly events: LoggedEvent[] = []

  say(kind: EventKind, text: string, now: Time): void {
    this.events.push({ atPs: now, kind, text })
  }
}
