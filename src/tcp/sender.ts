// The sending half of an end: what goes out when, what acknowledgements and timeouts say about the
// path. Slow start and fast retransmit of RFC 5681, loss recovery by SACK (RFC 6675) or NewReno
// (RFC 6582), timeouts of RFC 6298, windows that were not used of RFC 7661.
import { NEVER, type Time } from '../kernel/time.ts'
import type { Packet } from '../net/packet.ts'
import { CONGESTION } from './algorithms.ts'
import type { Congestion } from './congestion.ts'
import { LOSS, OPEN, RECOVERY, sackedOf, type Endpoint } from './endpoint.ts'
import { TCP_FIN, TCP_SYN } from './flags.ts'
import type { TcpOptions } from './options.ts'
import { DUPLICATES, holeBytes, lossEdge, nextLost, pipeOf } from './recovery.ts'
import { slowStart } from './reno.ts'
import { measured, timeoutPs } from './round-trip.ts'
import type { Segments } from './segments.ts'

export class Sender {
  private readonly options: TcpOptions
  private readonly segments: Segments
  private readonly congestion: Congestion
  private readonly hasSack: boolean

  constructor(options: TcpOptions, segments: Segments) {
    this.options = options
    this.segments = segments
    this.congestion = CONGESTION[options.congestion]
    this.hasSack = options.sack
  }

  /** The handshake is done: the window that the first data may fill (RFC 6928; 5681, 3.1). */
  begin(end: Endpoint): void {
    const segments = end.synWasRepeated ? 1 : this.options.initialWindow
    end.cwnd = segments * end.mss
    end.retransmitAt = NEVER
    end.retries = 0
    end.backoff = 0
  }

  /** Sends whatever the windows allow: first what was lost, then what is new. */
  flush(end: Endpoint, now: Time): void {
    if (end.recovery === OPEN && end.sndNxt === end.writtenEnd && !end.isClosing) return
    let pipe = pipeOf(end, this.hasSack)
    if (end.recovery !== OPEN) pipe = this.resend(end, pipe, false, now)
    if (pipe < end.cwnd) this.sendNew(end, pipe, now)
  }

  /** What the segment says about segments sent before. */
  acknowledge(end: Endpoint, packet: Packet, now: Time): void {
    const { acknowledged } = packet
    if (acknowledged > end.sndNxt) return
    const isSame = packet.window === end.peerWindow
    end.peerWindow = packet.window
    const news = packet.sackCount > 0 && this.hasSack ? takeBlocks(end, packet) : 0
    if (acknowledged > end.sndUna) this.advance(end, packet, now)
    else if (acknowledged === end.sndUna && isDuplicate(end, packet, isSame, news, this.hasSack)) {
      end.dupAcks++
      this.suspect(end, now)
    }
  }

  /** The retransmission timer has fired (RFC 6298, 5.4 to 5.7; RFC 5681, 3.1). */
  timeOut(end: Endpoint, now: Time): void {
    // A segment that is lost again has already halved the threshold.
    if (end.recovery !== LOSS || end.retries === 0) end.ssthresh = this.congestion.threshold(end)
    this.congestion.restart(end)
    end.cwnd = end.mss
    this.loseAll(end)
    end.retries++
    end.backoff++
    this.resend(end, 0, true, now)
    end.retransmitAt = now + timeoutPs(end)
  }

  /** Segments are smaller from now on; those under way were too big, not unlucky (RFC 1191). */
  shrink(end: Endpoint, mss: number, now: Time): void {
    if (mss >= end.mss) return
    end.mss = mss
    if (end.flight === 0) return
    this.loseAll(end)
    this.resend(end, 0, true, now)
  }

  private loseAll(end: Endpoint): void {
    end.recovery = LOSS
    end.recover = end.sndNxt
    end.resentUpTo = end.sndUna
    end.dupAcks = 0
    end.timedEnd = -1
  }

  private advance(end: Endpoint, packet: Packet, now: Time): void {
    const { acknowledged } = packet
    const acked = acknowledged - end.sndUna
    end.sndUna = acknowledged
    if (end.sacked !== null && end.sacked.count > 0) end.sacked.trimBelow(acknowledged)
    this.measure(end, packet, now)
    end.retries = 0
    if (end.recovery === RECOVERY) this.recover(end, acked, now)
    else {
      end.dupAcks = 0
      const wasLoss = end.recovery === LOSS
      if (wasLoss) end.resentUpTo = Math.max(end.resentUpTo, acknowledged)
      if (wasLoss && acknowledged >= end.recover) end.recovery = OPEN
      this.grow(end, acked, wasLoss, now)
    }
    end.retransmitAt = end.sndUna === end.sndNxt ? NEVER : now + timeoutPs(end)
    if (end.recovery === OPEN && this.hasSack) this.suspect(end, now)
  }

  /** By the echoed timestamp, or by the segment that is timed; never one sent twice (Karn). */
  private measure(end: Endpoint, packet: Packet, now: Time): void {
    if (this.options.timestamps) {
      if (packet.echo >= 0) measured(end, now - packet.echo)
    } else if (end.timedEnd >= 0 && end.sndUna >= end.timedEnd) {
      end.timedEnd = -1
      measured(end, now - end.timedAt)
    }
  }

  /** An ACK of new data while holes are being filled: of all of it, or of a part. */
  private recover(end: Endpoint, acked: number, now: Time): void {
    if (end.sndUna >= end.recover) {
      end.recovery = OPEN
      end.dupAcks = 0
      end.cwnd = end.ssthresh
      return
    }
    end.resentUpTo = Math.max(end.resentUpTo, end.sndUna)
    if (this.hasSack) return
    // RFC 6582, 3.2, 3: the next hole begins here. What was acknowledged had been counted by the
    // duplicates that it caused, but for the segment that was sent again.
    end.dupAcks = Math.max(0, end.dupAcks - Math.max(0, Math.round(acked / end.mss) - 1))
    this.resend(end, pipeOf(end, false), true, now)
  }

