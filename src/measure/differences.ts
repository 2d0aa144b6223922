// How much two series of values differ, with the 95 % interval of it. Values measured under common
// random numbers belong in pairs: what chance did to both cancels (Law, "Simulation Modeling and
// Analysis", 10.2 and 11.2). Otherwise by Welch's method, for variances that may differ.
import { interval, type Interval } from './statistics.ts'
import { studentT } from './student-t.ts'

/** Mean of `after - before`, pair by pair. */
export function pairedDifference(before: readonly number[], after: readonly number[]): Interval {
  return interval(before.map((value, index) => after[index]! - value))
}

/**
 * The relative change of the mean, mean(after) / mean(before) - 1; its spread is that of the
 * residuals after - ratio * before (the ratio estimator; Cochran, "Sampling Techniques", 6.3).
 * NaN when the mean before is 0.
 */
export function pairedChange(before: readonly number[], after: readonly number[]): Interval {
  const n = before.length
  const base = interval([...before]).mean
  const ratio = interval([...after]).mean / base
  const residuals = interval(before.map((value, index) => after[index]! - ratio * value))
  return around(ratio - 1, residuals.high === null ? null : residuals.high / Math.abs(base), n)
}

/** Difference of two means of independent series (Welch, 1947); n is the smaller count. */
export function unpairedDifference(before: readonly number[], after: readonly number[]): Interval {
  const [a, b] = [spreadOf(before), spreadOf(after)]
  return around(b.mean - a.mean, welchReach(a, b, 1), Math.min(a.n, b.n))
}

/** Relative change of the mean between independent series, by the delta method. */
export function unpairedChange(before: readonly number[], after: readonly number[]): Interval {
  const [a, b] = [spreadOf(before), spreadOf(after)]
  const ratio = b.mean / a.mean
  const reach = welchReach(a, b, ratio)
  return around(ratio - 1, reach === null ? null : reach / Math.abs(a.mean), Math.min(a.n, b.n))
}

interface Spread {
  n: number
  mean: number
  /** Variance of the mean; null for a single value. */
  variance: number | null
}

function spreadOf(values: readonly number[]): Spread {
  const n = values.length
  const { mean } = interval([...values])
  if (n < 2) return { n, mean, variance: null }
  let squares = 0
  for (const value of values) squares += (value - mean) * (value - mean)
  return { n, mean, variance: squares / (n - 1) / n }
}

/** Half the interval of b - factor * a, with the degrees of freedom of Welch and Satterthwaite. */
function welchReach(a: Spread, b: Spread, factor: number): number | null {
  if (a.variance === null || b.variance === null) return null
  const ofA = a.variance * factor * factor
  const total = ofA + b.variance
  if (total === 0) return 0
  const degrees =
    (total * total) / ((ofA * ofA) / (a.n - 1) + (b.variance * b.variance) / (b.n - 1))
  return studentT(0.975, degrees) * Math.sqrt(total)
}

function around(mean: number, reach: number | null, n: number): Interval {
  if (reach === null) return { mean, low: null, high: null, n }
  return { mean, low: mean - reach, high: mean + reach, n }
}
