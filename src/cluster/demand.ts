// What the load and the transports say to each other. A source decides when requests leave, who
// sends them and how large they are; a transport carries them and tells the source what became of
// them.
import type { Time } from '../kernel/time.ts'

/**
 * One request as its source wants it. The source owns the object and fills it anew before each
 * call; a transport copies what it needs.
 */
export interface Demand {
  /** Place in the measurements (measure/recorder.ts). */
  slot: number
  /** Who sends it: number of a flow (UDP) or of a source address (TCP). */
  client: number
  /** UDP: Ethernet frame; TCP: payload. */
  requestBytes: number
  answerBytes: number
  /** Requests on this connection, this one included (TCP keep-alive); UDP ignores it. */
  requests: number
  /** What the source hears when it has ended; -1: nobody waits. */
  ticket: number
}

export interface Source {
  /**
   * The next request on the connection of that client is due now (keep-alive): fills in slot and
   * sizes; false when the load is over.
   */
  follow(demand: Demand, client: number, now: Time): boolean
  /** The connection of that ticket has ended, answered or failed. */
  ended(ticket: number, now: Time): void
}

/** A demand to be filled in. */
export function blankDemand(): Demand {
  return { slot: 0, client: 0, requestBytes: 0, answerBytes: 0, requests: 1, ticket: -1 }
}
