// `lvs-sim theory`: the limits that arithmetic already knows; nothing is simulated.
import { theoryTable, type TheoryRow } from '../report/theory-table.ts'
import { theory, type Theory } from '../theory/theory.ts'
import type { Command, Shell, Values } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { readInput, type Input, type Kind } from './input.ts'
import { tellWarnings } from './load.ts'
import { lookOf } from './terminal.ts'
import { loadChanged, vary, type Vary } from './vary.ts'

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
    vary,
    set: flags.set,
    json: { kind: 'switch', describe: 'one JSON document on standard output', common: true },
    as: flags.as,
    load: flags.load,
    ...flags.colour,
  },
  more: '`lvs-sim run` simulates the same scenario and puts both side by side.',
  handle,
}

interface VariedTheory {
  /** What the command line asked for; null for the scenario as it is. */
  value: string | null
  theory: Theory
}

async function handle(values: Values, shell: Shell): Promise<ExitCode> {
  const input = await readInput(values['scenario'] as string, values['as'] as Kind | undefined)
  const varied = values['vary'] as Vary | undefined
  const rows = theoriesOf(input, varied, values, shell)
  if (values['json'] === true) {
    const document = varied === undefined ? rows[0]!.theory : { vary: varied.path, rows }
    shell.out(`${JSON.stringify(document, null, 2)}\n`)
    return EXIT.ok
  }
  const labelled = rows.map(({ value, theory: limits }): TheoryRow => ({
    label: value,
    theory: limits,
  }))
  shell.out(theoryTable(labelled, lookOf(process.stdout, flags.wantsColour(values))))
  return EXIT.ok
}

/** One for each value; a wrong value is told with the option that it came from. */
function theoriesOf(
  input: Input,
  varied: Vary | undefined,
  values: Values,
  shell: Shell,
): VariedTheory[] {
  const told = new Set<string>()
  const changes = varied?.values.map((value) => `${varied.path}=${value}`) ?? [null]
  return changes.map((change, index) => {
    const loaded = loadChanged(input, values, change)
    tellWarnings(loaded.warnings, values, shell, told)
    return { value: varied?.values[index] ?? null, theory: theory(loaded.scenario) }
  })
}
