// What a series of numbers says: its mean and how sure that is, where its warm-up ends, how even it
// is. Sums run in the order of the values, so that the same values give the same bits.
import { studentT } from './student-t.ts'

export { studentT } from './student-t.ts'

export interface Interval {
  mean: number
  /** Null when fewer than two values are there. */
  low: number | null
  high: number | null
  n: number
}

/**
 * Mean of independent values with its confidence interval by Student's t; NaN when there are none.
 */
export function interval(values: number[], confidence: number = 0.95): Interval {
  const n = values.length
  const mean = meanOf(values)
  if (n < 2) return { mean, low: null, high: null, n }
  const variance = squaresAbout(mean, values) / (n - 1)
  const reach = studentT((1 + confidence) / 2, n - 1) * Math.sqrt(variance / n)
  return { mean, low: mean - reach, high: mean + reach, n }
}

/** Means of consecutive batches; what does not fill the last batch is left out. */
export function batchMeans(values: number[], size: number): number[] {
  const batches = Math.floor(values.length / size)
  return Array.from({ length: batches }, (_, batch) =>
    meanOf(values.slice(batch * size, (batch + 1) * size)),
  )
}

/**
 * How many values at the start belong to the warm-up (MSER-5; White, Cobb and Spratt, 2000): the
 * cut after
 * which the mean of the rest has the smallest standard error, at most half. The series is one of
 * batch
 * means, of five observations in the original: `batchMeans(observations, 5)`.
 */
export function mser5(series: number[]): number {
  let best = 0
  let least = Infinity
  for (let cut = 0; cut <= series.length / 2; cut++) {
    const rest = series.slice(cut)
    const error = squaresAbout(meanOf(rest), rest) / (rest.length * rest.length)
    if (error < least) {
      least = error
      best = cut
    }
  }
  return best
}

/**
 * Jain's index of fairness: 1 when all are equal (or nothing was shared), 1 / n when one has all.
 */
export function jain(values: number[]): number {
  let sum = 0
  let squares = 0
  for (const value of values) {
    sum += value
    squares += value * value
  }
  return squares === 0 ? 1 : (sum * sum) / (values.length * squares)
}

function meanOf(values: number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function squaresAbout(mean: number, values: number[]): number {
  let sum = 0
  for (const value of values) sum += (value - mean) * (value - mean)
  return sum
}