  /** Is the first segment lost by what is known now? Then it is sent again at once. */
  private suspect(end: Endpoint, now: Time): void {
    if (end.recovery !== OPEN || end.flight === 0) return
    const isLost = this.hasSack && lossEdge(end, true) > end.sndUna
    // RFC 6582, 3.2, 1: duplicates of what a timeout sent needlessly are no news.
    const isCounted = end.dupAcks >= DUPLICATES && (this.hasSack || end.sndUna > end.recover)
    if (!isLost && !isCounted) return
    end.ssthresh = this.congestion.threshold(end)
    end.cwnd = end.ssthresh
    end.recovery = RECOVERY
    end.recover = end.sndNxt
    end.resentUpTo = end.sndUna
    end.timedEnd = -1
    this.resend(end, pipeOf(end, this.hasSack), true, now)
    end.retransmitAt = now + timeoutPs(end)
  }

  /** RFC 5681, 3.1, for a window that was used (RFC 7661; as Linux judges it). */
  private grow(end: Endpoint, acked: number, wasLoss: boolean, now: Time): void {
    if (end.cwnd < end.ssthresh) {
      if (!end.isLimited && end.cwnd >= 2 * end.mostFlight) return
      slowStart(end, acked, wasLoss ? 1 : 2)
    } else if (end.isLimited) this.congestion.avoid(end, acked, now)
  }

  /**
   * Sends again what was lost, as far as the window allows, the first segment in any case if it
   * must be. Gives the bytes under way; Infinity when the window has ended before the losses.
   */
  private resend(end: Endpoint, pipe: number, isForced: boolean, now: Time): number {
    // Without SACK the hole being filled is among what counts as under way.
    const isCounted = end.recovery === RECOVERY && !this.hasSack
    let mustSend = isForced
    for (;;) {
      const from = nextLost(end, this.hasSack)
      if (from < 0) return pipe
      const bytes = holeBytes(end, from)
      if (!mustSend && pipe + bytes > end.cwnd) return Infinity
      mustSend = false
      end.resentUpTo = from + bytes
      this.segments.data(end, from, Math.min(bytes, end.writtenEnd - from), now)
      if (!isCounted) pipe += bytes
    }
  }

  private sendNew(end: Endpoint, pipe: number, now: Time): void {
    const { mss, writtenEnd } = end
    if (end.flight === 0) this.resume(end, now)
    const window = Math.min(end.peerWindow, this.options.wmem)
    const limit = Math.min(writtenEnd, end.sndUna + window)
    const before = end.sndNxt
    let isBlocked = false
    while (end.sndNxt < limit) {
      const bytes = Math.min(mss, limit - end.sndNxt)
      // RFC 1122, 4.2.3.4: no small segments because a window is about to end.
      if (bytes < mss && end.sndNxt + bytes < writtenEnd && end.flight > 0) break
      if (pipe + bytes > end.cwnd) {
        isBlocked = true
        break
      }
      this.segments.data(end, end.sndNxt, bytes, now)
      pipe += bytes
    }
    if (end.isClosing && end.sndNxt === writtenEnd) this.segments.data(end, writtenEnd, 0, now)
    if (isBlocked || end.sndNxt > before) this.noteUse(end, isBlocked || pipe + mss > end.cwnd)
  }

  /** Whether the congestion window is what limits the sender, over a window's worth of data. */
  private noteUse(end: Endpoint, isLimited: boolean): void {
    const { flight } = end
    const isNewRound = end.sndUna >= end.usageEnd
    if (!isNewRound && !isLimited && (end.isLimited || flight <= end.mostFlight)) return
    end.mostFlight = flight
    end.usageEnd = end.sndNxt
    end.isLimited = isLimited
  }

  /** After a pause the window shrinks by half for every timeout that has passed (RFC 2861, 3.2). */
  private resume(end: Endpoint, now: Time): void {
    if (!this.options.slowStartAfterIdle || end.sndNxt <= 1) return
    const pause = now - end.lastSentAt
    const timeout = timeoutPs(end)
    if (pause <= timeout) return
    const least = Math.min(end.cwnd, this.options.initialWindow * end.mss)
    end.ssthresh = Math.max(end.ssthresh, Math.floor((3 * end.cwnd) / 4))
    for (let left = pause; left > timeout && end.cwnd > least; left -= timeout) end.cwnd /= 2
    end.cwnd = Math.max(end.cwnd, least)
    this.congestion.restart(end)
  }
}

/** Enters selective acknowledgements; gives the bytes that were news. */
function takeBlocks(end: Endpoint, packet: Packet): number {
  const sacked = sackedOf(end)
  let news = 0
  for (let block = 0; block < packet.sackCount; block++) {
    const from = Math.max(end.sndUna, packet.sacks[2 * block]!)
    const to = packet.sacks[2 * block + 1]!
    if (to > from) news += sacked.add(from, to)
  }
  return news
}

/** RFC 5681, 2, or with SACK: one that says something new (RFC 6675, 2). */
function isDuplicate(
  end: Endpoint,
  packet: Packet,
  isSame: boolean,
  news: number,
  hasSack: boolean,
): boolean {
  if (hasSack) return news > 0
  const isPure = packet.payloadBytes === 0 && (packet.tcpFlags & (TCP_SYN | TCP_FIN)) === 0
  return isPure && isSame && end.flight > 0
}
