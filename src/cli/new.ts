// `lvs-sim new`: a first scenario on standard output, from a template around rules of ipvsadm
// or a keepalived.conf.
import { nearest } from '../scenario/nearest.ts'
import type { Command, Shell, Values } from './command.ts'
import { ContentError, UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { didYouMean } from './guards.ts'
import { kindOf, readInput, type Input } from './input.ts'
import { rulesFromConf } from './keepalived-conf.ts'
import { aroundRules, tellWarnings, type Around } from './load.ts'
import { documentText, TEMPLATES } from './templates.ts'

const NAMES = Object.keys(TEMPLATES)

export const newScenario: Command = {
  name: 'new',
  positional: '[template]',
  summary: 'Prints a first scenario, to be sent into a file and changed.',
  examples: [
    'lvs-sim new one-director > my.json',
    'lvs-sim new tcp > my.json',
    'lvs-sim new --from-keepalived /etc/keepalived/keepalived.conf > ours.json',
    'ipvsadm -Sn | lvs-sim new --from-ipvsadm - > ours.json',
  ],
  flags: {
    'from-ipvsadm': {
      kind: 'text',
      describe: 'put a cluster around rules of ipvsadm in FILE, or - for standard input',
      common: true,
    },
    'from-keepalived': {
      kind: 'text',
      describe: 'put a cluster around the virtual servers of a keepalived.conf',
      common: true,
    },
    load: flags.load,
  },
  more: ['Templates:', ...NAMES.map(lineOf)].join('\n'),
  handle,
}

async function handle(values: Values, shell: Shell): Promise<ExitCode> {
  const given = ['template', 'from-ipvsadm', 'from-keepalived'].filter(
    (name) => values[name] !== undefined,
  )
  if (given.length > 1) {
    const [first, second] = given.map((name) => (name === 'template' ? 'a template' : `--${name}`))
    throw new UsageError(`give ${first} or ${second}, not both`)
  }
  const rules = values['from-ipvsadm'] as string | undefined
  const conf = values['from-keepalived'] as string | undefined
  if (rules !== undefined) {
    tellAround(aroundRules(await inputOf(rules, 'rules'), values), values, shell)
  } else if (conf !== undefined) {
    const made = rulesFromConf(await inputOf(conf, 'keepalived'))
    tellWarnings(made.warnings, values, shell)
    tellAround(aroundRules(made.rules, values), values, shell)
  } else if (values['load'] !== undefined) {
    throw new UsageError('--load goes with --from-ipvsadm or --from-keepalived')
  } else {
    shell.out(
      documentText(documentOf((values['template'] as string | undefined) ?? 'one-director')),
    )
  }
  return EXIT.ok
}

function tellAround({ text, warnings }: Around, values: Values, shell: Shell): void {
  tellWarnings(warnings, values, shell)
  shell.out(text)
}

const CALLED = { rules: 'rules of ipvsadm', keepalived: 'a keepalived.conf' }
const FLAGS = { rules: '--from-ipvsadm', keepalived: '--from-keepalived' }

/** The file, unless its content says that it is for the other flag. */
async function inputOf(path: string, kind: 'rules' | 'keepalived'): Promise<Input> {
  const input = await readInput(path, kind)
  const found = kindOf(input.text)
  if (found === kind || (found !== 'rules' && found !== 'keepalived')) return input
  throw new ContentError(`${input.file} looks like ${CALLED[found]}`, `Use ${FLAGS[found]}.`)
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
