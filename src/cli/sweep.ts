// `lvs-sim sweep`: runs every point of a scenario's sweep, or a share of them; what is whole
// already is kept.
import { join, relative, resolve } from 'node:path'
import { planText, pointName, type Plan } from '../study/plan.ts'
import { defaultWorkers } from '../study/replications.ts'
import { secondsOfSweep } from '../study/estimate.ts'
import type { Command, Shell, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { wallTime } from './progress.ts'
import { addressFlag, patienceFlag, type Address } from './queue-flags.ts'
import { quietness } from './watched.ts'
import { RunRecord } from './run-record.ts'
import { SweepFolder } from './sweep-folder.ts'
import { readPlanned, type Planned } from './sweep-plan.ts'
import { printSweep, writeTables } from './sweep-report.ts'
import { runPoints } from './sweep-points.ts'
import { runPointsOnQueue } from './sweep-queue.ts'
import { varyFlags } from './sweep-vary.ts'

export const sweep: Command = {
  name: 'sweep',
  positional: '<scenario>',
  summary: 'Runs a scenario at every point of its sweep, here or spread over machines.',
  examples: [
    'lvs-sim sweep my.json --vary services.web.scheduler=rr,wlc --vary realServers.rs.count=1..8',
    'lvs-sim sweep my.json --list',
    'lvs-sim sweep my.json --queue redis://head:6379',
    'lvs-sim sweep my.json --shard 2/4 -o out && lvs-sim merge out',
    'sbatch --array=0-20 --wrap "lvs-sim sweep my.json --point $SLURM_ARRAY_TASK_ID -o out"',
  ],
  flags: {
    ...varyFlags,
    out: flags.out('folder for results [default: results/<name>.sweep]'),
    set: flags.set,
    seed: flags.seed,
    replications: flags.replications,
    duration: flags.duration,
    list: { kind: 'switch', describe: 'print the points, run nothing', common: true },
    count: { kind: 'switch', describe: 'print how many points there are, run nothing' },
    json: {
      kind: 'switch',
      describe: 'the table as one JSON document on standard output; with --list the plan',
      common: true,
    },
    point: {
      kind: 'text',
      value: 'N',
      describe: 'run one point, 0, 1, ...; `merge` makes the tables',
      parse: flags.wholeNumber(0, 99_999),
    },
    shard: {
      kind: 'text',
      value: 'I/N',
      describe: 'run a share of the points, as in 2/4; `merge` makes the tables',
      parse: shareOf,
    },
    queue: addressFlag,
    patience: patienceFlag,
    workers: flags.workers,
    as: flags.as,
    load: flags.load,
    quiet: { kind: 'count', letter: 'q', describe: 'no table on standard output' },
    ...flags.colour,
    'no-progress': { kind: 'switch', describe: 'no progress line on standard error' },
  },
  more: `Exit codes: 0 all points ran, 5 some did not (the others are kept), 130 interrupted,
2 wrong command line, 3 wrong scenario or another plan, 4 a file could not be read or written.
Thresholds are a column of the table and fail nothing. What is whole already is not run again.`,
  handle,
}

function shareOf(text: string): { share: number; of: number } {
  const [share, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number)
  if (share !== undefined && of !== undefined && share >= 1 && share <= of) return { share, of }
  throw new UsageError(
    `--shard is I/N with I from 1 to N, got "${text}"`,
    'For instance --shard 2/4: the second of four shares.',
  )
}

async function handle(values: Values, shell: Shell): Promise<ExitCode> {
  const planned = await readPlanned(values, shell)
  if (values['count'] === true) {
    shell.out(`${planned.points.length}\n`)
    return EXIT.ok
  }
  if (values['list'] === true) {
    shell.out(values['json'] === true ? planText(planned.plan) : listText(planned))
    return EXIT.ok
  }
  if (values['json'] === true && isPart(values)) {
    throw new UsageError(
      '--json is of all points, and --point and --shard run some of them',
      'Use `lvs-sim merge --json` when all are there.',
    )
  }
  return runInto(planned, values, shell)
}

function listText({ plan, points }: Planned): string {
  const lines = points.map((point) => {
    const values = plan.axes.map(({ path }, axis) => `${path}=${plan.points[point]![axis]!.text}`)
    return `${pointName(plan, point)}  ${values.join('  ')}\n`
  })
  return lines.join('')
}

async function runInto(planned: Planned, values: Values, shell: Shell): Promise<ExitCode> {
  const { plan, points } = planned
  const address = values['queue'] as Address | undefined
  if (address !== undefined) refuseFiles(plan)
  const isShared = isPart(values)
  const folder = new SweepFolder(folderOf(plan, values), plan, { isShared })
  if (folder.isReplaced) shell.err(`results of another plan are now in ${folder.path}.before\n`)
  const left = points.filter((point) => !isWhole(folder, point))
  const workers = (values['workers'] as number | undefined) ?? defaultWorkers()
  const kept = points.length - left.length
  if (quietness(values) === 0) {
    tellEstimate(planned, left, kept, address === undefined ? workers : null, shell)
  }
  const record = new RunRecord(workers)
  const ended =
    address === undefined
      ? await runPoints({ planned, folder, left, kept, workers }, values, shell)
      : await runPointsOnQueue({ planned, folder, left, kept }, address, values, shell)
  if (isShared) {
    shell.err(`lvs-sim merge ${relative('', folder.path) || '.'}  makes the tables of all points\n`)
    return ended.isInterrupted ? EXIT.interrupted : ended.isComplete ? EXIT.ok : EXIT.incomplete
  }
  const report = writeTables(folder)
  folder.write([record.file()])
  const code = printSweep(report, folder, values, shell)
  return ended.isInterrupted ? EXIT.interrupted : code
}

/** Whether others may run the rest into the same folder. */
function isPart(values: Values): boolean {
  return values['point'] !== undefined || values['shard'] !== undefined
}

/** A worker elsewhere has not the file that a load is read from. */
function refuseFiles({ name, scenario }: Plan): void {
  const file = scenario.workload?.replay?.file
  if (file === undefined) return
  throw new UsageError(
    `"${name}" replays ${file}, and a queue carries no files`,
    'Use --shard or --point where the file is, and `lvs-sim merge`.',
  )
}

/** results/<name>.sweep, or --out. */
function folderOf(plan: Plan, values: Values): string {
  const out = values['out'] as string | undefined
  return out === undefined ? join('results', `${plan.name}.sweep`) : resolve(out)
}

function isWhole(folder: SweepFolder, point: number): boolean {
  const kept = folder.read(point)
  return kept !== null && typeof kept !== 'string' && kept.summary?.complete === true
}

/** What there is to do, before it is done. */
function tellEstimate(
  { plan, load }: Planned,
  left: readonly number[],
  kept: number,
  workers: number | null,
  shell: Shell,
): void {
  const of = `${plan.name}: ${left.length} ${left.length === 1 ? 'point' : 'points'} to run`
  const there = kept > 0 ? `, ${kept} there already` : ''
  const seconds = left.length > 1 ? secondsOfSweep(left, (point) => load(point).scenario) : null
  // Who works for a queue is not known: what one worker would need.
  const on = workers === null || workers === 1 ? '1 worker' : `${workers} workers`
  const time = seconds === null ? '' : `, about ${wallTime(seconds / (workers ?? 1))} on ${on}`
  shell.err(`${of}${there}${time}\n`)
}
