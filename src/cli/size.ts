// `lvs-sim size`: how many servers, cores or directors meet the thresholds, or which load they
// carry.
import type { Sizing } from '../measure/sizing.ts'
import { sizingText } from '../report/sizing-text.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { readCandidates, type Candidates } from '../study/candidates.ts'
import { size as search, type Sized } from '../study/size.ts'
import type { Command, Shell, Values } from './command.ts'
import { ContentError, UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { Interrupt } from './interrupt.ts'
import { readInput, type Input, type Kind } from './input.ts'
import { tellWarnings } from './load.ts'
import { lookOf } from './terminal.ts'
import { checkVaried, loadChanged } from './vary.ts'
import { version } from './version.ts'
import { quietness, runOptions } from './watched.ts'

const MOST_REPLICATIONS = 40

export const size: Command = {
  name: 'size',
  positional: '<scenario>',
  summary: 'Finds the smallest cluster that meets the thresholds, or the highest load it carries.',
  examples: [
    'lvs-sim size my.json',
    'lvs-sim size my.json --vary realServers.rs.count=1..64',
    'lvs-sim size my.json --vary directors.lb1.cpu.cores=1,2,4,8,16',
    'lvs-sim size my.json --max workload.phases.steady.rate=1Mpps..20Mpps',
  ],
  flags: {
    vary: {
      kind: 'text',
      value: 'PATH=FROM..TO',
      describe: 'find the smallest that meets them [default: the count of servers that are busy]',
      common: true,
      parse: range,
    },
    max: {
      kind: 'text',
      value: 'PATH=FROM..TO',
      describe: 'find the highest that meets them, such as a rate',
      common: true,
      parse: range,
    },
    set: flags.set,
    seed: flags.seed,
    replications: flags.replications,
    most: {
      kind: 'text',
      describe: `replications that a size may get to be decided [default: ${MOST_REPLICATIONS}]`,
      parse: flags.wholeNumber(2, 10_000),
    },
    duration: flags.duration,
    json: { kind: 'switch', describe: 'one JSON document on standard output', common: true },
    quiet: { kind: 'count', letter: 'q', describe: 'only the answer; -qq nothing at all' },
    workers: flags.workers,
    as: flags.as,
    load: flags.load,
    ...flags.colour,
    'no-progress': { kind: 'switch', describe: 'do not name on standard error what is tried' },
  },
  more: `The thresholds are those of the scenario; each must hold with the whole of its interval.
Exit codes: 0 there is an answer, 99 nothing in the range meets them, 5 stopped by a limit,
130 interrupted, 2 wrong command line, 3 wrong scenario.`,
  handle,
}

function range(text: string, flag: string): Candidates {
  const read = readCandidates(text)
  if ('message' in read) throw new UsageError(`--${flag}: ${read.message}`, read.hint)
  return read
}

async function handle(values: Values, shell: Shell): Promise<ExitCode> {
  const input = await readInput(values['scenario'] as string, values['as'] as Kind | undefined)
  const base = loadChanged(input, values, null)
  tellWarnings(base.warnings, values, shell)
  if (base.scenario.thresholds.length === 0) {
    throw new ContentError(
      `${input.file} has no thresholds: there is nothing that a size could meet`,
      'Say what must hold, like "web.latency": [{ "check": "p99 < 1ms", "phase": "steady" }].',
    )
  }
  const { option, candidates } = askedFor(values, base.scenario)
  checkVaried(base.document, candidates.path, option)
  const scenarioAt = loader(input, values, option, candidates.path)
  // Both ends first: a range that ends outside of what a scenario may say should cost no hour.
  scenarioAt(candidates.values[0]!)
  scenarioAt(candidates.values.at(-1)!)
  const interrupt = new Interrupt(shell.err, () => undefined)
  try {
    const asked = option === 'max' ? 'highest' : 'smallest'
    const question = { asked, values: candidates.values, scenarioAt } as const
    const isTold = process.stderr.isTTY && values['no-progress'] !== true && quietness(values) === 0
    const sized = await search(question, {
      ...runOptions(values, interrupt),
      version: version(),
      most: Math.max(
        base.scenario.time.replications,
        (values['most'] as number) ?? MOST_REPLICATIONS,
      ),
      onCandidate: (value) => isTold && shell.err(`trying ${candidates.path}=${value}\n`),
    })
    print(sizingOf(sized, base.scenario, candidates, asked), values, shell)
    return codeOf(sized, interrupt)
  } finally {
    interrupt.end()
  }
}

function askedFor(values: Values, scenario: Scenario) {
  const [vary, max] = [values['vary'], values['max']] as (Candidates | undefined)[]
  if (vary !== undefined && max !== undefined) {
    throw new UsageError('--vary and --max do not go together', 'Ask for one of them at a time.')
  }
  if (max !== undefined) return { option: 'max', candidates: max }
  return { option: 'vary', candidates: vary ?? usualCandidates(scenario) }
}

/** Servers that take time for a request; where none does, cores of the director. */
function usualCandidates({ services, realServers, directors, workload }: Scenario): Candidates {
  const service = services[workload.to]!
  const hosts = new Set(service.destinations.map(({ host }) => host.replace(/\d+$/, '')))
  const group = Object.values(realServers).find(
    ({ name, perRequest }) => perRequest !== null && hosts.has(name),
  )
  const [path, now] =
    group === undefined
      ? [`directors.${service.director}.cpu.cores`, directors[service.director]!.cpu.cores]
      : [`realServers.${group.name}.count`, group.count]
  const most = Math.max(64, 4 * now)
  return { path, values: Array.from({ length: most }, (_, index) => `${index + 1}`) }
}

/** Each candidate is loaded once. */
function loader(
  input: Input,
  values: Values,
  option: string,
  path: string,
): (value: string) => Scenario {
  const known = new Map<string, Scenario>()
  return (value) => {
    const scenario =
      known.get(value) ?? loadChanged(input, values, `${path}=${value}`, option).scenario
    known.set(value, scenario)
    return scenario
  }
}

function sizingOf(
  { answer, evidence, limits, notes, complete }: Sized,
  scenario: Scenario,
  { path, values }: Candidates,
  asked: Sizing['asked'],
): Sizing {
  return {
    schema: 'lvs-sim-sizing/1',
    name: scenario.name,
    seed: scenario.seed,
    version: version(),
    path,
    from: values[0]!,
    to: values.at(-1)!,
    asked,
    answer,
    confidence: 0.95,
    evidence,
    limits,
    notes: [...(complete ? [] : ['stopped before the answer was found']), ...notes],
  }
}

function print(sizing: Sizing, values: Values, shell: Shell): void {
  if (values['json'] === true) return shell.out(`${JSON.stringify(sizing, null, 2)}\n`)
  if (quietness(values) >= 2) return
  const look = lookOf(process.stdout, flags.wantsColour(values))
  shell.out(sizingText(sizing, look, quietness(values) === 1))
}

function codeOf({ answer, complete }: Sized, interrupt: Interrupt): ExitCode {
  if (interrupt.isSet) return EXIT.interrupted
  if (!complete) return EXIT.incomplete
  return answer === null ? EXIT.gate : EXIT.ok
}
