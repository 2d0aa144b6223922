// How long answers took in a phase: mean, quantiles and the largest, with their intervals. Over
// replications a control variate sharpens them where one is known (control-variates.ts).
import { merge, type Histogram } from '../measure/histogram.ts'
import type { PhaseResult } from '../measure/replication.ts'
import type { LatencySummary, Measured } from '../measure/summary.ts'
import { controlOf, type Control } from './control-variates.ts'
import { HISTOGRAM_STEP, noFinerThan, overBatches, overReplications, sum } from './measures.ts'
import { isSingle, type Span } from './spans.ts'

const PS_PER_SECOND = 1e12
const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 } as const

type Statistic = (histogram: Histogram) => number

/** Null when nothing was delivered in the phase. */
export function latencyOf(span: Span): LatencySummary | null {
  const measured = span.results.filter((p) => sum(countedParts(p, span).map(countOf)) > 0)
  if (measured.length === 0) return null
  const whole = measured.map((p) => merge(countedParts(p, span)))
  const batches = measured.map((p) => countedParts(p, span).map((part) => merge([part])))
  const control = controlOf(span, measured)
  const measure = (of: Statistic): Measured => {
    const seconds = whole.map((histogram) => of(histogram) / PS_PER_SECOND)
    if (isSingle(span)) return overBatches(seconds[0]!, valuesOf(batches[0]!, of), 's')
    return overReplications(sharpened(seconds, batches, of, control), 's')
  }
  const quantile = (q: number) => {
    const value = measure((h) => h.quantile(q))
    return noFinerThan(value, HISTOGRAM_STEP * value.mean)
  }
  return {
    mean: measure((h) => h.sum / h.count),
    p50: quantile(QUANTILES.p50),
    p90: quantile(QUANTILES.p90),
    p99: quantile(QUANTILES.p99),
    p999: quantile(QUANTILES.p999),
    // The largest of one run has no batch means: a batch's largest is another quantity.
    max: overReplications(
      whole.map((h) => h.max / PS_PER_SECOND),
      's',
    ),
  }
}

/** How much smaller the variance of the mean latency is for the control; 0 where none helps. */
export function reductionOf(span: Span): number {
  if (isSingle(span)) return 0
  const measured = span.results.filter((p) => sum(countedParts(p, span).map(countOf)) > 0)
  const control = controlOf(span, measured)
  if (control === null) return 0
  const mean: Statistic = (h) => h.sum / h.count
  const seconds = measured.map((p) => mean(merge(countedParts(p, span))) / PS_PER_SECOND)
  const batches = measured.map((p) => countedParts(p, span).map((part) => merge([part])))
  const reach = (values: number[]) => {
    const { low, high } = overReplications(values, 's')
    return low === null || high === null ? 0 : high - low
  }
  const ratio = reach(sharpened(seconds, batches, mean, control)) / reach(seconds)
  return Number.isFinite(ratio) ? 1 - ratio * ratio : 0
}

function countedParts(p: PhaseResult, { cut }: Span): PhaseResult['latency'] {
  return p.latency.slice(cut)
}

function countOf({ count }: { count: number }): number {
  return count
}

/** Of the batches in which something was delivered. */
function valuesOf(batches: readonly Histogram[], of: Statistic): number[] {
  return batches.flatMap((batch) => (batch.count === 0 ? [] : [of(batch) / PS_PER_SECOND]))
}

function sharpened(
  values: number[],
  batches: readonly (readonly Histogram[])[],
  of: Statistic,
  control: Control | null,
): number[] {
  if (control === null) return values
  const byBatch = batches.map((own) =>
    own.map((batch) => (batch.count === 0 ? null : of(batch) / PS_PER_SECOND)),
  )
  return control.adjust(values, byBatch)
}
