// `--vary PATH=A,B,C` of a sweep: lists, ranges, or JSON, as `sweep.vary` of a scenario has them.
import type { LoadChange } from '../scenario/load.ts'
import { MODES } from '../scenario/schema-sweep.ts'
import type { Flags, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { oneOf, wholeNumber } from './flags.ts'

interface Varied {
  path: string
  value: unknown
  text: string
}

export const varyFlags: Flags = {
  vary: {
    kind: 'list',
    value: 'PATH=A,B,C',
    describe:
      'what varies: PATH=A,B,C, PATH=1..8, PATH=2Mpps..14Mpps/2Mpps; may be repeated, and takes ' +
      'the place of sweep.vary',
    common: true,
    parse: pathAndValues,
  },
  mode: { kind: 'text', describe: MODES.join(' | '), parse: oneOf(MODES) },
  samples: {
    kind: 'text',
    describe: 'points of a Latin hypercube',
    parse: wholeNumber(1, 100_000),
  },
}

/** Names that mean something to JavaScript and nothing to a scenario. */
const FORBIDDEN = /^(?:__proto__|constructor|prototype)$/

function pathAndValues(text: string): Varied {
  const equals = text.indexOf('=')
  const path = text.slice(0, Math.max(0, equals)).trim()
  const given = text.slice(equals + 1).trim()
  const value = /^[{[]/.test(given) ? json(given) : listOrRange(given)
  const strange = path.split('.').find((step) => FORBIDDEN.test(step))
  if (strange !== undefined) {
    throw new UsageError(`--vary ${text}: "${strange}" is no part of a scenario`)
  }
  if (/^\S+$/.test(path) && value !== undefined) return { path, value, text }
  throw new UsageError(
    `--vary is PATH=A,B,C or a range, got "${text}"`,
    'For instance --vary services.web.forwarding=nat,dr,tun or --vary realServers.rs.count=1..8.',
  )
}

/** Undefined when it is none. */
function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function listOrRange(text: string): unknown {
  const values = text.split(',').map((value) => value.trim())
  if (values.includes('')) return undefined
  return values.length === 1 && text.includes('..') ? text : values
}

/** The same as changes of the scenario. */
export function sweepChanges(values: Values): LoadChange[] {
  const varied = (values['vary'] ?? []) as Varied[]
  const changes: LoadChange[] = []
  const add = (path: string[], value: unknown, option: string) =>
    changes.push({ path: ['sweep', ...path], value, option })
  if (varied.length > 0) add(['vary'], {}, '--vary')
  for (const { path, value, text } of varied) {
    const twice = varied.filter((other) => other.path === path).length > 1
    if (twice) throw new UsageError(`--vary names "${path}" twice`, 'Give all its values at once.')
    add(['vary', path], value, `--vary ${text}`)
  }
  for (const name of ['mode', 'samples'] as const) {
    const value = values[name] as string | number | undefined
    if (value !== undefined) add([name], value, `--${name} ${value}`)
  }
  return changes
}
