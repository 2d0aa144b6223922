// One end of a TCP connection as plain numbers; what happens to them is in the machines beside it.
// Sequence numbers start at 0 and do not wrap: the SYN has number 0, the first byte 1, the FIN the
// one after the last byte. Records are reused, and lean: a million connections have two million.
import { NEVER, type Time } from '../kernel/time.ts'
import type { CubicEpoch } from './cubic-epoch.ts'
import { Ranges } from './ranges.ts'

/** States of RFC 9293, 3.3.2; LISTEN is the host's (cluster/listener.ts). */
export const CLOSED = 0
export const SYN_SENT = 1
export const SYN_RECEIVED = 2
export const ESTABLISHED = 3
export const FIN_WAIT_1 = 4
export const FIN_WAIT_2 = 5
export const CLOSE_WAIT = 6
export const CLOSING = 7
export const LAST_ACK = 8
export const TIME_WAIT = 9

/** How an end came to be CLOSED. */
export const ORDERLY = 0
export const WAS_RESET = 1
export const WAS_REFUSED = 2
export const TIMED_OUT = 3

/** Nothing is known to be lost; holes are being filled; the retransmission timer has fired. */
export const OPEN = 0
export const RECOVERY = 1
export const LOSS = 2

/** No window is larger (RFC 7323, 2.3): slow start has no end yet. */
const NO_THRESHOLD = 1 << 30

export class Endpoint {
  /** Two of a connection have neighbouring numbers, the client's is even. */
  readonly index: number
  state = CLOSED
  cause = ORDERLY

  /** Sent and not acknowledged from here on; sent up to here. */
  sndUna = 0
  sndNxt = 0
  /** After the last byte that the application has written. */
  writtenEnd = 1
  /** The application writes no more: a FIN follows the last byte. */
  isClosing = false
  /** Payload of a full segment, B. */
  mss = 0
  /** What the other end takes, B. */
  peerWindow = 0

  /** Congestion window and slow-start threshold, B. */
  cwnd = 0
  ssthresh = NO_THRESHOLD
  /** Of CUBIC; made when first needed and kept with the record. */
  cubic: CubicEpoch | null = null
  /** Whether the window was the limit of what was sent in the round that ends at `usageEnd`. */
  isLimited = false
  mostFlight = 0
  usageEnd = 0

  /** OPEN, RECOVERY or LOSS; the latter two last until `recover` is acknowledged. */
  recovery = OPEN
  recover = 0
  /** What was lost before this number has been sent again. */
  resentUpTo = 0
  dupAcks = 0
  /** What the other end says it has beyond gaps. */
  sacked: Ranges | null = null

  /** Round trip (RFC 6298); -1: not measured yet. */
  srttPs: Time = -1
  rttvarPs: Time = 0
  /** Number whose acknowledgement ends the measurement, and when it was sent; -1: none. */
  timedEnd = -1
  timedAt: Time = 0
  /** Times that the timeout was doubled, and retransmissions without an answer. */
  backoff = 0
  retries = 0
  synWasRepeated = false
  lastSentAt: Time = 0

  /** Expected next, and the acknowledgement last sent. */
  rcvNxt = 0
  ackedUpTo = 0
  /** An ACK goes out as soon as the segment has been dealt with. */
  ackNow = false
  /** Received beyond a gap, and where the latest of it began. */
  early: Ranges | null = null
  latestEarly = 0
  /** Number of the other end's FIN; -1: not seen. */
  finAt = -1
  /** Timestamp to be echoed (RFC 7323, 4.3); -1: none. */
  recentStamp: Time = -1

  retransmitAt: Time = NEVER
  acknowledgeAt: Time = NEVER
  /** The application's own, and TIME_WAIT. */
  applicationAt: Time = NEVER
  /** The agenda's entry (timers.ts); it outlives the connection. */
  armedAt: Time = NEVER

  constructor(index: number) {
    this.index = index
  }

  /** As if new, but for the entry in the agenda. */
  reset(): void {
    this.state = CLOSED
    this.cause = ORDERLY
    this.sndUna = 0
    this.sndNxt = 0
    this.writtenEnd = 1
    this.isClosing = false
    this.peerWindow = 0
    this.ssthresh = NO_THRESHOLD
    this.isLimited = false
    this.mostFlight = 0
    this.usageEnd = 0
    this.recovery = OPEN
    this.recover = 0
    this.resentUpTo = 0
    this.dupAcks = 0
    if (this.cubic !== null) this.cubic.forget()
    if (this.sacked !== null) this.sacked.clear()
    if (this.early !== null) this.early.clear()
    this.srttPs = -1
    this.timedEnd = -1
    this.backoff = 0
    this.retries = 0
    this.synWasRepeated = false
    this.rcvNxt = 0
    this.ackedUpTo = 0
    this.ackNow = false
    this.finAt = -1
    this.recentStamp = -1
    this.stopTimers()
  }

  stopTimers(): void {
    this.retransmitAt = NEVER
    this.acknowledgeAt = NEVER
    this.applicationAt = NEVER
  }

  /** Is over, and why. */
  end(cause: number): void {
    this.state = CLOSED
    this.cause = cause
    this.stopTimers()
  }

  /** Sent and not acknowledged, B. */
  get flight(): number {
    return this.sndNxt - this.sndUna
  }
}

/** The scoreboard of that end, made when first needed. */
export function sackedOf(end: Endpoint): Ranges {
  return (end.sacked ??= new Ranges())
}

export function earlyOf(end: Endpoint): Ranges {
  return (end.early ??= new Ranges())
}
