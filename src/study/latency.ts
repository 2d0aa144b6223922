// How long answers took in a phase: mean, quantiles and the largest, with their intervals. Over
// replications a control variate sharpens them where one is known (control-variates.ts), and the
// batches tell how skewed they are.
import { merge, type Histogram } from '../measure/histogram.ts'
import type { PhaseResult } from '../measure/replication.ts'
import type { LatencySummary, Measured } from '../measure/summary.ts'
import { controlOf, type Values } from './control-variates.ts'
import {
  HISTOGRAM_STEP,
  noFinerThan,
  overBatches,
  overReplications,
  sum,
  withSkewness,
} from './measures.ts'
import { isSingle, type Span } from './spans.ts'

const PS_PER_SECOND = 1e12
const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 } as const
/**
 * Quantiles of a single run: so many sections, because in short ones the few largest latencies come
 * from one busy moment, and their spread is not that of the whole (measured: with 20 sections
 * intervals of p99 held the truth in 80 % of tries).
 */
export const SECTIONS = 5

type Statistic = (histogram: Histogram) => number

/** Null when nothing was delivered in the phase. */
export function latencyOf(span: Span): LatencySummary | null {
  const measured = span.results.filter((p) => countOf(p, span) > 0)
  if (measured.length === 0) return null
  const whole = measured.map((p) => merge(countedParts(p, span)))
  const values = valuesOf(span, measured, whole)
  const sections = isSingle(span) ? sectionsOf(countedParts(measured[0]!, span)) : []
  const quantile = (q: number): Measured => {
    const of: Statistic = (h) => h.quantile(q)
    const value = isSingle(span) ? single(whole[0]!, sections, of) : over(values(of))
    return noFinerThan(value, HISTOGRAM_STEP * value.mean)
  }
  return {
    mean: isSingle(span) ? singleMean(values(meanOf)) : over(values(meanOf)),
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
  const measured = span.results.filter((p) => countOf(p, span) > 0)
  if (measured.length < 2) return 0
  const whole = measured.map((p) => merge(countedParts(p, span)))
  const reach = (values: number[]) => {
    const { low, high } = overReplications(values, 's')
    return low === null || high === null ? 0 : high - low
  }
  const plain = whole.map((h) => meanOf(h) / PS_PER_SECOND)
  const ratio = reach(valuesOf(span, measured, whole)(meanOf).whole) / reach(plain)
  return Number.isFinite(ratio) ? 1 - ratio * ratio : 0
}

/** Values of a statistic by replication and batch, sharpened where a control is known. */
function valuesOf(
  span: Span,
  measured: readonly PhaseResult[],
  whole: readonly Histogram[],
): (of: Statistic) => Values {
  const batches = measured.map((p) => countedParts(p, span).map((part) => merge([part])))
  const control = controlOf(span, measured)
  return (of) => {
    const seconds = (histogram: Histogram) =>
      histogram.count === 0 ? null : of(histogram) / PS_PER_SECOND
    const values: Values = {
      whole: whole.map((histogram) => of(histogram) / PS_PER_SECOND),
      byBatch: batches.map((own) => own.map(seconds)),
    }
    return control === null ? values : control(values)
  }
}

function over({ whole, byBatch }: Values): Measured {
  return withSkewness(overReplications(whole, 's'), byBatch.map(present))
}

function singleMean({ whole, byBatch }: Values): Measured {
  const batches = present(byBatch[0]!)
  return withSkewness(overBatches(whole[0]!, batches, 's'), [batches])
}

function single(whole: Histogram, sections: readonly Histogram[], of: Statistic): Measured {
  const values = sections.map((section) => of(section) / PS_PER_SECOND)
  return withSkewness(overBatches(of(whole) / PS_PER_SECOND, values, 's'), [values])
}

/** The batches put together in five parts, as equal as they can be. */
function sectionsOf(parts: PhaseResult['latency']): Histogram[] {
  const present = parts.filter(({ count }) => count > 0)
  const count = Math.min(SECTIONS, present.length)
  return Array.from({ length: count }, (_, section) => {
    const from = Math.floor((section * present.length) / count)
    const to = Math.floor(((section + 1) * present.length) / count)
    return merge(present.slice(from, to))
  })
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
