// Two runs beside each other, as `compare --json` has it. Field names are documented there.
import type { Measured, Verdict } from './summary.ts'

export interface Comparison {
  schema: 'lvs-sim-comparison/1'
  base: SideTold
  other: SideTold
  /** 'pairs' when both saw the same random numbers, else 'independent' (Welch). */
  pairing: 'pairs' | 'independent'
  /** Pairs of replications; the smaller count when independent. */
  n: number
  /** Every measured number of both is the same. */
  identical: boolean
  /** Most important first: those that are shown to differ, by how much they do at least. */
  differences: Difference[]
  notes: string[]
}

export interface SideTold {
  label: string
  name: string
  seed: string
  version: string
  fingerprint: string
  replications: number
  bottleneck: string | null
}

export interface Difference {
  /** 'web.latency.p99' */
  metric: string
  phase: string
  before: Measured
  after: Measured
  /** after - before. */
  difference: Measured
  /** The same as a share of before; null where before is 0. */
  change: Measured | null
  /** True when the interval of the difference does not span zero. */
  shown: boolean
}

export interface GateResult {
  /** As given: 'web.latency.p99 > +5%'. */
  text: string
  label: string
  phase: string
  measured: Measured
  limit: number
  verdict: Verdict
}
