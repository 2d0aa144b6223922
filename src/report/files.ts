// The files of a results folder that are the same each time: for the same scenario, seed and
// version, byte by byte. JSON has two spaces of indent, but for the replications: those are long
// lists of numbers, and one line each.
import type { ReplicationResult } from '../measure/replication.ts'
import type { Summary } from '../measure/summary.ts'
import type { Look } from './look.ts'
import * as tables from './tables.ts'
import { summaryText } from './terminal.ts'

export interface ResultsInput {
  /** The scenario as a file would say it, all defaults filled in. */
  document: unknown
  /** A copy of the file that it replays, where there is one that can be kept. */
  kept: { path: string; bytes: Uint8Array | null } | null
  summary: Summary
  replications: readonly ReplicationResult[]
}

export interface ResultFile {
  /** Below the results folder. */
  path: string
  /** A text, or the bytes of a copy. */
  text: string | Uint8Array
}

const PLAIN: Look = { colour: false, unicode: true, width: 100 }

export function resultFiles(input: ResultsInput): ResultFile[] {
  const { document, kept, summary, replications } = input
  return [
    { path: 'summary.json', text: jsonText(summary) },
    { path: 'summary.txt', text: summaryText(summary, PLAIN, replications) },
    { path: 'scenario.json', text: jsonText(document) },
    ...copyOf(kept),
    { path: 'throughput.csv', text: tables.throughputCsv(replications) },
    { path: 'fairness.csv', text: tables.fairnessCsv(summary) },
    { path: 'latency.csv', text: tables.latencyCsv(replications) },
    { path: 'events.csv', text: tables.eventsCsv(replications) },
    ...(summary.outages === undefined
      ? []
      : [{ path: 'outages.csv', text: tables.outagesCsv(replications) }]),
    { path: 'series.csv', text: tables.seriesCsv(replications) },
    ...replications.map((result) => ({
      path: `replications/${result.replication}.json`,
      text: `${JSON.stringify(result)}\n`,
    })),
  ]
}

function copyOf(kept: ResultsInput['kept']): ResultFile[] {
  return kept === null || kept.bytes === null ? [] : [{ path: kept.path, text: kept.bytes }]
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
