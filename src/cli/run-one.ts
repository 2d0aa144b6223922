// One scenario of `lvs-sim run`: looks first whether results can be written, simulates, writes,
// prints.
import { relative } from 'node:path'
import type { Summary } from '../measure/summary.ts'
import { resultFiles } from '../report/files.ts'
import { summaryText, verdictText } from '../report/terminal.ts'
import { documentOfResults } from '../scenario/kept-recording.ts'
import type { Loaded } from '../scenario/load.ts'
import { workersFor, type RunOptions } from '../study/replications.ts'
import type { Simulated } from '../study/simulate.ts'
import type { Shell, Values } from './command.ts'
import { EXIT, gravest, type ExitCode } from './exit-codes.ts'
import { wantsColour } from './flags.ts'
import { Interrupt } from './interrupt.ts'
import { wallTime } from './progress.ts'
import { ResultsFolder } from './results-folder.ts'
import { RunRecord } from './run-record.ts'
import { lookOf } from './terminal.ts'
import { precisionsOf, watchedUntil, type Precise } from './until.ts'
import { quietness, runOptions, watched } from './watched.ts'

export interface Done {
  code: ExitCode
  /** Null when nothing was measured. */
  summary: Summary | null
}

/** Simulates into that folder. */
export async function runOne(
  loaded: Loaded,
  path: string,
  values: Values,
  shell: Shell,
): Promise<Done> {
  const { scenario } = loaded
  const precisions = precisionsOf(values, scenario)
  const folder = new ResultsFolder(path)
  const interrupt = new Interrupt(shell.err, () => folder.discard())
  try {
    const options = runOptions(values, interrupt)
    const record = new RunRecord(workersFor(scenario, options))
    const { simulated, document, reached } =
      precisions.length > 0
        ? await watchedUntil(loaded, precisions, options, values, shell)
        : await asOftenAsItSays(loaded, options, values, shell)
    const { summary } = simulated
    if (summary === null) {
      shell.err(`${scenario.name}: stopped before anything was measured, nothing written\n`)
      return { code: interrupt.isSet ? EXIT.interrupted : EXIT.incomplete, summary }
    }
    folder.write([
      ...resultFiles({
        document: documentOfResults(document, loaded.kept),
        kept: loaded.kept,
        summary,
        replications: simulated.replications,
      }),
      record.file(),
    ])
    print(summary, simulated, values, shell)
    if (quietness(values) === 0) tellOfRun(simulated, record, folder.path, shell)
    const code = gravest([codeOf(summary), reached ? EXIT.ok : EXIT.incomplete])
    return { code: interrupt.isSet ? EXIT.interrupted : code, summary }
  } finally {
    interrupt.end()
    folder.discard()
  }
}

async function asOftenAsItSays(
  { scenario, document }: Loaded,
  options: RunOptions,
  values: Values,
  shell: Shell,
): Promise<Precise> {
  return { simulated: await watched(scenario, options, values, shell), document, reached: true }
}

function print(summary: Summary, simulated: Simulated, values: Values, shell: Shell): void {
  if (values['json'] === true || quietness(values) >= 2) return
  const look = lookOf(process.stdout, wantsColour(values))
  if (quietness(values) === 1) return shell.out(`${verdictText(summary, look)}\n`)
  shell.out(summaryText(summary, look, simulated.replications))
  if (values['verbose'] === undefined || values['verbose'] === 0) return
  shell.out(`\nfingerprint ${summary.fingerprint}, scenario ${summary.scenarioHash}\n`)
}

/** What differs from run to run: for standard error. */
function tellOfRun(simulated: Simulated, record: RunRecord, path: string, shell: Shell): void {
  const events = simulated.replications.reduce((sum, { events: own }) => sum + own, 0)
  const { wallSeconds, workerCount } = record
  const workers = workerCount === 1 ? '1 worker' : `${workerCount} workers`
  const each = events / wallSeconds / workerCount / 1e6
  shell.err(
    `${(events / 1e6).toFixed(1)}M events in ${wallTime(wallSeconds)} on ${workers} ` +
      `(${each.toFixed(1)}M events/s each)\nresults  ${relative('', path) || '.'}\n`,
  )
}

function codeOf(summary: Summary): ExitCode {
  const isUnmeasured = summary.thresholds.some(({ verdict }) => verdict === 'not measured')
  if (!summary.complete || isUnmeasured) return EXIT.incomplete
  return summary.pass ? EXIT.ok : EXIT.gate
}
