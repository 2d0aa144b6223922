// `lvs-sim new`: a first scenario on standard output, from a template or around rules of ipvsadm.
import { nearest } from '../scenario/nearest.ts'
import type { Command, Shell, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { didYouMean } from './guards.ts'
import { readInput } from './input.ts'
import { aroundRules } from './load.ts'
import { documentText, TEMPLATES } from './templates.ts'

const NAMES = Object.keys(TEMPLATES)

export const newScenario: Command = {
  name: 'new',
  positional: '[template]',
  summary: 'Prints a first scenario, to be sent into a file and changed.',
  examples: [
    'lvs-sim new one-director > my.json',
    'lvs-sim new tcp > my.json',
    'ipvsadm -Sn | lvs-sim new --from-ipvsadm - > ours.json',
  ],
  flags: {
    'from-ipvsadm': {
      kind: 'text',
      describe: 'put a cluster around rules of ipvsadm in FILE, or - for standard input',
      common: true,
    },
    load: flags.load,
  },
  more: ['Templates:', ...NAMES.map(lineOf)].join('\n'),
  handle,
}

async function handle(values: Values, shell: Shell): Promise<ExitCode> {
  const from = values['from-ipvsadm'] as string | undefined
  const template = values['template'] as string | undefined
  if (from !== undefined && template !== undefined) {
    throw new UsageError('give a template or --from-ipvsadm, not both')
  }
  if (from !== undefined) {
    shell.out(aroundRules(await readInput(from, 'rules'), values))
    return EXIT.ok
  }
  if (values['load'] !== undefined) throw new UsageError('--load goes with --from-ipvsadm')
  shell.out(documentText(documentOf(template ?? 'one-director')))
  return EXIT.ok
}

function lineOf(name: string): string {
  return `  ${name.padEnd(14)}${TEMPLATES[name]!.about}`
}

function documentOf(name: string): Record<string, unknown> {
  if (Object.hasOwn(TEMPLATES, name)) return TEMPLATES[name]!.document
  throw new UsageError(
    `there is no template "${name}"`,
    didYouMean(nearest(name, NAMES)) ?? `The templates are ${NAMES.join(', ')}.`,
  )
}
