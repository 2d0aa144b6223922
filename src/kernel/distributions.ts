// The distributions a scenario may name: what each is called and takes, its mean and its squared
// coefficient of variation (variance / mean^2), and a sampler for it. Values are plain numbers in
// base units; formulas are those of Law, "Simulation Modeling and Analysis", chapter 6, unless said
// otherwise.
import { exp, gamma, ln, power } from './elementary.ts'
import { GeneralizedExtremeValue, GeneralizedPareto } from './extreme-values.ts'
import type { Stream } from './random.ts'
import * as samplers from './samplers.ts'
import type { Sampler } from './samplers.ts'

export { exp, ln } from './elementary.ts'
export type { Sampler } from './samplers.ts'

export type DistributionSpec =
  | { kind: 'constant'; value: number }
  | { kind: 'uniform'; low: number; high: number }
  | { kind: 'exponential'; mean: number }
  /** Sum of `shape` exponentials. */
  | { kind: 'erlang'; shape: number; mean: number }
  /** Two phases of balanced means; scv is at least 1. */
  | { kind: 'hyperexponential'; mean: number; scv: number }
  | { kind: 'lognormal'; mean: number; scv: number }
  /** Bounded when `high` is given and not null. */
  | { kind: 'pareto'; shape: number; low: number; high?: number | null }
  | { kind: 'weibull'; shape: number; scale: number }
  /** Whole values from 1 on, the same chance of one more after each. */
  | { kind: 'geometric'; mean: number }
  /** Pickands: exponential at shape 0, heavy-tailed above; from 0 on. */
  | { kind: 'generalized-pareto'; scale: number; shape: number }
  /** Of Fréchet's type (shape above 0): largest of many. */
  | { kind: 'generalized-extreme-value'; location: number; scale: number; shape: number }
  /** Whole values 1 to count; the chance of k is proportional to k^-exponent. */
  | { kind: 'zipf'; count: number; exponent: number }
  /** Points of the distribution function, rising in both, the last at 1; linear between them. */
  | { kind: 'empirical'; points: [value: number, cdf: number][] }

type Pareto = Extract<DistributionSpec, { kind: 'pareto' }>
type Points = Extract<DistributionSpec, { kind: 'empirical' }>['points']

/** Draws values of the distribution from the stream. */
export function sampler(spec: DistributionSpec, stream: Stream): Sampler {
  switch (spec.kind) {
    case 'constant':
      return new samplers.Constant(spec.value)
    case 'uniform':
      return new samplers.Uniform(spec.low, spec.high, stream)
    case 'exponential':
      return new samplers.Exponential(spec.mean, stream)
    case 'erlang':
      return new samplers.Erlang(spec.shape, spec.mean, stream)
    case 'hyperexponential':
      return new samplers.Hyperexponential(spec.mean, spec.scv, stream)
    case 'lognormal':
      return new samplers.Lognormal(spec.mean, spec.scv, stream)
    case 'pareto':
      return new samplers.Pareto(spec.shape, spec.low, spec.high ?? Infinity, stream)
    case 'weibull':
      return new samplers.Weibull(spec.shape, spec.scale, stream)
    case 'geometric':
      return new samplers.Geometric(spec.mean, stream)
    case 'generalized-pareto':
      return new GeneralizedPareto(spec.scale, spec.shape, stream)
    case 'generalized-extreme-value':
      return new GeneralizedExtremeValue(spec.location, spec.scale, spec.shape, stream)
    case 'zipf':
      return new samplers.Zipf(spec.count, spec.exponent, stream)
    case 'empirical':
      return new samplers.Empirical(spec.points, stream)
  }
}

/** Mean; Infinity when it is infinite. */
export function meanOf(spec: DistributionSpec): number {
  switch (spec.kind) {
    case 'constant':
      return spec.value
    case 'uniform':
      return (spec.low + spec.high) / 2
    case 'exponential':
    case 'erlang':
    case 'hyperexponential':
    case 'lognormal':
    case 'geometric':
      return spec.mean
    case 'generalized-pareto':
      return spec.shape < 1 ? spec.scale / (1 - spec.shape) : Infinity
    case 'generalized-extreme-value':
      return spec.location + (spec.scale * (gamma(1 - spec.shape) - 1)) / spec.shape
    case 'pareto':
      return paretoMoment(spec, 1)
    case 'weibull':
      return spec.scale * gamma(1 + 1 / spec.shape)
    case 'zipf':
      return zipfMoment(spec.count, spec.exponent, 1)
    case 'empirical':
      return empiricalMoment(spec.points, 1)
  }
}

