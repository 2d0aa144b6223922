// CUBIC (RFC 9438): the window is a cubic function of the time since the last loss, with its
// plateau at the window before it; never less than Reno would have (4.3). Windows are in segments.
import { cbrt } from '../kernel/elementary.ts'
import { PS_PER_SECOND, type Time } from '../kernel/time.ts'
import type { Congestion } from './congestion.ts'
import { CubicEpoch } from './cubic-epoch.ts'

/** Multiplicative decrease, and how fast the cubic grows, segments/s^3 (4.6 and 5). */
export const BETA = 0.7
export const C = 0.4
/** Additive increase with which Reno's window and this decrease have the same mean (4.3). */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA)

export const cubic: Congestion = {
  avoid(end, ackedBytes, now) {
    const epoch = (end.cubic ??= new CubicEpoch())
    const window = end.cwnd / end.mss
    if (epoch.startPs < 0) begin(epoch, window, now)
    const acked = ackedBytes / end.mss
    const seconds = (now - epoch.startPs) / PS_PER_SECOND
    const roundTrip = Math.max(0, end.srttPs) / PS_PER_SECOND
    epoch.wEst += ((epoch.wEst < epoch.wPrior ? ALPHA : 1) * acked) / window
    if (windowAt(epoch, seconds) < epoch.wEst) {
      end.cwnd = Math.max(end.cwnd, epoch.wEst * end.mss)
      return
    }
    const target = Math.min(1.5 * window, windowAt(epoch, seconds + roundTrip))
    if (target > window) end.cwnd += ((target - window) / window) * ackedBytes
  },

  threshold(end) {
    const epoch = (end.cubic ??= new CubicEpoch())
    const window = end.cwnd / end.mss
    // Fast convergence: a flow whose plateau sinks gives up some more.
    epoch.wMax = window < epoch.wMax ? (window * (1 + BETA)) / 2 : window
    epoch.wPrior = window
    epoch.startPs = -1
    return Math.max(2 * end.mss, Math.floor(end.cwnd * BETA))
  },

  restart(end) {
    if (end.cubic !== null) end.cubic.forget()
  },
}

/** Congestion avoidance begins: the way back to the plateau is measured (4.2). */
function begin(epoch: CubicEpoch, window: number, now: Time): void {
  epoch.startPs = now
  epoch.wEst = window
  if (epoch.wMax > window) epoch.k = cbrt((epoch.wMax - window) / C)
  else {
    epoch.k = 0
    epoch.wMax = window
  }
}

/** W_cubic (4.2, equation 1). */
function windowAt(epoch: CubicEpoch, seconds: number): number {
  const t = seconds - epoch.k
  return C * t * t * t + epoch.wMax
}
