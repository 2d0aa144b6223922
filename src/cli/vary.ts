// `--vary PATH=A,B,C`: the same scenario once per value. A mistake in a value is told as one of
// --vary, which is what was typed.
import type { Loaded } from '../scenario/load.ts'
import { nearest } from '../scenario/nearest.ts'
import { ScenarioError } from '../scenario/problems.ts'
import type { Flag, Values } from './command.ts'
import { UsageError } from './errors.ts'
import type { Input } from './input.ts'
import { loadInput } from './load.ts'

export interface Vary {
  path: string
  values: string[]
}

export const vary: Flag = {
  kind: 'text',
  value: 'PATH=A,B,C',
  describe: 'the same scenario once per value: PATH=A,B,C',
  common: true,
  parse: pathAndValues,
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

/** Parts of a scenario that hold things by name: another name there would make a new thing. */
const NAMED = ['links', 'clients', 'directors', 'realServers', 'services']

/**
 * Refuses a path into a thing that the scenario has not; what the format knows not is told later.
 */
export function checkVaried(document: Loaded['document'], path: string, option = 'vary'): void {
  const [part = '', name] = path.split('.')
  if (name === undefined || !NAMED.includes(part)) return
  const things = Object.keys(document[part as keyof typeof document] ?? {})
  if (things.includes(name)) return
  const meant = nearest(name, things)
  throw new UsageError(
    `--${option} ${path}: the scenario has no ${part}.${name}`,
    meant === undefined ? `It has ${things.join(', ')}.` : `Did you mean ${part}.${meant}?`,
  )
}

/** The scenario with one more change, written PATH=VALUE; null for the scenario as it is. */
export function loadChanged(
  input: Input,
  values: Values,
  change: string | null,
  option: string = 'vary',
): Loaded {
  if (change === null) return loadInput(input, values)
  const set = [...((values['set'] as string[] | undefined) ?? []), change]
  try {
    return loadInput(input, { ...values, set })
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    const typed = `--set ${change}`
    throw new ScenarioError(
      error.problems.map((problem) =>
        problem.file === typed ? { ...problem, file: `--${option} ${change}` } : problem,
      ),
    )
  }
}
