// The tables of a sweep, made from what lies in its folder, so that they are the same whoever ran
// the points.
import { relative } from 'node:path'
import type { PointOutcome } from '../measure/point.ts'
import { SweepTable } from '../report/sweep-table.ts'
import { SweepText } from '../report/sweep-text.ts'
import type { Look } from '../report/look.ts'
import type { Shell, Values } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { wantsColour } from './flags.ts'
import { quietness } from './watched.ts'
import type { SweepFolder } from './sweep-folder.ts'
import { lookOf } from './terminal.ts'

const PLAIN: Look = { colour: false, unicode: true, width: 100 }
/** Points that the terminal shows; summary.txt has all. */
const MOST_SHOWN = 60

/** What there is to print of a sweep. */
export interface SweepReport {
  table: SweepTable
  text: SweepText
}

/** Reads all points one by one, writes table.csv and summary.txt. */
export function writeTables(folder: SweepFolder): SweepReport {
  const { plan } = folder
  const { name, version, axes, scenario } = plan
  const table = new SweepTable(axes)
  const text = new SweepText({
    name,
    version,
    axes,
    title: scenario.title ?? name,
    seed: scenario.seed ?? name,
  })
  for (const [point, values] of plan.points.entries()) {
    const outcome: PointOutcome = { point, values, ...outcomeOf(folder, point) }
    table.add(outcome)
    text.add(outcome)
  }
  folder.write([
    { path: 'table.csv', text: table.text() },
    { path: 'summary.txt', text: text.text(PLAIN) },
  ])
  return { table, text }
}

function outcomeOf(
  folder: SweepFolder,
  point: number,
): Pick<PointOutcome, 'status' | 'reason' | 'summary'> {
  const kept = folder.read(point)
  if (kept === null || typeof kept === 'string') {
    return { status: 'missing', reason: kept, summary: null }
  }
  const { summary, reason } = kept
  if (summary === null) return { status: 'failed', reason, summary }
  return { status: summary.complete ? 'done' : 'incomplete', reason: null, summary }
}

/** The lines for standard output, and where the rest is. */
export function printSweep(
  { table, text }: SweepReport,
  folder: SweepFolder,
  values: Values,
  shell: Shell,
): ExitCode {
  if (values['json'] === true) {
    const { name, version, hash, axes, scenario } = folder.plan
    const seed = scenario.seed ?? name
    shell.out(table.json({ name, seed, version, plan: hash, axes, count: text.count }))
  } else if (quietness(values) === 0) {
    shell.out(text.text(lookOf(process.stdout, wantsColour(values)), MOST_SHOWN))
  }
  if (quietness(values) === 0) shell.err(`results  ${relative('', folder.path) || '.'}\n`)
  const { incomplete, failed, missing } = text.count
  return incomplete + failed + missing > 0 ? EXIT.incomplete : EXIT.ok
}
