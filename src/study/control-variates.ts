// A control variate (Law, "Simulation Modeling and Analysis", 11.4; Lavenberg and Welch, 1981): with
// Poisson arrivals the number of requests that a phase offers is known on average, exactly. Runs
// that chance gave more requests have longer queues; what is known of the first is taken out of the
// second. The slope comes from the batches inside the replications, a hundred of them, and so does
// the choice whether to use it: over few replications a slope fitted to the very values that it
// adjusts, or used only when it makes the interval shorter, would promise more than it holds. Any
// slope that is fixed beforehand leaves the mean what it is.
import type { PhaseResult } from '../measure/replication.ts'
import { byBatch, counted, type Span } from './spans.ts'

/** Below this share of the batches' variance explained a control is not worth its words. */
const LEAST_EXPLAINED = 0.1
/** Pairs of batches below which the slope would be a guess. */
const FEWEST_PAIRS = 30

export interface Control {
  /** The values without what the control explains of them; the same values where it does not. */
  adjust: (values: number[], byBatch: readonly (readonly (number | null)[])[]) => number[]
}

/** Null when nothing is known, or there are no replications to sharpen. */
export function controlOf(span: Span, measured: readonly PhaseResult[]): Control | null {
  const { expected } = span
  if (expected === null || !span.steady || measured.length < 2) return null
  const offered = measured.map((p) => byBatch(counted(p.windows.offered, span)))
  if (offered[0]!.length === 0) return null
  return {
    adjust(values, byBatches) {
      const slope = slopeOf(offered, byBatches)
      if (slope === null) return values
      return values.map((value, index) => value - slope * (meanOf(offered[index]!) - expected))
    },
  }
}

/** Least squares within replications; null when it explains too little. */
function slopeOf(
  offered: readonly (readonly number[])[],
  values: readonly (readonly (number | null)[])[],
): number | null {
  let [pairs, products, squares, total] = [0, 0, 0, 0]
  values.forEach((own, replication) => {
    const known = own.flatMap((value, batch) =>
      value === null ? [] : [{ value, count: offered[replication]![batch]! }],
    )
    const [meanValue, meanCount] = [
      meanOf(known.map(({ value }) => value)),
      meanOf(known.map(({ count }) => count)),
    ]
    for (const { value, count } of known) {
      pairs++
      products += (value - meanValue) * (count - meanCount)
      squares += (count - meanCount) * (count - meanCount)
      total += (value - meanValue) * (value - meanValue)
    }
  })
  if (pairs < FEWEST_PAIRS || squares === 0 || total === 0) return null
  const explained = (products * products) / squares / total
  return explained < LEAST_EXPLAINED ? null : products / squares
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
