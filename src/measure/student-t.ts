// Quantiles of Student's t distribution, for confidence intervals of few values. The tail comes
// from the continued fraction of the incomplete beta function (Abramowitz and Stegun, 26.5.8, in
// the form of Lentz), the quantile from Newton's method. Plain arithmetic only, so that reports are
// the same everywhere.
import { exp, ln } from '../kernel/distributions.ts'

/** By degrees, where they are whole: the same few are asked for again and again. */
const known = new Map<number, number>()
const USUAL = 0.975

/** The t below which lies the given share, strictly between 0 and 1, of the distribution. */
export function studentT(probability: number, degrees: number): number {
  if (probability < 0.5) return -studentT(1 - probability, degrees)
  if (probability !== USUAL || !Number.isInteger(degrees)) return search(probability, degrees)
  const t = known.get(degrees) ?? search(probability, degrees)
  known.set(degrees, t)
  return t
}

function search(probability: number, degrees: number): number {
  const wanted = 1 - probability
  const peak = gammaRatio(degrees / 2) / Math.sqrt(Math.PI * degrees)
  let t = 0
  // The tail falls ever more slowly, so each step from 0 falls short of the root and the last ones
  // agree.
  for (let round = 0; round < 1000; round++) {
    const square = (t * t) / degrees
    const density = peak * exp((-(degrees + 1) / 2) * lnOnePlus(square))
    const step = (tail(t, degrees, density) - wanted) / density
    t += step
    if (step <= t * 1e-14) break
  }
  return t
}

/** Share of the distribution above t; the density at t is known already. */
function tail(t: number, degrees: number, density: number): number {
  const x = degrees / (degrees + t * t)
  const half = degrees / 2
  // Either fraction is right; each converges fast on its own side.
  if (x < (half + 1) / (half + 2.5)) {
    return ((t * density) / degrees) * betaFraction(x, half, 0.5)
  }
  return 0.5 - t * density * betaFraction((t * t) / (degrees + t * t), 0.5, half)
}

/** The continued fraction of the incomplete beta function of x. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1))
  let value = d
  // It converges in some ten steps, a hundred at most; now and then the last bit never settles.
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / (1 + even * d)
    c = 1 + even / c
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / (1 + odd * d)
    c = 1 + odd / c
    value *= d * c
    if (Math.abs(d * c - 1) < 4e-16) break
  }
  return value
}

/** Terms of sqrt(x) * (1 - 1/(8x) + ...), from that of x^-1 to that of x^-7. */
const RATIO_SERIES = [
  -1 / 8,
  1 / 128,
  5 / 1024,
  -21 / 32_768,
  -399 / 262_144,
  869 / 4_194_304,
  39_325 / 33_554_432,
]

/** Gamma(x + 1/2) / Gamma(x): an asymptotic series above 30, brought there by recurrence. */
function gammaRatio(x: number): number {
  let factor = 1
  for (; x < 30; x++) factor *= x / (x + 0.5)
  let series = 0
  for (let term = RATIO_SERIES.length - 1; term >= 0; term--) {
    series = (series + RATIO_SERIES[term]!) / x
  }
  return factor * Math.sqrt(x) * (1 + series)
}

/** ln(1 + x) without losing the digits of a small x (W. Kahan's correction). */
function lnOnePlus(x: number): number {
  const sum = 1 + x
  return sum === 1 ? x : (ln(sum) * x) / (sum - 1)
}
