// The tables of a results folder: one function per CSV file.
import { merge } from '../measure/histogram.ts'
import { WINDOWS, type PhaseResult, type ReplicationResult } from '../measure/replication.ts'
import type { Summary } from '../measure/summary.ts'
import { csvText, type CsvValue } from './csv.ts'

const PS_PER_SECOND = 1_000_000_000_000
/** Steps until the rest is half as large, as HdrHistogram's tables have them. */
const STEPS_PER_HALF = 5
/** 0.55 * 100 comes out just above 55; that is no 56th value (as in Histogram.quantile). */
const ROUNDED = 1 - 4 * Number.EPSILON

/** Both directions of every wire in every phase: mean over the replications that reached it. */
export function throughputCsv(replications: readonly ReplicationResult[]): string {
  const columns = ['phase', 'node', 'direction', 'packets', 'pps', 'bps', 'utilisation']
  const groups = new Map<string, { key: string[]; values: number[][] }>()
  for (const { phases, resources } of replications) {
    for (const { phase, at, resource, packets, bytes, utilisation } of resources) {
      const seconds = lengthOf(phases, phase)
      if (seconds === 0 || (resource !== 'receive' && resource !== 'send')) continue
      const key = [phase, at, resource]
      const group = grouped(groups, key.join('\n'), () => ({ key, values: [] }))
      group.values.push([packets, packets / seconds, (bytes * 8) / seconds, utilisation])
    }
  }
  const rows = [...groups.values()].map(({ key, values }) => [
    ...key,
    ...[0, 1, 2, 3].map((column) => mean(values.map((row) => row[column]!))),
  ])
  return csvText(columns, rows)
}

/** Every real server in every phase and over the whole run; `jain` is that of the span. */
export function fairnessCsv(summary: Summary): string {
  const keys = ['service', 'phase', 'host']
  const columns = [...keys, 'weight', 'requests', 'share', 'share_per_weight', 'jain']
  const rows = Object.entries(summary.services).flatMap(([service, { fairness }]) =>
    Object.entries(fairness).flatMap(([phase, { servers, jain }]) =>
      servers.map(({ host, weight, requests, share }): CsvValue[] => {
        const perWeight = weight === 0 ? null : share / weight
        return [service, phase, host, weight, requests, share, perWeight, jain.mean]
      }),
    ),
  )
  return csvText(columns, rows)
}

/** The latencies of all replications together, by percentile, as HdrHistogram writes them. */
export function latencyCsv(replications: readonly ReplicationResult[]): string {
  const columns = ['service', 'phase', 'percentile', 'value_s', 'count', 'inverse_tail']
  const groups = new Map<string, { key: string[]; parts: PhaseResult[] }>()
  for (const result of replications.flatMap(({ phases }) => phases)) {
    const key = [result.service, result.phase]
    grouped(groups, key.join('\n'), () => ({ key, parts: [] })).parts.push(result)
  }
  const rows = [...groups.values()].flatMap(({ key, parts }) =>
    spectrum(parts).map((row) => [...key, ...row]),
  )
  return csvText(columns, rows)
}

/** What happened, in every replication. */
export function eventsCsv(replications: readonly ReplicationResult[]): string {
  const rows = replications.flatMap(({ replication, timeline }) =>
    timeline.map(({ atPs, text }): CsvValue[] => [replication, atPs / PS_PER_SECOND, text]),
  )
  return csvText(['replication', 'time_s', 'text'], rows)
}

/** Spans in which a virtual address was out of service, in every replication. */
export function outagesCsv(replications: readonly ReplicationResult[]): string {
  const names = ['open', 'kept', 'reset', 'stuck', 'tried', 'answered', 'failed'] as const
  const parts = ['detection_s', 'election_s', 'arp_s']
  const rows = replications.flatMap(({ replication, outages = [] }) =>
    outages.map(({ address, cause, takenBy, fromPs, toPs, isOver, connections, ...each }) => {
      const times = [fromPs, toPs, each.detectionPs, each.electionPs, each.arpPs]
      const seconds = times.map((ps) => (ps === null ? null : ps / PS_PER_SECOND))
      const counts = names.map((name) => connections[name])
      return [replication, address, cause, takenBy, isOver, ...seconds, ...counts]
    }),
  )
  const columns = ['replication', 'address', 'cause', 'taken_by', 'over', 'from_s', 'to_s']
  return csvText([...columns, ...parts, ...names], rows)
}

/** Offered and delivered rate by window: mean over the replications. */
export function seriesCsv(replications: readonly ReplicationResult[]): string {
  const phases = new Map<string, PhaseResult[]>()
  for (const result of replications.flatMap((replication) => replication.phases)) {
    grouped(phases, `${result.phase}\n${result.service}`, (): PhaseResult[] => []).push(result)
  }
  const rows = [...phases.values()].flatMap((results) =>
    Array.from({ length: WINDOWS }, (_, window) => windowRows(results, window)).flat(),
  )
  return csvText(['time_s', 'name', 'value', 'unit'], rows)
}

/** No rows for a window that no replication simulated. */
function windowRows(results: readonly PhaseResult[], window: number): CsvValue[][] {
  const [{ service, startPs, windowPs }] = results as [PhaseResult]
  const from = windowPs * window
  const reached = results.filter(({ durationPs }) => durationPs > from)
  if (reached.length === 0) return []
  const rate = (of: 'offered' | 'delivered') =>
    mean(
      reached.map(({ windows, durationPs }) => {
        const lengthPs = Math.min(windowPs, durationPs - from)
        return (windows[of][window]! / lengthPs) * PS_PER_SECOND
      }),
    )
  const time = (startPs + from) / PS_PER_SECOND
  return (['offered', 'delivered'] as const).map((of) => [
    time,
    `${service}.${of}`,
    rate(of),
    'pps',
  ])
}

/** Percentile, value, requests up to it, and 1 / (1 - percentile), which is empty for the last. */
function spectrum(parts: readonly PhaseResult[]): CsvValue[][] {
  const all = merge(parts.flatMap(({ latency }) => latency))
  if (all.count === 0) return []
  const rows: CsvValue[][] = []
  for (let rest = 1; rest * all.count >= 1; rest /= 2) {
    for (let step = 0; step < STEPS_PER_HALF; step++) {
      const beyond = (rest * step) / (2 * STEPS_PER_HALF)
      const percentile = 1 - rest + beyond
      const count = Math.max(1, Math.ceil(percentile * all.count * ROUNDED))
      const value = all.quantile(percentile) / PS_PER_SECOND
      rows.push([percentile, value, count, 1 / (rest - beyond)])
    }
  }
  return [...rows, [1, all.max / PS_PER_SECOND, all.count, null]]
}

function lengthOf(phases: readonly PhaseResult[], name: string): number {
  const phase = phases.find((result) => result.phase === name)
  return (phase?.durationPs ?? 0) / PS_PER_SECOND
}

function grouped<T>(groups: Map<string, T>, key: string, create: () => T): T {
  const group = groups.get(key) ?? create()
  groups.set(key, group)
  return group
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
