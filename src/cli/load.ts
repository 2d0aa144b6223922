// From what was given on the command line to scenarios ready to run: reads the files, puts a
// cluster around bare rules, applies --set and the other changes, and tells the warnings.
import { parseRules, type RuleProblem } from '../ipvsadm/rules.ts'
import { loadScenario, type Loaded } from '../scenario/load.ts'
import { printProblems } from '../scenario/print-problems.ts'
import { ScenarioError, type Problem } from '../scenario/problems.ts'
import { aroundTraffic } from './around-traffic.ts'
import type { Shell, Values } from './command.ts'
import { ContentError, UsageError } from './errors.ts'
import { wantsColour } from './flags.ts'
import { readInputs, type Input, type Kind } from './input.ts'
import { rulesFromConf } from './keepalived-conf.ts'
import { documentAround, documentText } from './templates.ts'
import { lookOf } from './terminal.ts'

/** Loads every scenario given; the first that is wrong throws. Warnings go to standard error. */
export async function loadAll(values: Values, shell: Shell): Promise<Loaded[]> {
  const paths = [values['scenario'] ?? []].flat() as string[]
  const inputs = await readInputs(paths, values['as'] as Kind | undefined)
  return inputs.map((input) => {
    const loaded = loadInput(input, values)
    tellWarnings(loaded.warnings, values, shell)
    return loaded
  })
}

/** Warnings for standard error, each once: `told` holds those that were printed before. */
export function tellWarnings(
  warnings: readonly Problem[],
  values: Values,
  shell: Shell,
  told: Set<string> = new Set(),
): void {
  if (((values['quiet'] as number | undefined) ?? 0) >= 2) return
  const { colour } = lookOf(process.stderr, wantsColour(values))
  for (const warning of warnings) {
    const text = printProblems([warning], { colour })
    if (!told.has(text)) shell.err(`${text}\n`)
    told.add(text)
  }
}

/** One scenario, with the changes that the command line asks for. */
export function loadInput(input: Input, values: Values): Loaded {
  if (input.kind === 'scenario') {
    const loaded = loadText(input.text, input.file, input, values)
    refuseLoad(loaded, input.file, values)
    return loaded
  }
  if (input.kind !== 'keepalived') return loadAround(input, values, [])
  const { rules, warnings } = rulesFromConf(input)
  return loadAround(rules, values, warnings)
}

/** A scenario says itself what is asked: a load that changes nothing would mislead. */
function refuseLoad({ scenario }: Loaded, file: string, values: Values): void {
  const load = values['load'] as string | undefined
  if (load === undefined) return
  const { users, replay, phases } = scenario.workload
  const isOpen = users === undefined && replay === undefined
  throw new UsageError(
    '--load goes with rules of ipvsadm or a keepalived.conf',
    isOpen
      ? `${file} has a rate for each phase: --set workload.phases.${phases[0]!.name}.rate=${load}.`
      : `${file} says itself what is asked, in its "workload".`,
  )
}

/**
 * A scenario around rules or recorded requests. Its lines are not those of the file: no problem may
 * point at them. `known` are warnings of the file itself, which are told in any case.
 */
function loadAround(input: Input, values: Values, known: readonly Problem[]): Loaded {
  const own = [...known]
  const told = (problems: readonly Problem[]): Problem[] => {
    return [...own, ...ofCluster(problems, input.file, own)]
  }
  try {
    const { text, warnings } = aroundOf(input, values)
    own.push(...warnings)
    const loaded = loadText(text, AROUND, input, values)
    return { ...loaded, warnings: told(loaded.warnings) }
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    throw new ScenarioError(told(error.problems))
  }
}

/** The text of a scenario around a file, and what is to be told of the file itself. */
export interface Around {
  text: string
  warnings: Problem[]
}

function aroundOf(input: Input, values: Values): Around {
  if (input.kind === 'rules') return aroundRules(input, values)
  return { text: aroundTraffic(input, values), warnings: [] }
}

/** A director has a copy of the file: what is told of the file is not told of that too. */
const COPY = /^directors\.[^.]+\.(keepalived|rules)$/
const LINE_OF_COPY = / \(line \d+(, column \d+ of the rules)?\)$/

function ofCluster(
  problems: readonly Problem[],
  file: string,
  known: readonly Problem[],
): Problem[] {
  const messages = new Set(known.map(({ message }) => message))
  return problems.flatMap((problem) => {
    const { path, severity } = problem
    if (!COPY.test(path)) return [withoutLine(problem, file)]
    const message = problem.message.replace(LINE_OF_COPY, '')
    const isKnown = severity === 'warning' && messages.has(message)
    return isKnown ? [] : [withoutLine({ ...problem, message }, file)]
  })
}

/** Stands for the file while the scenario around it is read. */
const AROUND = 'around the file'

function withoutLine(problem: Problem, file: string): Problem {
  if (problem.file !== AROUND) return problem
  return { ...problem, file, line: null, column: null, sourceLine: null }
}

function loadText(
  text: string,
  file: string,
  { readFile, readConf, readBytes }: Input,
  values: Values,
): Loaded {
  return loadScenario(text, {
    file,
    readFile,
    readConf,
    readBytes,
    set: (values['set'] as string[] | undefined) ?? [],
    ...given('seed', values),
    ...given('duration', values),
    ...given('replications', values),
    ...given('changes', values),
  })
}

function given(name: string, values: Values): Record<string, unknown> {
  return values[name] === undefined ? {} : { [name]: values[name] }
}

/** The text of a scenario around the rules; their mistakes are told with their own lines. */
export function aroundRules(input: Input, values: Values): Around {
  const { problems, leftOut } = parseRules(input.text)
  const lines = input.text.split('\n')
  const told = (severity: Problem['severity'], list: readonly RuleProblem[]): Problem[] => {
    return list.map((problem) => problemIn(input.file, lines, problem, severity))
  }
  const errors = told('error', problems)
  const warnings = told('warning', leftOut)
  if (errors.length > 0) throw new ScenarioError([...warnings, ...errors])
  const load = values['load'] as string | undefined
  const document = documentAround(input.text, input.stem, load, input.keepalived)
  if (document === null) {
    const reasons = leftOut.map(({ line, message }) => `line ${line}: ${message}`)
    const message = `${input.file} makes no virtual service`
    throw new ContentError(
      reasons.length === 0 ? message : `${message} that can be simulated`,
      reasons.length === 0
        ? 'Rules of ipvsadm begin with one: -A -t 203.0.113.10:80 -s rr'
        : reasons.join('\n  '),
    )
  }
  return { text: documentText(document), warnings }
}

function problemIn(
  file: string,
  lines: readonly string[],
  problem: RuleProblem,
  severity: Problem['severity'],
): Problem {
  const { line, column, length, message, expected, got, suggestion } = problem
  return {
    severity,
    message,
    path: '',
    file,
    line,
    column,
    length,
    expected: expected ?? null,
    got: got ?? null,
    suggestion: suggestion ?? null,
    sourceLine: lines[line - 1] ?? null,
  }
}
