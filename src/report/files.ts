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
  summary: Summary
  replications: readonly ReplicationResult[]
}

export interface ResultFile {
  /** Below the results folder. */
  path: string
  text: string
}

const PLAIN: Look = { colour: false, unicode: true, width: 100 }

export function resultFiles(input: ResultsInput): ResultFile[] {
  const { document, summary, replications } = input
  return [
    { path: 'summary.json', text: jsonText(summary) },
    { path: 'summary.txt', text: summaryText(summary, PLAIN, replications) },
    { path: 'scenario.json', text: jsonText(document) },
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

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
