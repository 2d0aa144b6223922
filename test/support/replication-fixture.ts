// Results of replications made by hand, for tests of what is made of them.
import { Histogram } from '../../src/measure/histogram.ts'
import {
  BATCHES,
  WINDOWS,
  type PhaseResult,
  type ReplicationResult,
  type ResourceResult,
} from '../../src/measure/replication.ts'

const MS = 1_000_000_000

export interface PhaseFixture {
  phase?: string
  startMs?: number
  durationMs?: number
  /** Longer than `durationMs` when the run was stopped. */
  plannedMs?: number
  steady?: boolean
  /** Per window. */
  offered?: number
  failed?: number
  unfinished?: number
  /** Latency of every delivered request, ps; by window. */
  latencyPs?: (window: number) => number
  /** Requests to each server per window, and the weights. */
  servers?: number[]
  weights?: number[]
}

/** 100 windows alike: 10 requests offered in each, all delivered after 50 us unless said. */
export function phaseFixture(options: PhaseFixture = {}): PhaseResult {
  const { offered = 10, failed = 0, unfinished = 0, servers = [5, 5] } = options
  const latencyPs = options.latencyPs ?? (() => 50_000_000)
  const perBatch = WINDOWS / BATCHES
  const gone = failed + unfinished
  const delivered = Array.from({ length: WINDOWS }, (_, window) =>
    // The last windows are those that fail, one request in each.
    window >= WINDOWS - gone ? offered - 1 : offered,
  )
  return {
    service: 'web',
    phase: options.phase ?? 'steady',
    startPs: (options.startMs ?? 0) * MS,
    durationPs: (options.durationMs ?? 100) * MS,
    windowPs: ((options.plannedMs ?? options.durationMs ?? 100) * MS) / WINDOWS,
    steady: options.steady ?? true,
    offered: offered * WINDOWS,
    delivered: offered * WINDOWS - gone,
    failed: { lost: failed, refused: 0 },
    unfinished,
    latency: Array.from({ length: BATCHES }, (_, batch) => {
      const histogram = new Histogram()
      for (let window = batch * perBatch; window < (batch + 1) * perBatch; window++) {
        for (let i = 0; i < delivered[window]!; i++) histogram.record(latencyPs(window))
      }
      return histogram.toSparse()
    }),
    windows: {
      offered: Array<number>(WINDOWS).fill(offered),
      delivered,
      latencySum: delivered.map((count, window) => count * latencyPs(window)),
    },
    servers: servers.map((requests, index) => ({
      host: `rs${index + 1}`,
      weight: options.weights?.[index] ?? 1,
      requests: Array<number>(WINDOWS).fill(requests),
    })),
  }
}

export function resourceFixture(
  at: string,
  resource: ResourceResult['resource'],
  utilisation: number,
  phase: string = 'steady',
): ResourceResult {
  return {
    at,
    resource,
    phase,
    utilisation,
    queuePeak: 1000,
    queueMean: 10,
    queueUnit: resource === 'ring' ? 'packets' : 'B',
    queueLimit: null,
    packets: 1000,
    bytes: 64_000,
    note: 'a note',
  }
}

export function replicationFixture(
  replication: number,
  phases: PhaseResult[] = [phaseFixture()],
  more: Partial<ReplicationResult> = {},
): ReplicationResult {
  return {
    replication,
    complete: true,
    events: 5000,
    simulatedPs: 110 * MS,
    phases,
    resources: [resourceFixture('lb1.eth0', 'receive', 0.9)],
    drops: [],
    timeline: [],
    connections: { atEnd: 10, most: 10, created: 10, expired: 0 },
    ...more,
  }
}
