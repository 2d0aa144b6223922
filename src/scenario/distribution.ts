// A distribution of the file as the kernel takes it: texts with units become numbers, and what
// cannot be drawn from is refused.
import { meanOf, type DistributionSpec } from '../kernel/distributions.ts'
import { PS_PER_SECOND } from '../kernel/time.ts'
import type { Findings } from './findings.ts'
import { PUBLISHED } from './profiles/published-distributions.ts'
import type { DistributionDocument } from './schema.ts'
import { LONGEST_PS } from './phases.ts'
import type { Path } from './source.ts'
import { parseQuantity } from './units.ts'

/** 1 PiB: what 800 Gb/s carry in the longest run is less. */
const LARGEST_BYTES = 1_125_899_906_842_624

/** In ps or bytes; null with a finding. */
export function readDistribution(
  kind: 'time' | 'size',
  given: DistributionDocument,
  path: Path,
  findings: Findings,
): DistributionSpec | null {
  const value = (text: string) => parseQuantity(kind, text)!
  const spec = typeof given === 'string' ? constant(value(given)) : specOf(kind, given, value)
  const problem = problemOf(spec) ?? problemOfMean(kind, meanOf(spec))
  if (problem === null) return spec
  findings.error(path, problem)
  return null
}

function constant(value: number): DistributionSpec {
  return { kind: 'constant', value }
}

function specOf(
  kind: 'time' | 'size',
  given: Exclude<DistributionDocument, string>,
  value: (text: string) => number,
): DistributionSpec {
  switch (given.kind) {
    case 'constant':
      return constant(value(given.value))
    case 'uniform':
      return { kind: 'uniform', low: value(given.low), high: value(given.high) }
    case 'exponential':
      return { kind: 'exponential', mean: value(given.mean) }
    case 'erlang':
      return { kind: 'erlang', shape: given.shape, mean: value(given.mean) }
    case 'hyperexponential':
    case 'lognormal':
      return { kind: given.kind, mean: value(given.mean), scv: given.scv }
    case 'pareto': {
      const high = given.high === undefined ? null : value(given.high)
      return { kind: 'pareto', shape: given.shape, low: value(given.low), high }
    }
    case 'weibull':
      return { kind: 'weibull', shape: given.shape, scale: value(given.scale) }
    case 'published':
      return PUBLISHED[kind][given.name]!.spec
    case 'empirical':
      return { kind: 'empirical', points: given.points.map(([at, share]) => [value(at), share]) }
  }
}

/** A mean that no run could hold is a slip: a shape near 0, a unit too many. */
function problemOfMean(kind: 'time' | 'size', mean: number): string | null {
  if (!Number.isFinite(mean)) return 'its mean is infinite'
  if (kind === 'time' && !(mean <= LONGEST_PS)) {
    const seconds = mean / PS_PER_SECOND
    return `its mean is ${shortly(seconds)}s: a run lasts 2 h 30 min at most`
  }
  if (kind === 'size' && !(mean <= LARGEST_BYTES)) {
    return `its mean is ${shortly(mean)}B: more than 1 PiB is on no wire in any run`
  }
  return null
}

function shortly(value: number): string {
  return String(Number(value.toPrecision(2)))
}

function problemOf(spec: DistributionSpec): string | null {
  switch (spec.kind) {
    case 'uniform':
      return spec.low > spec.high ? 'low lies above high' : null
    case 'pareto':
      if (spec.low <= 0) return 'low must be more than 0'
      if (spec.high !== null && spec.high! <= spec.low) return 'high must lie above low'
      return Number.isFinite(meanOf(spec))
        ? null
        : 'its mean is infinite: give high, or a shape above 1'
    case 'empirical':
      return problemOfPoints(spec.points)
    case 'constant':
    case 'zipf':
      return null
    default:
      return meanOf(spec) > 0 ? null : 'its mean must be more than 0'
  }
}

function problemOfPoints(points: readonly (readonly [number, number])[]): string | null {
  const rises = points.every(([at, share], index) => {
    const [lastAt, lastShare] = points[index - 1] ?? [-1, 0]
    return at >= lastAt && share >= lastShare
  })
  if (!rises) return 'its points must rise, both values and shares'
  return points.at(-1)![1] === 1 ? null : 'the share of its last point must be 1'
}

/** Least and most that can be drawn; most is Infinity where there is no bound. */
export function rangeOf(spec: DistributionSpec): [low: number, high: number] {
  switch (spec.kind) {
    case 'constant':
      return [spec.value, spec.value]
    case 'uniform':
      return [spec.low, spec.high]
    case 'pareto':
      return [spec.low, spec.high ?? Infinity]
    case 'empirical':
      return [spec.points[0]![0], spec.points.at(-1)![0]]
    default:
      return [0, Infinity]
  }
}