/**
 * Squared coefficient of variation; Infinity when the variance is infinite, 0 of what is always 0.
 */
export function scvOf(spec: DistributionSpec): number {
  switch (spec.kind) {
    case 'constant':
      return 0
    case 'uniform': {
      const share = spec.high === spec.low ? 0 : (spec.high - spec.low) / (spec.high + spec.low)
      return (share * share) / 3
    }
    case 'exponential':
      return 1
    case 'erlang':
      return 1 / spec.shape
    case 'hyperexponential':
    case 'lognormal':
      return spec.scv
    case 'geometric':
      return 1 - 1 / spec.mean
    case 'generalized-pareto':
      return spec.shape < 0.5 ? 1 / (1 - 2 * spec.shape) : Infinity
    case 'generalized-extreme-value':
      return extremeValueScv(spec)
    case 'pareto':
      return scvFrom(paretoMoment(spec, 1), paretoMoment(spec, 2))
    case 'weibull':
      return scvFrom(gamma(1 + 1 / spec.shape), gamma(1 + 2 / spec.shape))
    case 'zipf': {
      const { count, exponent } = spec
      return scvFrom(zipfMoment(count, exponent, 1), zipfMoment(count, exponent, 2))
    }
    case 'empirical':
      return scvFrom(empiricalMoment(spec.points, 1), empiricalMoment(spec.points, 2))
  }
}

/** Its variance is (scale / shape)^2 (gamma(1 - 2 shape) - gamma(1 - shape)^2). */
function extremeValueScv(
  spec: Extract<DistributionSpec, { kind: 'generalized-extreme-value' }>,
): number {
  if (spec.shape >= 0.5) return Infinity
  const mean = meanOf(spec)
  const first = gamma(1 - spec.shape)
  const unit = spec.scale / spec.shape / mean
  return unit * unit * (gamma(1 - 2 * spec.shape) - first * first)
}

/** From the first two moments about 0. */
function scvFrom(first: number, second: number): number {
  if (second === Infinity) return Infinity
  return first === 0 ? 0 : Math.max(0, second / first / first - 1)
}

/**
 * E[X^order] = order's integral of shape * low^shape * x^(order - shape - 1), over the mass below
 * `high`.
 */
function paretoMoment({ shape, low, high }: Pareto, order: 1 | 2): number {
  const unit = order === 1 ? low : low * low
  const excess = order - shape
  if (high === undefined || high === null) {
    return excess >= 0 ? Infinity : (unit * shape) / -excess
  }
  const lnRatio = ln(high / low)
  const mass = 1 - exp(-shape * lnRatio)
  return (unit * shape * growth(excess, lnRatio)) / mass
}

/** (exp(rate * span) - 1) / rate, by its series where the difference would cancel. */
function growth(rate: number, span: number): number {
  const t = rate * span
  if (Math.abs(t) < 1e-4) return span * (1 + t / 2 + (t * t) / 6 + (t * t * t) / 24)
  return (exp(t) - 1) / rate
}

function zipfMoment(count: number, exponent: number, order: 1 | 2): number {
  let moment = 0
  let total = 0
  for (let rank = 1; rank <= count; rank++) {
    const weight = power(rank, -exponent)
    total += weight
    moment += order === 1 ? weight * rank : weight * rank * rank
  }
  return moment / total
}

/** An atom at the first point, then a uniform distribution between each two. */
function empiricalMoment(points: Points, order: 1 | 2): number {
  let [from, below] = points[0]!
  let moment = below * (order === 1 ? from : from * from)
  for (const [to, share] of points) {
    const middle = order === 1 ? (from + to) / 2 : (from * from + from * to + to * to) / 3
    moment += (share - below) * middle
    from = to
    below = share
  }
  return moment
}
