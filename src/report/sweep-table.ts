// table.csv of a sweep: one row per point. Every varied value stands there twice, as the scenario
// has it and as a number in base units; every measured one with the ends of its interval.
import type { PointOutcome } from '../measure/point.ts'
import type { Measured, Summary } from '../measure/summary.ts'
import { csvText, type CsvValue } from './csv.ts'

export interface SweptAxis {
  path: string
  /** Of its numbers; null for what is no number. */
  unit: string | null
}

/** What a sweep was, as `sweep --json` has it before its points. */
export interface SweepJsonHead {
  name: string
  seed: string
  version: string
  /** Hash of the plan. */
  plan: string
  axes: readonly SweptAxis[]
  /** How many points are done, incomplete, failed and missing. */
  count: Record<PointOutcome['status'], number>
}

/** Takes the outcomes in the order of the points, and keeps no more of them than the table has. */
export class SweepTable {
  private readonly columns = new Map<string, number>()
  private readonly rows: CsvValue[][] = []

  constructor(axes: readonly SweptAxis[]) {
    for (const name of headColumns(axes)) this.columns.set(name, this.columns.size)
  }

  add(outcome: PointOutcome): void {
    const row = headOf(outcome)
    for (const [name, value] of outcome.summary === null ? [] : leavesOf(outcome.summary)) {
      const column = this.columns.get(name) ?? this.columns.size
      this.columns.set(name, column)
      while (row.length <= column) row.push(null)
      row[column] = value
    }
    this.rows.push(row)
  }

  /** Columns that a point lacks are empty in its row. */
  text(): string {
    const count = this.columns.size
    const rows = this.rows.map((row) => [...row, ...Array<null>(count - row.length).fill(null)])
    return csvText([...this.columns.keys()], rows)
  }

  /** The same rows as objects by column, a line for each; columns that a point lacks are null. */
  json(head: SweepJsonHead): string {
    const names = [...this.columns.keys()]
    const rows = this.rows.map((row) =>
      JSON.stringify(Object.fromEntries(names.map((name, column) => [name, row[column] ?? null]))),
    )
    const start = JSON.stringify({ schema: 'lvs-sim-sweep/1', ...head }, null, 2).slice(0, -2)
    return `${start},\n  "points": [\n${rows.map((row) => `    ${row}`).join(',\n')}\n  ]\n}\n`
  }
}

function headColumns(axes: readonly SweptAxis[]): string[] {
  const values = axes.flatMap(({ path, unit }) => [path, `${path}_${nameOf(unit)}`])
  return ['point', 'status', 'reason', ...values, 'verdict', 'replications', 'fingerprint']
}

/** 'value' for a number without a unit, and for what is none. */
function nameOf(unit: string | null): string {
  return unit === null || unit === '1' ? 'value' : unit
}

function headOf({ point, status, reason, values, summary }: PointOutcome): CsvValue[] {
  return [
    ...[point, status, reason],
    ...values.flatMap(({ text, number }): CsvValue[] => [text, number]),
    ...[summary?.verdict ?? null, summary?.replications ?? null, summary?.fingerprint ?? null],
  ]
}

type Leaf = [name: string, value: CsvValue]

function leavesOf(summary: Summary): Leaf[] {
  const { services, bottleneck, theory, found = [] } = summary
  const own = Object.entries(services).flatMap(([service, one]) => [
    ...phased(`${service}.offered`, one.offered),
    ...phased(`${service}.delivered`, one.delivered),
    ...phased(`${service}.loss`, one.loss),
    ...Object.entries(one.latency).flatMap(([phase, statistics]) =>
      Object.entries(statistics).flatMap(([statistic, value]) =>
        leaf(`${service}.latency.${phase}.${statistic}`, value as Measured),
      ),
    ),
    ...Object.entries({ ...one.outage }).flatMap(([statistic, value]) => {
      return leaf(`${service}.outage.${statistic}`, value)
    }),
    ...Object.entries({ ...one.connections }).flatMap(([fate, value]) => {
      return leaf(`${service}.connections.${fate}`, value)
    }),
    ...Object.entries(one.fairness).flatMap(([phase, { jain }]) =>
      leaf(`${service}.fairness.${phase}.jain`, jain),
    ),
  ])
  const at = bottleneck === null ? null : `${bottleneck.at} ${bottleneck.resource}`
  return [
    ...own,
    ...found.flatMap(({ what, after }) => leaf(`found.${what}`, after)),
    ['bottleneck', at],
    ['bottleneck_utilisation', bottleneck?.utilisation ?? null],
    ['theory_most_pps', theory?.mostPps ?? null],
  ]
}

function phased(name: string, phases: Record<string, Measured>): Leaf[] {
  return Object.entries(phases).flatMap(([phase, value]) => leaf(`${name}.${phase}`, value))
}

function leaf(name: string, { mean, low, high, unit }: Measured): Leaf[] {
  const full = unit === '1' ? name : `${name}_${unit}`
  return [
    [full, mean],
    [`${full}_low`, low],
    [`${full}_high`, high],
  ]
}
