// `lvs-sim theory`: the limits that arithmetic already knows; nothing is simulated.
import { theoryTable, type TheoryRow } from '../report/theory-table.ts'
import type { Loaded } from '../scenario/load.ts'
import { ScenarioError } from '../scenario/problems.ts'
import { theory, type Theory } from '../theory/theory.ts'
import type { Command, Shell, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { readInput, type Input, type Kind } from './input.ts'
import { loadInput, tellWarnings } from './load.ts'
import { lookOf } from './terminal.ts'

interface Vary {
  path: string
  values: string[]
}

export const theoryCommand: Command = {
  name: 'theory',
  positional: '<scenario>',
  summary: 'Says what a cluster can carry at most and what stops it, by arithmetic alone.',
  examples: [
    'lvs-sim theory my.json',
    'lvs-sim theory my.json --vary services.web.forwarding=nat,dr,tun',
    'lvs-sim theory my.json --json',
  ],
  flags: {
    vary: {
      kind: 'text',
      describe: 'the same scenario once per value: PATH=A,B,C',
      common: true,
      parse: pathAndValues,
    },
    set: flags.set,
    json: { kind: 'switch', describe: 'one JSON document on standard output', common: true },
    as: flags.as,
    load: flags.load,
    ...flags.colour,
  },
  more: '`lvs-sim run` simulates the same scenario and puts both side by side.',
  handle,
}

function pathAndValues(text: string): Vary {
  const [path, ...rest] = text.split('=')
  const values = rest
    .join('=')
    .split(',')
    .map((value) => value.trim())
  if (path !== undefined && /^\S+$/.test(path) && values.every((value) => value !== '')) {
    return { path, values }
  }
  throw new UsageError(
    `--vary is PATH=A,B,C, got "${text}"`,
    'For instance --vary services.web.forwarding=nat,dr,tun.',
  )
}

interface VariedTheory {
  /** What the command line asked for; null for the scenario as it is. */
  value: string | null
  theory: Theory
}

async function handle(values: Values, shell: Shell): Promise<ExitCode> {
  const input = await readInput(values['scenario'] as string, values['as'] as Kind | undefined)
  const vary = values['vary'] as Vary | undefined
  const rows = theoriesOf(input, vary, values, shell)
  if (values['json'] === true) {
    const document = vary === undefined ? rows[0]!.theory : { vary: vary.path, rows }
    shell.out(`${JSON.stringify(document, null, 2)}\n`)
    return EXIT.ok
  }
  const labelled = rows.map(({ value, theory: limits }): TheoryRow => ({
    label: value ?? limits.forwarding,
    theory: limits,
  }))
  shell.out(theoryTable(labelled, lookOf(process.stdout, flags.wantsColour(values))))
  return EXIT.ok
}

/** One for each value; a wrong value is told with the option that it came from. */
function theoriesOf(
  input: Input,
  vary: Vary | undefined,
  values: Values,
  shell: Shell,
): VariedTheory[] {
  const told = new Set<string>()
  const changes = vary?.values.map((value) => `${vary.path}=${value}`) ?? [null]
  return changes.map((change, index) => {
    const loaded = loadChanged(input, values, change)
    tellWarnings(loaded.warnings, values, shell, told)
    return { value: vary?.values[index] ?? null, theory: theory(loaded.scenario) }
  })
}

/** A mistake in a value is told as one of --vary, which is what was typed. */
function loadChanged(input: Input, values: Values, change: string | null): Loaded {
  if (change === null) return loadInput(input, values)
  const set = [...((values['set'] as string[] | undefined) ?? []), change]
  try {
    return loadInput(input, { ...values, set })
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    const typed = `--set ${change}`
    throw new ScenarioError(
      error.problems.map((problem) =>
        problem.file === typed ? { ...problem, file: `--vary ${change}` } : problem,
      ),
    )
  }
}
