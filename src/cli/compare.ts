// `lvs-sim compare`: what differs between two runs, and whether chance could have done it.
import type { Comparison, GateResult } from '../measure/comparison.ts'
import { comparisonMarkdown } from '../report/comparison-markdown.ts'
import { comparisonText, gatesText } from '../report/comparison-text.ts'
import { loadOf } from '../scenario/loads.ts'
import { isConstant } from '../scenario/rates.ts'
import { compare as compareSides, type Side } from '../study/compare.ts'
import { judge, readGate, type Gate } from '../study/gates.ts'
import { knownIn } from '../study/metric-names.ts'
import type { Command, Shell, Values } from './command.ts'
import { compareWithReal } from './compare-with.ts'
import { sideOf, sourcesOf } from './compare-sides.ts'
import { UsageError } from './errors.ts'
import { EXIT, gravest, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { Interrupt } from './interrupt.ts'
import { lookOf } from './terminal.ts'
import { vary } from './vary.ts'

export const compare: Command = {
  name: 'compare',
  positional: '<a> [b]',
  summary: 'Shows what differs between two runs, and whether chance could have done it.',
  examples: [
    'lvs-sim compare my.json --vary services.web.scheduler=rr,wlc',
    'lvs-sim compare before.json after.json -n 10',
    'lvs-sim compare results/a results/b --format markdown',
    "lvs-sim compare my --fail-on 'web.latency.p99 > +5%'",
    'ipvsadm -Ln --stats > real.txt && lvs-sim compare results/my --with real.txt',
  ],
  flags: {
    vary,
    'fail-on': {
      kind: 'list',
      value: 'GATE',
      describe: "exit code 99 when a change is beyond it: 'web.latency.p99 > +5%'",
      common: true,
    },
    with: {
      kind: 'text',
      value: 'FILE',
      describe: "the output of a real director's `ipvsadm -Ln --stats` (or --rate)",
      common: true,
    },
    over: {
      kind: 'text',
      value: 'TIME',
      describe: 'with --with: the time in which those counters were collected, as in 60s',
      parse: flags.quantity('time', 'a time with its unit, like 60s'),
    },
    set: flags.set,
    seed: flags.seed,
    replications: flags.replications,
    duration: flags.duration,
    format: {
      kind: 'text',
      describe: 'text, markdown or json [default: text]',
      parse: flags.oneOf(['text', 'markdown', 'json']),
    },
    json: { kind: 'switch', describe: 'the same as --format json', common: true },
    strict: { kind: 'switch', describe: 'a gate whose limit lies inside the interval fails too' },
    quiet: { kind: 'count', letter: 'q', describe: 'only the gates; -qq nothing at all' },
    workers: flags.workers,
    as: flags.as,
    load: flags.load,
    ...flags.colour,
    'no-progress': { kind: 'switch', describe: 'no progress line on standard error' },
  },
  more: `a and b are scenarios, which are simulated now, or folders of results. One name alone
compares results/<name> with results/<name>.before. Runs of one seed see the same clients: they
are compared pair by pair. A percentage in --fail-on is relative; for loss it is points.
Exit codes: 0 no gate failed, 99 one did, 2 wrong command line, 3 wrong scenario, 4 a folder
could not be read, 5 incomplete.`,
  handle,
}

async function handle(values: Values, shell: Shell): Promise<ExitCode> {
  if (values['with'] !== undefined) return compareWithReal(values, shell)
  const sources = await sourcesOf(values, shell)
  const interrupt = new Interrupt(shell.err, () => undefined)
  try {
    const sides: Side[] = []
    for (const source of sources) {
      if (sides.length === 0) gatesOf(values, scenarioOf(source))
      const side = await sideOf(source, values, shell, interrupt)
      if (side === null || interrupt.isSet) break
      sides.push(side)
    }
    if (sides.length < sources.length) {
      shell.err('stopped before all was simulated: nothing to compare\n')
      return interrupt.isSet ? EXIT.interrupted : EXIT.incomplete
    }
    return concluded(sides, values, shell)
  } finally {
    interrupt.end()
  }
}

function scenarioOf(source: Awaited<ReturnType<typeof sourcesOf>>[number]) {
  return 'side' in source ? source.side.scenario : source.loaded.scenario
}

/** The gates, read before anything is simulated: a typing mistake should not cost an hour. */
function gatesOf(values: Values, scenario: Side['scenario']): Gate[] {
  const known = knownIn(scenario)
  return ((values['fail-on'] as string[] | undefined) ?? []).map((text) => {
    const gate = readGate(text, known)
    if ('message' in gate) throw new UsageError(`--fail-on: ${gate.message}`, gate.hint)
    return gate
  })
}

function concluded([base, ...others]: readonly Side[], values: Values, shell: Shell): ExitCode {
  const comparisons = others.map((other) => comparisonOf(base!, other))
  const gates = gatesOf(values, base!.scenario)
  const judged = gates.flatMap((gate) => {
    const { phases } = loadOf(base!.scenario, gate.service)!.workload
    const steady = new Set(phases.filter(isConstant).map(({ name }) => name))
    return comparisons.flatMap((one) => judge(gate, one, steady))
  })
  print(comparisons, judged, values, shell)
  const isIncomplete = [base!, ...others].some(({ summary }) => !summary.complete)
  return gravest([isIncomplete ? EXIT.incomplete : EXIT.ok, codeOf(judged, values)])
}

function comparisonOf(base: Side, other: Side): Comparison {
  const comparison = compareSides(base, other)
  if (comparison !== null) return comparison
  const parts = [base, other].map(({ label, scenario }) => {
    const { services, phases } = knownIn(scenario)
    const word = services.length === 1 ? 'service' : 'services'
    return `${label} has ${word} ${services.join(' and ')} with ${phases.join(', ')}`
  })
  throw new UsageError(
    `${base.label} and ${other.label} have no service and phase in common`,
    `${parts.join('; ')}.`,
  )
}

function codeOf(judged: readonly GateResult[], values: Values): ExitCode {
  const fails = (result: GateResult) =>
    result.verdict === 'fail' || (result.verdict === 'close' && values['strict'] === true)
  return judged.some(fails) ? EXIT.gate : EXIT.ok
}

function print(
  comparisons: readonly Comparison[],
  gates: readonly GateResult[],
  values: Values,
  shell: Shell,
): void {
  const quiet = (values['quiet'] as number | undefined) ?? 0
  const format = values['json'] === true ? 'json' : (values['format'] ?? 'text')
  if (format === 'json') {
    const document = comparisons.length === 1 ? comparisons[0] : { comparisons }
    shell.out(`${JSON.stringify({ ...document, gates }, null, 2)}\n`)
    return
  }
  if (quiet >= 2) return
  const look = lookOf(process.stdout, flags.wantsColour(values))
  if (quiet === 0) {
    const textOf = format === 'markdown' ? comparisonMarkdown : comparisonText
    shell.out(`${comparisons.map((one) => textOf(one, look)).join('\n')}`)
  }
  if (gates.length > 0) shell.out(gatesText(gates, look, values['strict'] === true))
}
