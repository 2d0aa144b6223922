// What is read off a station: a number of each replication, and what the product prints of several
// of them. Times are printed as the latencies of a phase are (study/latency.ts), shares and counts
// as means over replications.
import type { PhaseResult } from '../../src/measure/replication.ts'
import type { LatencySummary, Measured } from '../../src/measure/summary.ts'
import { latencyOf } from '../../src/study/latency.ts'
import { asShare, lossOverReplications, overReplications } from '../../src/study/measures.ts'
import type { Span } from '../../src/study/spans.ts'
import { UNIT_PS, type Observed, type Times } from './station.ts'

export interface Reading {
  id: string
  /** What must be watched for it; null: what is counted anyway. */
  of: Times | null
  read: (seen: Observed) => number
  /** Half the width that its interval may have, as a share of it. */
  halfWidth: number
  /** A histogram knows its values to a step, as a share; 0 for what is summed exactly. */
  step: number
  print: (seen: Observed[]) => Measured
}

const MEAN = 0.01
const P99 = 0.03
/** measure/histogram.ts: 128 buckets to an octave. */
const HISTOGRAM_STEP = 0.004
const UNIT_SECONDS = UNIT_PS / 1e12

export function wait(id: string): Reading {
  return mean(id, 'waits', (seen) => seen.wait)
}

export function sojourn(id: string): Reading {
  return mean(id, 'sojourns', (seen) => seen.sojourn)
}

export function quantile(id: string, of: Times, q: 0.5 | 0.99): Reading {
  const name = q === 0.5 ? 'p50' : 'p99'
  return {
    id,
    of,
    read: (seen) => seen[of].quantile(q) / UNIT_PS,
    halfWidth: q < 0.9 ? MEAN : P99,
    step: HISTOGRAM_STEP,
    print: (seen) => inUnits(latency(seen, of)[name]),
  }
}

export function share(id: string, read: (seen: Observed) => number): Reading {
  const print = (seen: Observed[]) => asShare(overReplications(seen.map(read), '1'))
  return { id, of: 'waits', read, halfWidth: MEAN, step: 0, print }
}

export function loss(id: string, read: (seen: Observed) => number): Reading {
  const print = (seen: Observed[]) => asShare(lossOverReplications(seen.map(read)))
  return { id, of: null, read, halfWidth: MEAN, step: 0, print }
}

export function inSystem(id: string): Reading {
  const read = (seen: Observed) => seen.inSystem
  const print = (seen: Observed[]) => overReplications(seen.map(read), '1')
  return { id, of: 'sojourns', read, halfWidth: MEAN, step: 0, print }
}

function mean(id: string, of: Times, read: (seen: Observed) => number): Reading {
  const print = (seen: Observed[]) => inUnits(latency(seen, of).mean)
  return { id, of, read, halfWidth: MEAN, step: 0, print }
}

/** Several cells read the same replications. */
const known = new WeakMap<Observed[], Partial<Record<Times, LatencySummary>>>()

function latency(seen: Observed[], of: Times): LatencySummary {
  const own = known.get(seen) ?? {}
  known.set(seen, own)
  return (own[of] ??= summarise(seen, of))
}

function summarise(seen: Observed[], of: Times): LatencySummary {
  const results: PhaseResult[] = seen.map(({ phases }) => phases[of])
  const span: Span = {
    ...{ name: 'counted', steady: true, cut: 0, settling: 0 },
    expected: seen[0]!.expected,
    results,
  }
  return latencyOf(span)!
}

/** In units of the mean service. */
function inUnits({ mean: middle, low, high, ...rest }: Measured): Measured {
  const units = (seconds: number | null) => (seconds === null ? null : seconds / UNIT_SECONDS)
  return { ...rest, mean: middle / UNIT_SECONDS, low: units(low), high: units(high) }
}
