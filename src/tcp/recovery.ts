// What a sender believes to be lost and under way. With selective acknowledgements that is the
// scoreboard of RFC 6675; without them the counting of duplicates of RFC 6582, where each says that
// one segment has left the network. After a timeout all that was under way counts as lost.
import { LOSS, OPEN, RECOVERY, type Endpoint } from './endpoint.ts'

/** DupThresh: duplicates, or segments known beyond a gap, that make the gap a loss. */
export const DUPLICATES = 3

/** Bytes under way: sent, not known to have arrived, not believed lost (RFC 6675, 4, SetPipe). */
export function pipeOf(end: Endpoint, hasSack: boolean): number {
  const { recovery, sndUna, sndNxt } = end
  if (recovery === OPEN || (recovery === RECOVERY && !hasSack)) {
    if (!hasSack) return sndNxt - sndUna - end.dupAcks * end.mss
    return sndNxt - sndUna - (end.sacked === null ? 0 : end.sacked.bytes)
  }
  const lostUpTo = lossEdge(end, hasSack)
  const from = lostUpTo > sndUna ? lostUpTo : sndUna
  const resent = Math.max(sndUna, Math.min(end.resentUpTo, from))
  return unsacked(end, from, sndNxt) + unsacked(end, sndUna, resent)
}

/** Whatever lies before and was not acknowledged is believed lost (RFC 6675, 4, IsLost). */
export function lossEdge(end: Endpoint, hasSack: boolean): number {
  const { recovery, sndUna, mss } = end
  if (recovery === LOSS) return end.recover
  // The duplicates alone say that the first segment is lost, and a partial ACK that the next is.
  const least = recovery === RECOVERY ? Math.min(end.sndNxt, sndUna + mss) : sndUna
  if (!hasSack || end.sacked === null) return least
  const { sacked } = end
  let above = 0
  for (let i = sacked.count - 1; i >= 0; i--) {
    above += sacked.to[i]! - sacked.from[i]!
    const ranges = sacked.count - i
    if (above > (DUPLICATES - 1) * mss || ranges >= DUPLICATES) {
      return Math.max(least, sacked.from[i]!)
    }
  }
  return least
}

/** First byte that is lost and was not sent again; -1: none (RFC 6675, 4, NextSeg 1). */
export function nextLost(end: Endpoint, hasSack: boolean): number {
  const from = Math.max(end.resentUpTo, end.sndUna)
  const next = end.sacked === null ? from : end.sacked.endOf(from)
  return next < Math.min(end.sndNxt, lossEdge(end, hasSack)) ? next : -1
}

/** How much of the hole there fits into a segment. */
export function holeBytes(end: Endpoint, from: number): number {
  const next = end.sacked === null ? Infinity : end.sacked.startAfter(from)
  return Math.min(end.mss, end.sndNxt - from, next - from)
}

function unsacked(end: Endpoint, low: number, high: number): number {
  if (high <= low) return 0
  return high - low - (end.sacked === null ? 0 : end.sacked.coveredBetween(low, high))
}
