// What the schema finds wrong, in our words: zod's issues become findings. A misspelt key and the
// missing key it stands for are one finding; of a union only the branch that was meant speaks.
import type { Finding } from './findings.ts'
import { nearest } from './nearest.ts'
import { NOT_YET } from './not-yet.ts'
import { reasonElsewhere } from './own-to-workload.ts'
import { isObject } from './presets.ts'
import { QUANTITY_MARK, RATE_MARK } from './schema-fields.ts'
import type { Path } from './source.ts'
import { QUANTITIES, suggestQuantity, type QuantityKind } from './units.ts'

/** The fields of zod's issues that are read here. */
export interface Issue {
  code: string
  path: PropertyKey[]
  message: string
  input?: unknown
  expected?: string
  keys?: string[]
  values?: unknown[]
  discriminator?: string
  options?: unknown[]
  errors?: Issue[][]
  minimum?: number | bigint
  maximum?: number | bigint
  inclusive?: boolean
  origin?: string
}

/** Findings of all issues; `keysOf` tells which keys the format knows at a place. */
export function shapeFindings(
  issues: readonly Issue[],
  keysOf: (path: Path) => readonly string[],
): Finding[] {
  const flat = issues.flatMap((issue) => branchOf(issue, []))
  const missing = flat.filter(isMissing)
  const replaced = new Set<string>()
  const unknown = flat
    .filter(({ code }) => code === 'unrecognized_keys')
    .flatMap((issue) =>
      (issue.keys ?? []).map((key) => {
        const path = pathOf(issue)
        const absent = missing.filter((other) => isChild(pathOf(other), path))
        const names = absent.map((other) => String(other.path.at(-1)))
        const known = keysOf(path)
        // Of a union one branch may know it, and not the one that was meant.
        if (known.includes(key)) return findingOfKey(path, key, `no "${key}" in this kind`)
        const meant = nearest(key, names) ?? nearest(key, known)
        if (meant !== undefined && names.includes(meant)) replaced.add(placeOf([...path, meant]))
        return unknownKey(path, key, meant)
      }),
    )
  const others = flat
    .filter((issue) => issue.code !== 'unrecognized_keys')
    .filter((issue) => !isMissing(issue) || !replaced.has(placeOf(pathOf(issue))))
    .map(findingOf)
  return [...unknown, ...others]
}

function isMissing(issue: Issue): boolean {
  return inputOf(issue) === undefined && issue.code !== 'unrecognized_keys' && issue.path.length > 0
}

function isChild(path: Path, parent: Path): boolean {
  return path.length === parent.length + 1 && placeOf(path.slice(0, -1)) === placeOf(parent)
}

function pathOf(issue: Issue): (string | number)[] {
  return issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
}

