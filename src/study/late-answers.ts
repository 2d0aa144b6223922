// Answers that came after the end of their phase. They count as delivered (until the end of the
// cooldown), so a phase shorter than its queues can grow seems to carry more than anything can
// bear. How many they are is told from below: of each batch those that took longer than what was
// left of the phase when the batch began.
import { countAbove } from '../measure/histogram.ts'
import { BATCHES, WINDOWS } from '../measure/replication.ts'
import type { PhaseResult } from '../measure/replication.ts'
import { HISTOGRAM_STEP, sum } from './measures.ts'
import type { Span } from './spans.ts'

/** A smaller share of late answers says nothing of what is carried. */
const SMALL = 0.01
/** Where latencies grow less from the first quarter of a phase to the last, no queue grows. */
const GROWTH = 1.5
const QUARTER = WINDOWS / 4

export interface Late {
  /** At least so many of the answers came after the end. */
  share: number
  /** They came later and later: requests were queued. Else they take longer than the phase. */
  grew: boolean
}

/**
 * Null where so few are late that it does not matter, and where a stable load is as late as it has
 * to be: by Little's law so many are always under way. Of steady phases only.
 */
export function lateIn({ steady, results }: Span): Late | null {
  const all = sum(results.map(({ delivered }) => delivered))
  if (!steady || all === 0) return null
  const share = sum(results.map(lateCount)) / all
  if (share < SMALL) return null
  const grew = meanLatency(results, -QUARTER) > GROWTH * meanLatency(results, 0, QUARTER)
  const beyond = sum(results.map((p) => sum(p.latency.map((h) => longer(h, p.durationPs)))))
  return grew || beyond / all >= SMALL ? { share, grew } : null
}

/** What that means, for people. */
export function lateText(late: Late): string {
  const meaning = late.grew
    ? 'the load was queued, not carried; a longer phase would show it'
    : 'the phase is too short to show what is carried'
  return `${shareText(late)} came after its end and count as delivered: ${meaning}`
}

/** "at least 12.3% of its answers" */
export function shareText({ share }: Late): string {
  return `at least ${Math.floor(1000 * share) / 10}% of its answers`
}

function lateCount({ latency, durationPs }: PhaseResult): number {
  return sum(latency.map((h, batch) => longer(h, (durationPs * (BATCHES - batch)) / BATCHES)))
}

/** Surely longer: the histogram is no finer than its step. */
function longer(histogram: PhaseResult['latency'][number], ps: number): number {
  return countAbove(histogram, ps * (1 + 2 * HISTOGRAM_STEP))
}

/** Of the requests of those windows. */
function meanLatency(results: readonly PhaseResult[], from: number, to?: number): number {
  const total = (values: readonly number[]) => sum(values.slice(from, to))
  const latencies = sum(results.map(({ windows }) => total(windows.latencySum)))
  return latencies / sum(results.map(({ windows }) => total(windows.delivered)))
}
