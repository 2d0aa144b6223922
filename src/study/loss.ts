// The share of requests that failed in a phase. Those still open at the end are not lost, so the
// mean leaves them out; but any of them may yet fail, so the interval reaches to where the share
// would be if all did, and what bounds a loss of zero are the requests whose fate is known.
import { BATCHES, type PhaseResult } from '../measure/replication.ts'
import type { Measured } from '../measure/summary.ts'
import { asShare, lossOverReplications, overBatches, sum } from './measures.ts'
import { byBatch, isSingle, type Span } from './spans.ts'

/** Null where nothing was offered. */
export function lossOf(span: Span): Measured | null {
  const reached = span.results.filter(({ offered }) => offered > 0)
  if (reached.length === 0) return null
  const failed = shareOf(
    span,
    reached.map((p) => (p.offered - p.delivered - p.unfinished) / p.offered),
    failedByBatch,
  )
  const decided = sum(reached.map(({ offered, unfinished }) => offered - unfinished))
  const proven = withRuleOfThree(failed, decided)
  if (reached.every(({ unfinished }) => unfinished === 0)) return proven
  const ifAllFail = shareOf(
    span,
    reached.map((p) => (p.offered - p.delivered) / p.offered),
    (p) => sharesOf(p, undeliveredByBatch(p)),
  )
  return upTo(ifAllFail, proven)
}

function shareOf(
  span: Span,
  shares: readonly number[],
  batchesOf: (result: PhaseResult) => number[],
): Measured {
  return asShare(
    isSingle(span)
      ? overBatches(shares[0]!, batchesOf(span.results[0]!), '1')
      : lossOverReplications(shares),
  )
}

/** Nothing says which requests are the open ones: taken are the last that were not delivered. */
function failedByBatch(result: PhaseResult): number[] {
  const counts = undeliveredByBatch(result)
  let open = result.unfinished
  for (let batch = BATCHES - 1; open > 0 && batch >= 0; batch--) {
    const here = Math.min(open, counts[batch]!)
    counts[batch]! -= here
    open -= here
  }
  return sharesOf(result, counts)
}

function undeliveredByBatch({ windows }: PhaseResult): number[] {
  const delivered = byBatch(windows.delivered)
  return byBatch(windows.offered).map((offered, batch) => Math.round(offered - delivered[batch]!))
}

function sharesOf({ windows }: PhaseResult, counts: readonly number[]): number[] {
  return byBatch(windows.offered).map((offered, batch) =>
    offered === 0 ? 0 : counts[batch]! / offered,
  )
}

/**
 * No loss among n requests does not prove that none is ever lost: 3 / n is the 95 % bound (the rule
 * of three, Hanley and Lippman-Hand, 1983).
 */
function withRuleOfThree(measured: Measured, decided: number): Measured {
  const { low, high } = measured
  if (low === null || high === null) return measured
  return { ...measured, high: Math.max(high, Math.min(1, 3 / decided)) }
}

function upTo({ high: most }: Measured, measured: Measured): Measured {
  const { high } = measured
  return high === null || most === null ? measured : { ...measured, high: Math.max(high, most) }
}
