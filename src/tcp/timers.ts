// The timers of an endpoint behind one entry in the agenda. A later deadline only moves a number:
// the entry fires early and is planned again. For an earlier one a second entry is planned, and the
// first becomes stale: its time is no longer the one that the record has as armed. The entry
// belongs to the record and outlives its connection, so that short connections plan nothing.
import { NEVER, type Time } from '../kernel/time.ts'
import type { Endpoint } from './endpoint.ts'

export interface TimerPlanner {
  /** Calls back for that endpoint at that time. */
  plan(end: Endpoint, at: Time): void
}

/** Sees to it that the endpoint is called at its earliest deadline, or before. */
export function arm(end: Endpoint, planner: TimerPlanner): void {
  const { retransmitAt, acknowledgeAt, applicationAt } = end
  let at = retransmitAt < acknowledgeAt ? retransmitAt : acknowledgeAt
  if (applicationAt < at) at = applicationAt
  if (at >= end.armedAt) return
  end.armedAt = at
  planner.plan(end, at)
}

/** An entry has fired: false if another has taken its place. */
export function hasFired(end: Endpoint, at: Time): boolean {
  if (end.armedAt !== at) return false
  end.armedAt = NEVER
  return true
}
