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

/** Reads all points one by one, writes table.csv and summary.txt. */
export function writeTables(folder: SweepFolder): SweepText {
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
  return text
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
  text: SweepText,
  folder: SweepFolder,
  values: Values,
  shell: Shell,
): ExitCode {
  if (quietness(values) === 0) {
    shell.out(text.text(lookOf(process.stdout, wantsColour(values)), MOST_SHOWN))
    shell.err(`results  ${relative('', folder.path) || '.'}\n`)
  }
  const { incomplete, failed, missing } = text.count
  return incomplete + failed + missing > 0 ? EXIT.incomplete : EXIT.ok
}
