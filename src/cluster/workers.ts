// Who works on the requests of a real server. Workers that each have a core take one request after
// the other and give it all they have; more workers than cores share the cores evenly (processor
// sharing), as threads do under a fair scheduler with a slice much shorter than a request.
import type { Time } from '../kernel/time.ts'
import type { Packet } from '../net/packet.ts'

export interface Workers {
  /** Requests that they work on. */
  readonly busy: number
  /** There must be a free worker. `workPs` is the time that a core of its own would take. */
  begin(packet: Packet, workPs: Time, now: Time): void
  /** When the next request is done, if no other comes. */
  nextAt(now: Time): Time
  /** The request that is done now. */
  finish(now: Time): Packet
  /** Core time spent before `now`, over all cores. */
  busyUntil(now: Time): Time
  /** Nobody worked between the two moments; what was to be done is done that much later. */
  shift(from: Time, to: Time): void
  /** Gives up what is not done, and gives it back. */
  abandon(now: Time): Packet[]
}
