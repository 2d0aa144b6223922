// How a sender probes for its share of the path beyond slow start.
import type { Time } from '../kernel/time.ts'
import type { Endpoint } from './endpoint.ts'

export interface Congestion {
  /** So many bytes were acknowledged in congestion avoidance. */
  avoid(end: Endpoint, ackedBytes: number, now: Time): void
  /** Something was lost: the new slow-start threshold, B. */
  threshold(end: Endpoint): number
  /** The timer has fired, or the window lay idle: what was learnt of the path is forgotten. */
  restart(end: Endpoint): void
}