/** 'workload.phases[0].for' */
export function placeOf(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/**
 * The issues of the branch of a union that was meant: the one whose own type fits what was given.
 */
function branchOf(issue: Issue, prefix: PropertyKey[]): Issue[] {
  const path = [...prefix, ...issue.path]
  const { errors = [] } = issue
  if (issue.code !== 'invalid_union' || errors.length === 0) return [{ ...issue, path }]
  const fits = errors.find((branch) =>
    branch.every((inner) => inner.path.length > 0 || isInside(inner)),
  )
  const list = fits ?? errors.find((branch) => branch.some(isQuantity)) ?? errors[0]!
  return list.flatMap((inner) => branchOf(inner, path))
}

/** A wrong value rather than a wrong type. */
function isInside(issue: Issue): boolean {
  if (issue.code === 'invalid_type') return false
  if (issue.code === 'invalid_value') return typeof issue.input === 'string'
  return (
    issue.code !== 'invalid_union' || (issue.errors ?? []).some((b) => b.every((i) => isInside(i)))
  )
}

function isQuantity(issue: Issue): boolean {
  return issue.message.startsWith(QUANTITY_MARK)
}

function unknownKey(path: Path, key: string, meant: string | undefined): Finding {
  const later = NOT_YET.get(key)
  const elsewhere = reasonElsewhere(path, key)
  const message =
    elsewhere ??
    (later === undefined ? `unknown key "${key}"` : `"${key}" is not supported yet: ${later}`)
  const isGuess = later === undefined && elsewhere === undefined && meant !== undefined
  return findingOfKey(path, key, message, isGuess ? `"${meant}"` : undefined)
}

function findingOfKey(path: Path, key: string, message: string, suggestion?: string): Finding {
  return { path: [...path, key], message, severity: 'error', part: 'key', suggestion }
}

function findingOf(issue: Issue): Finding {
  const path = pathOf(issue)
  const base = { path, severity: 'error', part: 'value' } as const
  if (isMissing(issue)) {
    return { ...base, message: `"${String(path.at(-1))}" is missing${likeOf(issue)}` }
  }
  if (issue.code === 'invalid_key') {
    const name = String(path.at(-1))
    return { ...base, part: 'key', message: `expected a name of ${NAME_RULE}, got ${shown(name)}` }
  }
  const { expected, suggestion } = expectationOf(issue)
  return { ...base, message: `expected ${expected}, got ${shown(inputOf(issue))}`, suggestion }
}

const NAME_RULE = 'letters, digits, ".", "_" and "-" that begins and ends with a letter or digit'

/** What was given; for a `kind` that does not exist zod gives the object around it. */
function inputOf({ input, discriminator }: Issue): unknown {
  if (discriminator === undefined || !isObject(input)) return input
  return input[discriminator]
}

function likeOf(issue: Issue): string {
  const { expected } = expectationOf(issue)
  return expected === 'a text' ? '' : `, ${expected}`
}

function expectationOf(issue: Issue): { expected: string; suggestion?: string | undefined } {
  const { message, values, options } = issue
  const input = inputOf(issue)
  if (isQuantity(issue)) {
    const kind = message.slice(QUANTITY_MARK.length) as QuantityKind
    return { expected: QUANTITIES[kind].expected, suggestion: suggestQuantity(kind, input) }
  }
  if (message === RATE_MARK) {
    const suggestion = suggestQuantity('packetRate', input)
    return { expected: 'a rate of requests, like "14Mpps" or "0pps..14Mpps"', suggestion }
  }
  const choices = (options ?? values)?.map(String)
  if (choices !== undefined) return choiceOf(choices, input)
  if (issue.code === 'too_small' || issue.code === 'too_big') return { expected: boundOf(issue) }
  if (issue.code === 'invalid_format') return { expected: `a name of ${NAME_RULE}` }
  return { expected: TYPES[issue.expected ?? ''] ?? 'something else' }
}

function choiceOf(choices: string[], input: unknown): { expected: string; suggestion?: string } {
  const quoted = choices.map((choice) => `"${choice}"`)
  const expected = quoted.length === 1 ? quoted[0]! : `one of ${quoted.join(', ')}`
  const later = typeof input === 'string' ? NOT_YET.get(input) : undefined
  if (later !== undefined) return { expected: `${expected} (${later})` }
  const meant = typeof input === 'string' ? nearest(input, choices) : undefined
  return meant === undefined ? { expected } : { expected, suggestion: `"${meant}"` }
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object { ... }',
  array: 'a list [ ... ]',
  record: 'an object { ... }',
  tuple: 'a list [value, share]',
}

function boundOf({ code, origin, minimum, maximum, inclusive }: Issue): string {
  const isLeast = code === 'too_small'
  const edge = isLeast ? minimum : maximum
  if (origin === 'string')
    return isLeast ? 'a text that is not empty' : `at most ${edge} characters`
  if (origin === 'array')
    return `${isLeast ? 'at least' : 'at most'} ${edge} ${edge === 1 ? 'entry' : 'entries'}`
  if (isLeast && inclusive === false) return `more than ${edge}`
  return `${isLeast ? 'at least' : 'at most'} ${edge}`
}

/** What was given, short enough for a message. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text
}
