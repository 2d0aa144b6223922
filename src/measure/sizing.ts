// The answer to "how many?" or "how much?", as `size --json` has it.
import type { Failing, ThresholdResult, Verdict } from './summary.ts'

export interface Sizing {
  schema: 'lvs-sim-sizing/1'
  name: string
  seed: string
  version: string
  /** Path of the scenario that was varied, and the two ends of its range. */
  path: string
  from: string
  to: string
  asked: 'smallest' | 'highest'
  /** Null when nothing in the range meets every threshold. */
  answer: string | null
  /** That each threshold is on its side of the limit, by itself. */
  confidence: number
  /** What was tried, in the order of the range. */
  evidence: SizingPoint[]
  /** At the answer; of the nearest miss when there is none. */
  limits: SizingLimits | null
  notes: string[]
}

export interface SizingPoint {
  value: string
  replications: number
  /** 'close' could not be decided with the replications that were allowed, and does not count. */
  verdict: Verdict
  thresholds: ThresholdResult[]
}

export interface SizingLimits {
  value: string
  /** The busiest resource: "rs* cpu", and how busy it is. */
  at: string
  utilisation: number
  /**
   * The next one that would be full when that is lifted, and at which rate, of that service where
   * several have load; null without any.
   */
  next: { at: string; mostPps: number; note: string; service?: string } | null
  /** What requests fail of when it is not that one (summary.ts); absent when it is. */
  failing?: Failing[]
}
