// How long answers took in a phase: mean, quantiles and the largest, with their intervals. Over
// replications a control variate sharpens them where one is known (control-variates.ts), and the
// batches tell how skewed the mean is.
import { countAbove, merge, type Histogram } from '../measure/histogram.ts'
import { quantileBounds, type Bounds } from '../measure/quantile-bounds.ts'
import type { PhaseResult, SparseHistogram } from '../measure/replication.ts'
import type { LatencySummary, Measured } from '../measure/summary.ts'
import { controlOf, type Values } from './control-variates.ts'
import {
  HISTOGRAM_STEP,
  noFinerThan,
  overBatchesAndPairs,
  overReplications,
  sum,
  withSkewness,
} from './measures.ts'
import { isSingle, type Span } from './spans.ts'

const PS_PER_SECOND = 1e12
const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 } as const
type Statistic = (histogram: SparseHistogram) => number

/** Null when nothing was delivered in the phase. */
export function latencyOf(span: Span): LatencySummary | null {
  const measured = span.results.filter((p) => countOf(p, span) > 0)
  if (measured.length === 0) return null
  const whole = measured.map((p) => merge(countedParts(p, span)))
  const sparse = whole.map((histogram) => histogram.toSparse())
  const values = valuesOf(span, measured, sparse)
  const all = merge(sparse)
  const quantile = (q: number): Measured => quantileOf(span, { all, whole, sparse }, values, q)
  return {
    mean: isSingle(span) ? singleMean(values(meanOf)) : over(values(meanOf)),
    p50: quantile(QUANTILES.p50),
    p90: quantile(QUANTILES.p90),
    p99: quantile(QUANTILES.p99),
    p999: quantile(QUANTILES.p999),
    // The largest of one run has no batch means: a batch's largest is another quantity.
    max: overReplications(
      sparse.map((h) => h.max / PS_PER_SECOND),
      's',
    ),
  }
}

/** What was counted, together and by replications. */
interface Counted {
  all: Histogram
  whole: readonly Histogram[]
  sparse: readonly SparseHistogram[]
}

/**
 * The quantile of all replications together, with bounds from the shares of requests above it in
 * each of them, or in the batches of a single run (measure/quantile-bounds.ts).
 */
function quantileOf(
  span: Span,
  { all, whole, sparse }: Counted,
  values: ValuesOf,
  q: number,
): Measured {
  const parts = span.results.flatMap((p) => countedParts(p, span))
  const batches = parts.filter(({ count }) => count > 0)
  const groups = isSingle(span) ? batches.map((part) => merge([part])) : whole
  const raw = all.quantile(q)
  if (groups.length < 2) return known(raw, null, whole.length)
  const explained = isSingle(span) ? [] : explainedAbove(raw, sparse, values)
  const center = all.quantile(q - sum(explained) / groups.length)
  const bounds = quantileBounds({ q, center, all, groups, explained, batches })
  return known(center, bounds, bounds === null ? whole.length : groups.length)
}

/** What the control explains of each replication's share of requests above that latency. */
function explainedAbove(ps: number, whole: readonly SparseHistogram[], values: ValuesOf): number[] {
  const shareAbove: Statistic = (h) => countAbove(h, ps) / h.count
  const adjusted = values(shareAbove, 1).whole
  return whole.map((histogram, index) => shareAbove(histogram) - adjusted[index]!)
}

/** In seconds; no quantile is known better than the histogram's step. */
function known(center: number, bounds: Bounds | null, n: number): Measured {
  const mean = center / PS_PER_SECOND
  if (bounds === null) return { mean, low: null, high: null, n, unit: 's' }
  const [low, high] = [bounds.low / PS_PER_SECOND, bounds.high / PS_PER_SECOND]
  return noFinerThan({ mean, low, high, n, unit: 's' }, HISTOGRAM_STEP * mean)
}

/** How much smaller the variance of the mean latency is for the control; 0 where none helps. */
export function reductionOf(span: Span): number {
  const measured = span.results.filter((p) => countOf(p, span) > 0)
  if (measured.length < 2) return 0
  const whole = measured.map((p) => merge(countedParts(p, span)).toSparse())
  const reach = (values: number[]) => {
    const { low, high } = overReplications(values, 's')
    return low === null || high === null ? 0 : high - low
  }
  const plain = whole.map((h) => meanOf(h) / PS_PER_SECOND)
  const ratio = reach(valuesOf(span, measured, whole)(meanOf).whole) / reach(plain)
  return Number.isFinite(ratio) ? 1 - ratio * ratio : 0
}

/** Values of a statistic by replication and batch, in that unit. */
type ValuesOf = (of: Statistic, unit?: number) => Values

/** Sharpened where a control is known. */
function valuesOf(
  span: Span,
  measured: readonly PhaseResult[],
  whole: readonly SparseHistogram[],
): ValuesOf {
  const batches = measured.map((p) => countedParts(p, span))
  const control = controlOf(span, measured)
  return (of, unit = PS_PER_SECOND) => {
    const valueOf = (histogram: SparseHistogram) =>
      histogram.count === 0 ? null : of(histogram) / unit
    const values: Values = {
      whole: whole.map((histogram) => of(histogram) / unit),
      byBatch: batches.map((own) => own.map(valueOf)),
    }
    return control === null ? values : control(values)
  }
}

function over({ whole, byBatch }: Values): Measured {
  return withSkewness(overReplications(whole, 's'), byBatch.map(present))
}

function singleMean({ whole, byBatch }: Values): Measured {
  const batches = present(byBatch[0]!)
  return withSkewness(overBatchesAndPairs(whole[0]!, batches, 's'), [batches])
}

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null)
}

const meanOf: Statistic = (h) => h.sum / h.count

function countedParts(p: PhaseResult, { cut }: Span): PhaseResult['latency'] {
  return p.latency.slice(cut)
}

function countOf(p: PhaseResult, span: Span): number {
  return sum(countedParts(p, span).map(({ count }) => count))
}
