// `lvs-sim merge`: joins points or shards that were run elsewhere. They must be of one plan and one
// version, and together have all points; then the tables are those that one machine would make.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { numbersText } from '../report/sweep-text.ts'
import { pointName, type Plan } from '../study/plan.ts'
import type { Command, Shell, Values } from './command.ts'
import { ContentError, FileError, fileReason } from './errors.ts'
import type { ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { readPlan, type PlanFile } from './plan-file.ts'
import type { ResultFile } from './results-folder.ts'
import { readPoint, SweepFolder, type KeptPoint } from './sweep-folder.ts'
import { printSweep, writeTables } from './sweep-report.ts'
import { version } from './version.ts'

export const merge: Command = {
  name: 'merge',
  positional: '<folder...>',
  summary: 'Joins points or shards of a sweep that were run elsewhere.',
  examples: ['lvs-sim merge out', 'lvs-sim merge shard-1 shard-2 shard-3 -o results/my.sweep'],
  flags: {
    out: flags.out('folder for all of them [default: the one folder, or results/<name>.sweep]'),
    json: { kind: 'switch', describe: 'the table as one JSON document on standard output' },
    quiet: { kind: 'count', letter: 'q', describe: 'no table on standard output' },
    ...flags.colour,
  },
  more: `Exit codes: 0 all points are there, 5 some are missing or failed, 3 the folders are of
different plans or versions of lvs-sim, 4 a file could not be read or written.`,
  handle,
}

function handle(values: Values, shell: Shell): ExitCode {
  const folders = [...new Set([values['folder']].flat().map((path) => resolve(path as string)))]
  const plan = planOfAll(folders)
  if (plan.version !== version()) {
    shell.err(`the points are of lvs-sim ${plan.version}, this is ${version()}\n`)
  }
  const target = new SweepFolder(targetOf(folders, plan, values), plan, { isShared: true })
  try {
    for (const point of plan.points.keys()) gather(target, folders, point, shell)
    const report = writeTables(target)
    const { missing } = report.text.count
    const absent = [...plan.points.keys()].filter((point) => !isKept(target.read(point)))
    if (missing > 0) shell.err(`missing: ${numbersText(absent)} of ${plan.points.length}\n`)
    return printSweep(report, target, values, shell)
  } finally {
    target.discard()
  }
}

/** The one plan that all of them have. */
function planOfAll(folders: readonly string[]): Plan {
  let first: PlanFile | null = null
  for (const folder of folders) {
    const found = readPlan(folder)
    if (typeof found === 'string') {
      throw new FileError(
        `cannot merge ${shown(folder)}: it ${found}`,
        'Give folders that `lvs-sim sweep --point` or `--shard` wrote with --out.',
      )
    }
    first ??= found
    const difference = found.differenceFrom(first.plan)
    if (difference === null) continue
    throw new ContentError(
      `${shown(folder)} does not go with ${shown(folders[0]!)}: ${difference}`,
      'Points of different plans or versions cannot be put into one table.',
    )
  }
  return first!.plan
}

function targetOf(folders: readonly string[], plan: Plan, values: Values): string {
  const out = values['out'] as string | undefined
  if (out !== undefined) return out
  return folders.length === 1 ? folders[0]! : join('results', `${plan.name}.sweep`)
}

/** Brings a point into the target; the same point from two places must be the same. */
function gather(
  target: SweepFolder,
  folders: readonly string[],
  point: number,
  shell: Shell,
): void {
  const { plan } = target
  const places = [...new Set([target.path, ...folders])]
    .map((folder) => join(folder, 'points', pointName(plan, point)))
    .map((folder) => ({ folder, kept: readPoint(folder, plan, point) }))
  for (const { folder, kept } of places) {
    if (typeof kept === 'string') shell.err(`${shown(folder)} is left out: ${kept}\n`)
  }
  const whole = places.filter(({ kept }) => isKept(kept) && kept.summary?.complete === true)
  const best = whole[0] ?? places.find(({ kept }) => isKept(kept))
  if (best === undefined) return
  const files = filesOf(best.folder)
  for (const { folder } of whole.slice(1)) {
    if (isDeepStrictEqual(filesOf(folder), files)) continue
    throw new ContentError(
      `point ${point} differs between ${shown(best.folder)} and ${shown(folder)}`,
      'The same point gives the same bytes everywhere: one of the two has been changed.',
    )
  }
  if (best.folder !== target.folderOf(point)) target.writePoint(point, files)
}

function isKept(kept: KeptPoint | string | null): kept is KeptPoint {
  return kept !== null && typeof kept !== 'string'
}

/** All files of a point, in the order of their names. */
function filesOf(folder: string): ResultFile[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => ({
        path: relative(folder, path).replaceAll('\\', '/'),
        text: readFileSync(path),
      }))
  } catch (error) {
    throw new FileError(`cannot read ${shown(folder)}: ${fileReason(error)}`)
  }
}

function shown(path: string): string {
  return relative('', path) || '.'
}
