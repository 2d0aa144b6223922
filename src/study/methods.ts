// How the intervals of a summary were made, in words: for `methods` in summary.json and the report.
import type { Method } from '../measure/summary.ts'
import { BATCHES } from '../measure/replication.ts'
import { reductionOf } from './latency.ts'
import { isSingle, type Span } from './spans.ts'

/** Below this a reduction is not worth a line. */
const LEAST_TOLD = 0.05
const RULE_OF_THREE = '3/n where none of n was lost (the rule of three)'

/** `labelOf` says a phase, and of which service where there are several. */
export function methodsOf(spans: readonly Span[], labelOf: (span: Span) => string): Method[] {
  const replications = spans.reduce((most, { results }) => Math.max(most, results.length), 0)
  const hasOpen = spans.some(({ results }) => results.some(({ unfinished }) => unfinished > 0))
  const open = hasOpen ? '; those open at the end count as lost in its upper bound' : ''
  if (replications > 1) return [...overRuns(replications, open), ...controls(spans, labelOf)]
  return spans.some(isSingle) ? ofBatches(open) : []
}

function overRuns(n: number, open: string): Method[] {
  return [
    { of: 'rates and ratios', method: `Student's t over ${n} replications` },
    {
      of: 'mean latency',
      method: `Student's t over ${n} replications with the skewness that their batches have`,
    },
    { of: 'quantiles', method: quantiles(`${n} replications together`, 'replication') },
    {
      of: 'fairness',
      method:
        `1 minus Jain's index over ${n} replications as a multiple of chi-square ` +
        `(Satterthwaite): it is skewed`,
    },
    {
      of: 'loss',
      method: `the same of the share; at most ${RULE_OF_THREE}${open}`,
    },
  ]
}

function quantiles(of: string, each: string): string {
  return (
    `of ${of}; bounds from the share of requests above it in each ${each}, as a multiple of ` +
    `chi-square (Satterthwaite); known to 0.4 % at best, without bounds where too few lie beyond it`
  )
}

function ofBatches(open: string): Method[] {
  return [
    {
      of: 'rates and ratios',
      method: `one run: its value, with the spread of up to ${BATCHES} batches`,
    },
    {
      of: 'mean latency',
      method: 'the same with their skewness, or by pairs of batches where those spread more',
    },
    { of: 'quantiles', method: quantiles('one run', 'batch') },
    {
      of: 'fairness',
      method: "one run: Jain's index with what the batches' covariance makes of it",
    },
    { of: 'loss', method: `at most ${RULE_OF_THREE}${open}` },
  ]
}

/** Where the offered requests, known on average, made the mean latency surer. */
function controls(spans: readonly Span[], labelOf: (span: Span) => string): Method[] {
  return spans.flatMap((span): Method[] => {
    const reduction = reductionOf(span)
    if (reduction < LEAST_TOLD) return []
    return [
      {
        of: `latency in ${labelOf(span)}`,
        method:
          `control variate: requests offered, known on average; it takes ` +
          `${Math.round(100 * reduction)} % of the variance of the mean`,
      },
    ]
  })
}
