// How sure Jain's index is. Both ways take 1 minus the index, which is a sum of squares of shares
// and so skewed, and give the index that phases of this length and load have on average: requests
// that chance spreads unevenly are a part of it.
import { skewedBounds, skewedInterval } from '../measure/skewed-interval.ts'
import { studentT } from '../measure/student-t.ts'
import type { Measured } from '../measure/summary.ts'
import { asShare, sum } from './measures.ts'

/** Over replications: the skewed interval of 1 minus the index. */
export function indexOverReplications(indexes: readonly number[]): Measured {
  const { mean, low, high, n } = skewedInterval(indexes.map((index) => 1 - index))
  if (low === null || high === null) return { mean: 1 - mean, low: null, high: null, n, unit: '1' }
  return asShare({ mean: 1 - mean, low: 1 - high, high: 1 - low, n, unit: '1' })
}

/**
 * Of one run, from requests by weight in batches (a row per batch, a column per server). With u the
 * shares, 1 on average, the index is 1 / (1 + V), V the mean of (u - 1)^2. The batches tell how
 * much of V chance makes (the trace of S, the covariance of u) and how V itself scatters: a
 * quadratic form of a normal vector of mean d has the variance 2 tr(S^2) + 4 d'S d. V is never
 * taken to be less than what chance makes of it.
 */
export function indexOfBatches(index: number, batches: readonly (readonly number[])[]): Measured {
  const n = batches.length
  if (n < 3 || index <= 0) return { mean: index, low: null, high: null, n: 1, unit: '1' }
  const { trace, squares, along } = noiseOf(batches)
  const measured = 1 / index - 1
  const typical = Math.max(measured, trace)
  if (typical === 0) return { mean: index, low: index, high: index, n, unit: '1' }
  const variance = 2 * squares + 4 * Math.max(0, along - squares)
  if (variance === 0) return { mean: index, low: index, high: index, n, unit: '1' }
  const t = studentT(0.975, n - 1)
  const { low, high: most } = skewedBounds(typical, variance, t)
  const high = trace > 0 ? Math.min(most, mostUneven(measured, trace, squares, t)) : most
  const bounds = { low: Math.min(index, 1 / (1 + high)), high: Math.max(index, 1 / (1 + low)) }
  return asShare({ mean: index, ...bounds, n, unit: '1' })
}

/**
 * V is what chance makes of it and the square of what servers differ by in truth, which cannot be
 * longer than what was measured and chance together (the triangle inequality). With two or three
 * servers chi-square alone knows next to nothing above.
 */
function mostUneven(measured: number, trace: number, squares: number, t: number): number {
  // Chance is a multiple of chi-square, and seldom more than 1 / low of its mean.
  const { low } = skewedBounds(1, (2 * squares) / (trace * trace), t)
  const longest = Math.sqrt(measured) + Math.sqrt(trace / low)
  return longest * longest + trace
}

interface Noise {
  /** Of the covariance of the whole run's shares. */
  trace: number
  /** Trace of its square, without bias. */
  squares: number
  /** Along the measured shares: chance alone makes it as large as `squares`. */
  along: number
}

function noiseOf(batches: readonly (readonly number[])[]): Noise {
  const n = batches.length
  const servers = batches[0]!.length
  const totals = batches[0]!.map((_, server) => sum(batches.map((row) => row[server]!)))
  const perServer = sum(totals) / servers
  // What each batch has more than its part of the whole run's shares.
  const residuals = batches.map((row) => {
    const part = sum(row) / sum(totals)
    return row.map((count, server) => ((count - part * totals[server]!) * n) / perServer)
  })
  const scale = 1 / (servers * n * (n - 1))
  const trace = scale * sum(residuals.map((row) => sum(row.map((value) => value * value))))
  const above = totals.map((count) => count / perServer - 1)
  const along = (scale / servers) * sum(residuals.map((row) => dot(row, above) * dot(row, above)))
  // tr(S^2) by the products of rows, so that many servers cost no more than few.
  let products = 0
  for (const a of residuals) {
    for (const b of residuals) {
      const product = dot(a, b)
      products += product * product
    }
  }
  const biased = products * scale * scale
  const unbiased =
    (((n - 1) * (n - 1)) / ((n - 2) * (n + 1))) * (biased - (trace * trace) / (n - 1))
  const least = servers > 1 ? (trace * trace) / (servers - 1) : 0
  return { trace, squares: Math.max(least, unbiased), along }
}

function dot(a: readonly number[], b: readonly number[]): number {
  let product = 0
  for (let index = 0; index < a.length; index++) product += a[index]! * b[index]!
  return product
}
