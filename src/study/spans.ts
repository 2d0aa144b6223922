// Which part of each phase counts for latency and fairness: not what lies before the warm-up, and
// in phases of constant rate not what MSER-5 finds to be settling in. Counts of requests cover
// whole phases all the same.
import {
  BATCHES,
  WINDOWS,
  type PhaseResult,
  type ReplicationResult,
} from '../measure/replication.ts'
import { batchMeans, interval, mser5 } from '../measure/statistics.ts'
import { loadedServices } from '../scenario/loads.ts'
import { isConstant } from '../scenario/rates.ts'
import type { Scenario } from '../scenario/scenario.ts'

const WINDOWS_PER_BATCH = WINDOWS / BATCHES
const PS_PER_MS = 1_000_000_000
const PS_PER_SECOND = 1e12

/** A phase in all replications that reached it. */
export interface Span {
  name: string
  steady: boolean
  /** Batches that do not count at its start. */
  cut: number
  /** Of them those that MSER-5 took. */
  settling: number
  /** Requests that a batch offers on average, where it is known exactly (control-variates.ts). */
  expected: number | null
  results: PhaseResult[]
}

/** The phases that were reached, in their order, as the workload's service met them (loads.ts). */
export function spansOf(replications: readonly ReplicationResult[], scenario: Scenario): Span[] {
  const { warmupPs } = scenario.time
  const known = knownOffered(scenario)
  const service = scenario.workload.to
  const own = replications.map(({ phases }) => phases.filter((p) => p.service === service))
  return own[0]!.flatMap(({ phase }, index) => {
    const results = own.map((phases) => phases[index]!).filter((p) => p.durationPs > 0)
    if (results.length === 0) return []
    const [{ startPs, windowPs }] = results as [PhaseResult]
    const steady = results.every(isWhole) && results[0]!.steady
    const batchPs = windowPs * WINDOWS_PER_BATCH
    const floor = Math.min(BATCHES, Math.max(0, Math.ceil((warmupPs - startPs) / batchPs)))
    const cut = steady ? Math.max(floor, settling(results)) : floor
    const expected = known.get(phase) ?? null
    return [{ name: phase, steady, cut, settling: cut > floor ? cut : 0, expected, results }]
  })
}

/** Whether one run alone has to give the interval: by batch means, in steady phases. */
export function isSingle({ results, steady }: Span): boolean {
  return results.length === 1 && steady
}

/** A run that was stopped has windows without anything in them: no batches can be made of those. */
function isWhole({ durationPs, windowPs }: PhaseResult): boolean {
  return durationPs > (WINDOWS - 1) * windowPs
}

/** So many standard errors lie between what settles in and the rest. */
const CLEARLY = 3

/**
 * Batches that MSER-5 leaves out, by the mean latency of requests over time and replications. A
 * stretch that only happened to be busy is no settling in: cutting it because it scatters would
 * make latencies seem lower than they are (measured: intervals of single runs then held the truth
 * in 89 % of tries). So the cut stands only where what is cut clearly differs from the rest.
 */
function settling(results: readonly PhaseResult[]): number {
  const series = Array.from({ length: WINDOWS }, (_, window) => {
    let latency = 0
    let delivered = 0
    for (const { windows } of results) {
      latency += windows.latencySum[window]!
      delivered += windows.delivered[window]!
    }
    return latency / delivered
  })
  if (!series.every(Number.isFinite)) return 0
  const batches = batchMeans(series, WINDOWS_PER_BATCH)
  const cut = mser5(batches)
  return cut > 0 && differs(batches.slice(0, cut), batches.slice(cut)) ? cut : 0
}

function differs(start: number[], rest: number[]): boolean {
  const [early, late] = [interval(start), interval(rest)]
  const deviation = deviationOf(rest, late.mean)
  const error = deviation * Math.sqrt(1 / start.length + 1 / rest.length)
  return Math.abs(early.mean - late.mean) > CLEARLY * error
}

function deviationOf(values: readonly number[], mean: number): number {
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0)
  return Math.sqrt(squares / (values.length - 1))
}

/** Windows that count. */
export function counted<T>(values: readonly T[], { cut }: Pick<Span, 'cut'>): readonly T[] {
  return values.slice(cut * WINDOWS_PER_BATCH)
}

/** Values by window, summed up in batches. */
export function byBatch(values: readonly number[]): number[] {
  return batchMeans([...values], WINDOWS_PER_BATCH).map((mean) => mean * WINDOWS_PER_BATCH)
}

/** What was left out, for people. */
export function settlingNote({ settling, results }: Span, label: string): string {
  const ms = (settling * results[0]!.durationPs) / BATCHES / PS_PER_MS
  return (
    `${label}: its first ${Math.round(ms * 1000) / 1000}ms were settling in (MSER-5) and ` +
    `are left out of latency and fairness`
  )
}

/**
 * Requests that phases offer on average in each batch, where that is known exactly: Poisson
 * arrivals at a constant rate. A count that does not vary needs no control.
 */
function knownOffered({ workload, time }: Scenario): ReadonlyMap<string, number> {
  if (workload.arrivals.kind !== 'poisson') return new Map()
  return new Map(
    workload.phases
      .filter(isConstant)
      .filter(({ startPs, durationPs }) => startPs + durationPs <= time.durationPs)
      .map(({ name, fromRate, durationPs }) => [
        name,
        (fromRate * durationPs) / PS_PER_SECOND / BATCHES,
      ]),
  )
}

/** 'steady'; with several services 'web steady'. */
export function labelling(scenario: Scenario): (span: Span) => string {
  const isAlone = loadedServices(scenario).length === 1
  return ({ name, results }) => (isAlone ? name : `${results[0]!.service} ${name}`)
}
