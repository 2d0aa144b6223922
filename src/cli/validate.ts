// `lvs-sim validate`: looks whether scenarios are right, all of them and all that is wrong; runs
// nothing.
import { printProblems } from '../scenario/print-problems.ts'
import { ScenarioError, type Problem } from '../scenario/problems.ts'
import type { Command, Shell, Values } from './command.ts'
import { EXIT, gravest, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { readInputs, type Input, type Kind } from './input.ts'
import { loadInput } from './load.ts'
import { lookOf } from './terminal.ts'

export const validate: Command = {
  name: 'validate',
  positional: '<scenario...>',
  summary: 'Checks scenarios; nothing is simulated.',
  examples: [
    'lvs-sim validate my.json',
    'lvs-sim validate scenarios/*.json --warnings',
    'lvs-sim validate - --json < my.json',
  ],
  flags: {
    set: flags.set,
    warnings: { kind: 'switch', describe: 'warnings fail too, with exit code 99', common: true },
    json: { kind: 'switch', describe: 'what was found as JSON on standard output', common: true },
    as: flags.as,
    load: flags.load,
    ...flags.colour,
  },
  more: 'Exit codes: 0 right, 3 wrong, 4 a file could not be read, 99 warnings with --warnings.',
  handle,
}

interface Finding {
  file: string
  problems: readonly Problem[]
  warnings: readonly Problem[]
}

async function handle(values: Values, shell: Shell): Promise<ExitCode> {
  const paths = [values['scenario'] ?? []].flat() as string[]
  const inputs = await readInputs(paths, values['as'] as Kind | undefined)
  const findings = inputs.map((input) => examine(input, values))
  if (values['json'] === true) {
    shell.out(`${JSON.stringify({ files: findings.map(toJson) }, null, 2)}\n`)
  } else {
    const { colour } = lookOf(process.stderr, flags.wantsColour(values))
    for (const finding of findings) tellOf(finding, colour, shell)
  }
  return gravest(findings.map((finding) => codeOf(finding, values)))
}

function examine(input: Input, values: Values): Finding {
  try {
    const { warnings } = loadInput(input, values)
    return { file: input.file, problems: [], warnings }
  } catch (error) {
    if (error instanceof ScenarioError) {
      return { file: input.file, problems: error.problems, warnings: [] }
    }
    throw error
  }
}

function tellOf(finding: Finding, colour: boolean, shell: Shell): void {
  const { file, problems, warnings } = finding
  const told = [...problems, ...warnings]
  if (told.length > 0) shell.err(`${printProblems(told, { colour })}\n`)
  if (problems.length === 0)
    shell.out(`${file}: ${warnings.length === 0 ? 'right' : count(warnings)}\n`)
}

function count(warnings: readonly Problem[]): string {
  return warnings.length === 1 ? 'right, 1 warning' : `right, ${warnings.length} warnings`
}

function toJson({ file, problems, warnings }: Finding): Record<string, unknown> {
  return { file, valid: problems.length === 0, problems, warnings }
}

function codeOf({ problems, warnings }: Finding, values: Values): ExitCode {
  if (problems.length > 0) return EXIT.scenario
  return warnings.length > 0 && values['warnings'] === true ? EXIT.gate : EXIT.ok
}
