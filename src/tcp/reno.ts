// Congestion avoidance of RFC 5681: one segment more per window, counted by acknowledgements, so
// that delayed ones halve the growth (3.1, equation 3); half of what was in flight after a loss.
import type { Congestion } from './congestion.ts'
import type { Endpoint } from './endpoint.ts'

export const reno: Congestion = {
  avoid(end) {
    end.cwnd += (end.mss * end.mss) / end.cwnd
  },

  threshold(end) {
    return Math.max(Math.floor(end.flight / 2), 2 * end.mss)
  },

  restart() {},
}

/** RFC 3465: slow start counts bytes, two segments for an ACK at most; one after a timeout. */
export function slowStart(end: Endpoint, ackedBytes: number, mostSegments: number): void {
  const most = mostSegments * end.mss
  end.cwnd += ackedBytes < most ? ackedBytes : most
}
