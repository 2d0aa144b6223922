// `lvs-sim run`: simulates, prints the summary, leaves the details in a folder.
import { join, resolve } from 'node:path'
import type { Loaded } from '../scenario/load.ts'
import type { Summary } from '../measure/summary.ts'
import type { Command, Shell, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { EXIT, gravest, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { loadAll } from './load.ts'
import { runOne } from './run-one.ts'
import { until } from './until.ts'

export const run: Command = {
  name: 'run',
  positional: '<scenario...>',
  summary: 'Simulates scenarios: the summary here, the details in results/.',
  examples: [
    'lvs-sim run my.json',
    'lvs-sim run my.json --set services.web.scheduler=sed --replications 10',
    "lvs-sim run my.json --until 'web.latency.p99 within 2%'",
    'lvs-sim run scenarios/*.json -q --json > summary.json',
    'jq \'.seed = "b"\' my.json | lvs-sim run - --json',
    'ipvsadm -Sn > rules && lvs-sim run rules --load 2kpps',
    'lvs-sim run access.log',
    'lvs-sim run my.json --set workload.replay.file=access.log',
  ],
  flags: {
    out: flags.out(
      'folder for results [default: results/<name>]; of several scenarios: its parent',
    ),
    set: flags.set,
    seed: flags.seed,
    replications: flags.replications,
    duration: flags.duration,
    until,
    json: { kind: 'switch', describe: 'one JSON document on standard output', common: true },
    quiet: {
      kind: 'count',
      letter: 'q',
      describe: 'only the verdict; -qq nothing at all',
      common: true,
    },
    verbose: { kind: 'count', letter: 'v', describe: 'more, with fingerprints' },
    workers: flags.workers,
    strict: { kind: 'switch', describe: 'a verdict of "close" fails too' },
    resolved: { kind: 'switch', describe: 'print the scenario with all defaults, run nothing' },
    as: flags.as,
    load: flags.load,
    ...flags.colour,
    'no-progress': { kind: 'switch', describe: 'no progress line on standard error' },
  },
  more: `Exit codes: 0 all thresholds passed, 99 one failed, 5 stopped by a limit, 130 interrupted,
2 wrong command line, 3 wrong scenario, 4 a file could not be read or written.
\`lvs-sim explain\` tells what may stand in a scenario,
\`lvs-sim explain metrics\` what is measured.`,
  handle,
}

async function handle(values: Values, shell: Shell): Promise<ExitCode> {
  const loaded = await loadAll(values, shell)
  const names = loaded.map(({ scenario }) => scenario.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (values['resolved'] === true) return printResolved(loaded, shell)
  if (twice !== undefined) {
    throw new UsageError(
      `two scenarios are called "${twice}" and would write into one folder`,
      'Run them one after the other with --out, or rename one.',
    )
  }
  const codes: ExitCode[] = []
  const summaries: Summary[] = []
  for (const one of loaded) {
    const done = await runOne(
      one,
      folderOf(one.scenario.name, loaded.length, values),
      values,
      shell,
    )
    if (done.summary !== null) summaries.push(done.summary)
    codes.push(done.code)
    if (done.code === EXIT.interrupted) break
  }
  if (values['json'] === true) {
    const document = loaded.length === 1 ? summaries[0] : { runs: summaries }
    if (document !== undefined) shell.out(`${JSON.stringify(document, null, 2)}\n`)
  }
  return gravest(codes)
}

/** results/<name>, --out, or --out/<name> when there are several. */
function folderOf(name: string, count: number, values: Values): string {
  const out = values['out'] as string | undefined
  if (out === undefined) return resolve('results', name)
  return count === 1 ? resolve(out) : resolve(join(out, name))
}

function printResolved(loaded: readonly Loaded[], shell: Shell): ExitCode {
  const scenarios = loaded.map(({ document }) => document)
  const document = scenarios.length === 1 ? scenarios[0] : { runs: scenarios }
  shell.out(`${JSON.stringify(document, null, 2)}\n`)
  return EXIT.ok
}
