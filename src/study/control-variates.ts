// A control variate (Law, "Simulation Modeling and Analysis", 11.4; Lavenberg and Welch, 1981):
// with Poisson arrivals the number of requests that a phase offers is known on average, exactly.
// Runs that chance gave more requests have longer queues; what is known of the first is taken
// out of the second. The slope comes from the batches inside the replications, a hundred of
// them, and so does the choice whether to use it: over few replications a slope fitted to the
// very values that it adjusts, or used only when it makes the interval shorter, would promise
// more than it holds. Any slope that is fixed beforehand leaves the mean what it is.
import type { PhaseResult } from '../measure/replication.ts'
import { byBatch, counted, type Span } from './spans.ts'

/** Below this share of the batches' variance explained a control is not worth its words. */
const LEAST_EXPLAINED = 0.1
/** Pairs of batches below which the slope would be a guess. */
const FEWEST_PAIRS = 30

/** The value of each replication, and those of the batches in it (null where nothing was). */
export interface Values {
  whole: number[]
  byBatch: readonly (readonly (number | null)[])[]
}

/** The values without what the control explains of them; the same values where it does not. */
export type Control = (values: Values) => Values

/** Null when nothing is known, or there are no replications to sharpen. */
export function controlOf(span: Span, measured: readonly PhaseResult[]): Control | null {
  const { expected } = span
  if (expected === null || !span.steady || measured.length < 2) return null
  const offered = measured.map((p) => byBatch(counted(p.windows.offered, span)))
  if (offered[0]!.length === 0) return null
  return (values) => {
    const slopes = slopesOf(offered, values.byBatch)
    if (slopes === null) return values
    const without = (value: number, count: number, index: number) =>
      value - slopes[index]! * (count - expected)
    return {
      whole: values.whole.map((value, index) => without(value, meanOf(offered[index]!), index)),
      byBatch: values.byBatch.map((own, index) =>
        own.map((value, batch) =>
          value === null ? null : without(value, offered[index]![batch]!, index),
        ),
      ),
    }
  }
}

/** Sums about the means of one replication: what least squares are made of. */
interface Moments {
  pairs: number
  products: number
  squares: number
  total: number
}

/**
 * Least squares within replications, for each of them from the others alone; null when the
 * control explains too little. A slope that knows the value it adjusts is steeper where there was
 * more load, and the adjusted mean then lies too low (measured: 72 % instead of 95 % for M/D/1).
 */
function slopesOf(
  offered: readonly (readonly number[])[],
  values: readonly (readonly (number | null)[])[],
): number[] | null {
  const moments = values.map((own, index) => momentsOf(own, offered[index]!))
  const all = moments.reduce(added)
  const explained = (all.products * all.products) / all.squares / all.total
  if (all.pairs < FEWEST_PAIRS || !(explained >= LEAST_EXPLAINED)) return null
  const slopes = moments.map(
    ({ products, squares }) => (all.products - products) / (all.squares - squares),
  )
  return slopes.every(Number.isFinite) ? slopes : null
}

function momentsOf(values: readonly (number | null)[], counts: readonly number[]): Moments {
  const known = values.flatMap((value, batch) =>
    value === null ? [] : [{ value, count: counts[batch]! }],
  )
  const meanValue = meanOf(known.map(({ value }) => value))
  const meanCount = meanOf(known.map(({ count }) => count))
  const moments: Moments = { pairs: 0, products: 0, squares: 0, total: 0 }
  for (const { value, count } of known) {
    moments.pairs++
    moments.products += (value - meanValue) * (count - meanCount)
    moments.squares += (count - meanCount) * (count - meanCount)
    moments.total += (value - meanValue) * (value - meanValue)
  }
  return moments
}

function added(a: Moments, b: Moments): Moments {
  return {
    pairs: a.pairs + b.pairs,
    products: a.products + b.products,
    squares: a.squares + b.squares,
    total: a.total + b.total,
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
