// The round-trip time and the retransmission timeout of RFC 6298. As in Linux the least timeout is
// a floor under the variation, not under the sum: RTO = SRTT + max(4 RTTVAR, 200 ms).
import type { Time } from '../kernel/time.ts'
import type { Endpoint } from './endpoint.ts'
import { FALLBACK_RTO_PS, FIRST_RTO_PS, LEAST_RTO_PS, MOST_RTO_PS } from './options.ts'

/** RFC 6298, 2.2 and 2.3; a timeout that was doubled is believed in no longer. */
export function measured(end: Endpoint, roundTripPs: Time): void {
  end.backoff = 0
  if (end.srttPs < 0) {
    end.srttPs = roundTripPs
    end.rttvarPs = roundTripPs / 2
    return
  }
  end.rttvarPs += (Math.abs(end.srttPs - roundTripPs) - end.rttvarPs) / 4
  end.srttPs += (roundTripPs - end.srttPs) / 8
}

/** Until the next retransmission, from now on. */
export function timeoutPs(end: Endpoint): Time {
  const { srttPs, rttvarPs, backoff } = end
  const unknown = end.synWasRepeated && end.sndUna > 0 ? FALLBACK_RTO_PS : FIRST_RTO_PS
  const base =
    srttPs < 0 ? unknown : srttPs + (4 * rttvarPs > LEAST_RTO_PS ? 4 * rttvarPs : LEAST_RTO_PS)
  if (backoff === 0) return Math.round(base)
  // Beyond 2^10 the largest timeout is reached from any base.
  const doubled = base * (1 << (backoff < 10 ? backoff : 10))
  return Math.round(doubled < MOST_RTO_PS ? doubled : MOST_RTO_PS)
}
