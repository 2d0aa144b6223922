// Everything measured over all replications of one run, as `summary.json` has it. Field names are
// those of the documented JSON (`lvs-sim explain metrics`); base units: s, B, pps, 1.
import type { OutageSummary } from './outages.ts'
import type { ReplicationResult } from './replication.ts'

/** A measured leaf. `low` and `high` bound the 95 % interval; null where there is none. */
export interface Measured {
  mean: number
  low: number | null
  high: number | null
  /** Replications, or batches of a single steady run. */
  n: number
  unit: 's' | 'B' | 'pps' | '1'
}

export type Verdict = 'pass' | 'close' | 'fail'

export interface Summary {
  schema: 'lvs-sim-summary/1'
  name: string
  title: string
  version: string
  seed: string
  scenarioHash: string
  fingerprint: string
  complete: boolean
  verdict: Verdict
  pass: boolean
  replications: number
  /** How the intervals were made: 'replications' | 'batch means' | 'none'. */
  intervals: 'replications' | 'batch means' | 'none'
  /** The same in words, by what is measured; not in results of before 0.2. */
  methods?: Method[]
  /** Of a run that was to be so precise; absent where nothing was asked. */
  until?: UntilTold
  thresholds: ThresholdResult[]
  services: Record<string, ServiceSummary>
  /** Sorted by utilisation, highest first; per phase with the busiest first. */
  resources: ResourceSummary[]
  drops: { at: string; cause: string; phase: string; packets: Measured }[]
  /** In a replication: packets that came to servers past the director; absent where none did. */
  past?: { host: string; packets: Measured }[]
  /** Packets without connections, per second; absent where there are none. */
  packets?: PacketsSummary[]
  /** Of the busiest steady phase (else of the whole run); null when nothing was busy. */
  bottleneck: Bottleneck | null
  /** Entries of the director's table; `memory` is that of the most there were, B. */
  connections: { atEnd: Measured; most: Measured; created: Measured; memory: Measured }
  /** Beside the measured values: what theory says of the same scenario. */
  theory: TheoryBeside | null
  /** Values of the cost profile in use, with source, grade and range. */
  costs: CostUsed[]
  /** Named remarks: warm-up cut, unfinished requests, phases not reached. */
  notes: string[]
  timeline: ReplicationResult['timeline']
  /** How long health checks took to find out; absent where nothing was. */
  found?: FoundOut[]
  /** Spans without service; absent where no address moves. */
  outages?: OutageSummary[]
}

export interface PacketsSummary {
  name: string
  phase: string
  sent: Measured
  /** Reached a real server. */
  reached: Measured
  /** Came back to where they are said to come from. */
  answered: Measured
  /** Dropped on their way or on the way back. */
  dropped: Measured
}

export interface FoundOut {
  /** 'rs3 of web is down' */
  what: string
  /** Since that befell the host. */
  after: Measured
  /** Replications in which it was found. */
  times: number
}

export interface ServiceSummary {
  phases: string[]
  offered: Record<string, Measured>
  delivered: Record<string, Measured>
  loss: Record<string, Measured>
  failed: Record<string, Record<string, Measured>>
  unfinished: Record<string, Measured>
  latency: Record<string, LatencySummary>
  /** By phase, and 'whole'. */
  fairness: Record<string, FairnessSummary>
  /** Of a whole replication, s: how long its address was out of service. Absent: it stays. */
  outage?: { total: Measured; longest: Measured }
  /** TCP connections that were open then, in a replication; absent where `outage` is. */
  connections?: { kept: Measured; reset: Measured; stuck: Measured }
}

export interface LatencySummary {
  mean: Measured
  p50: Measured
  p90: Measured
  p99: Measured
  p999: Measured
  /** Mean over the replications of the largest in each. */
  max: Measured
}

export interface FairnessSummary {
  jain: Measured
  smallest: { host: string; share: number }
  largest: { host: string; share: number }
  servers: { host: string; weight: number; requests: number; share: number }[]
}

export interface ResourceSummary {
  at: string
  resource: 'receive' | 'send' | 'ring' | 'cpu'
  phase: string
  utilisation: Measured
  queuePeak: number
  queueMean: number
  queueUnit: 'B' | 'packets' | 'requests'
  queueLimit: number | null
  note: string
}

export interface Bottleneck {
  at: string
  resource: 'receive' | 'send' | 'ring' | 'cpu'
  utilisation: number
  phase: string
  note: string
  /** Others within half a percent of it. */
  ties: { at: string; resource: string }[]
  /**
   * Requests per second at which it would be full, of all services together, and the room left as a
   * share of the load: 0 where it is full. Both are null where requests fail of something else.
   */
  fullAtPps: number | null
  room: number | null
  /** What they fail of or wait for then, the foremost first; absent where it is this. */
  failing?: Failing[]
}

export interface Failing {
  /** 'rs*', 'r.wan policer', the clients that lack ports; a service where nothing was dropped. */
  at: string
  /** 'connection limit', 'no port left'; how the requests ended where nothing was dropped. */
  cause: string
}

export interface Method {
  /** 'fairness', 'latency in steady' */
  of: string
  method: string
}

export interface UntilTold {
  /** 'web.latency.p99 within 2%' */
  wanted: string[]
  /** False when the replications that were allowed were not enough. */
  reached: boolean
  /** The numbers of replications at which it was looked whether they are enough. */
  lookedAt: number[]
}

export interface ThresholdResult {
  /** 'web.delivered' */
  metric: string
  phase: string
  check: string
  statistic: string
  measured: Measured | null
  limit: number
  /** 'not measured' when its phase was not reached. */
  verdict: Verdict | 'not measured'
  /** What decided it without an interval of its own. */
  decidedBy?: DecidedBy
}

/** A quantile that cannot lie above the one asked for, and the lower end of its interval, s. */
export interface DecidedBy {
  statistic: string
  low: number
}

export interface TheoryBeside {
  /** Largest load carried without loss, requests per second, and what stops it. */
  mostPps: number
  limits: { at: string; resource: string; note: string }[]
  /**
   * True when a steady phase offered less than mostPps and lost 0.1 % or more, or offered more and
   * lost nothing.
   */
  disagrees: boolean
  text: string
  /** The same of further services with load; absent where there are none. */
  further?: Record<string, TheoryBeside>
}

export interface CostUsed {
  name: string
  value: number
  unit: string
  low: number
  high: number
  source: string
  hardware: string
  grade: string
}
