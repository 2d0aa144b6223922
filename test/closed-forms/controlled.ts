// The mean of replications with its interval, sharpened by what is known of each of them (control
// variates: Lavenberg and Welch, "A perspective on the use of control variables to increase the
// efficiency of Monte Carlo simulations", 1981): how many customers more than expected chance gave
// it, and how much more work. The true mean of such a control is zero; least squares over the
// replications tell how much of the values' spread comes from it. Student's t has a degree of
// freedom less for each.
import { assert } from '../../src/assert.ts'
import { studentT } from '../../src/measure/statistics.ts'

/** A mean, and what is uncertain of it. */
export interface Controlled {
  mean: number
  /** Of the mean. */
  standardError: number
  degrees: number
}

/** `controls` has for each value the same number of controls; those without spread are left out. */
export function controlled(values: readonly number[], controls: readonly number[][]): Controlled {
  const n = values.length
  const about = meanOf(values)
  let mean = about
  let rest = values.map((value) => value - about)
  /** Variance of the mean as a share of the residuals': more where a control missed its mean. */
  let share = 1 / n
  const known: Direction[] = []
  for (let which = 0; which < controls[0]!.length; which++) {
    const own = directionOf(
      controls.map((control) => control[which]!),
      known,
    )
    if (own === null) continue
    known.push(own)
    const slope = dot(own.apart, rest) / own.squares
    rest = rest.map((value, index) => value - slope * own.apart[index]!)
    mean -= slope * own.missed
    share += (own.missed * own.missed) / own.squares
  }
  const degrees = n - 1 - known.length
  assert(degrees > 0, 'more values than controls')
  const standardError = Math.sqrt((dot(rest, rest) / degrees) * share)
  return { mean, standardError, degrees }
}

/** Bounds of the mean. */
export function boundsOf(
  { mean, standardError, degrees }: Controlled,
  confidence: number,
): { low: number; high: number } {
  const reach = studentT((1 + confidence) / 2, degrees) * standardError
  return { low: mean - reach, high: mean + reach }
}

/** What a control says that those before it do not: about its mean, and how far that was missed. */
interface Direction {
  apart: number[]
  squares: number
  missed: number
}

/** A control whose spread the others explain but for rounding says nothing of its own. */
const LEAST_OWN = 1e-9

/** Gram and Schmidt. */
function directionOf(control: readonly number[], known: readonly Direction[]): Direction | null {
  let missed = meanOf(control)
  let apart = control.map((value) => value - missed)
  const before = dot(apart, apart)
  for (const other of known) {
    const slope = dot(other.apart, apart) / other.squares
    apart = apart.map((value, index) => value - slope * other.apart[index]!)
    missed -= slope * other.missed
  }
  const squares = dot(apart, apart)
  return squares > LEAST_OWN * before ? { apart, squares, missed } : null
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
