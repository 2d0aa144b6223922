// What a field of the format means: its description, type, units, choices, default and the fields
// below it, out of the JSON Schema.
import { alternatives, child, jsonSchema, type JsonSchema } from '../scenario/schema-json.ts'
import { defaultOf } from './explain-default.ts'
import { entryLines, type Entry } from './explain-lines.ts'
import { GLOSSARY } from './glossary.ts'
import { wrap } from '../report/table.ts'

/**
 * What `explain services.web.scheduler` prints, no wider than that; null when the format has no
 * such field.
 */
export function fieldText(path: readonly string[], width: number): string | null {
  const nodes = nodesAt(path)
  if (nodes.length === 0) return null
  const usual = defaultOf(path)
  const lines = [
    path.join('.') || 'scenario',
    ...[...described(nodes), [...new Set(nodes.flatMap(alternatives).map(typeOf))].join(', or ')]
      .concat(usual === null ? [] : [usual])
      .flatMap((text) => wrap(text, width - 2).map((line) => `  ${line}`)),
  ]
  for (const entries of [choicesOf(nodes), kindsOf(nodes), fieldsOf(nodes)]) {
    if (entries.length > 0) lines.push('', ...entryLines(entries, width))
  }
  return `${lines.join('\n')}\n`
}

/** Places of the format whose last part is that word, with what they say. */
export function placesCalled(word: string): Entry[] {
  return allPlaces()
    .filter((place) => place.endsWith(`.${word}`))
    .map((place): Entry => [place, described(nodesAt(place.split('.')))[0] ?? ''])
}

/** Places whose description, or one of whose values, has that word, with what has it. */
export function placesWith(has: (text: string) => boolean): Entry[] {
  return allPlaces().flatMap((place) => {
    const nodes = nodesAt(place.split('.'))
    const all = nodes.flatMap(alternatives)
    const [own = ''] = described(nodes)
    if (has(own)) return [[place, own]]
    const values = all.flatMap(choicesIn).map((value) => JSON.stringify(value))
    const found = [...all.map(aboutOf), ...kindsOf(nodes).flat(), ...values].find(has)
    return found === undefined ? [] : [[place, `${own} ${found}`.trim()]]
  })
}

/** Every place, a name that people choose written as <name>. */
export function allPlaces(): string[] {
  return [...new Set(placesBelow(jsonSchema(), []))]
}

function placesBelow(node: JsonSchema, path: readonly string[]): string[] {
  return alternatives(node).flatMap((one) => {
    const { items, additionalProperties } = one
    if (isSchema(items)) return placesBelow(items, [...path, '<name>'])
    if (isSchema(additionalProperties) && !('properties' in one)) {
      return placesBelow(additionalProperties, [...path, '<name>'])
    }
    return propertiesOf(one).flatMap(([name, field]) => {
      const at = [...path, name]
      return [at.join('.'), ...placesBelow(field, at)]
    })
  })
}

/** Names that people choose stand for any; so do the elements of lists. */
function nodesAt(path: readonly string[]): JsonSchema[] {
  let nodes: JsonSchema[] = [jsonSchema()]
  for (const step of path) {
    nodes = nodes.flatMap(alternatives).flatMap((node) => child(node, step))
  }
  return nodes
}

function described(nodes: readonly JsonSchema[]): string[] {
  const about = nodes.map(aboutOf).find((text) => text !== '')
  return about === undefined ? [] : [about]
}

function aboutOf(field: JsonSchema): string {
  const found = [field, ...alternatives(field)].find((node) => 'description' in node)
  return (found?.['description'] as string | undefined) ?? ''
}

function typeOf(node: JsonSchema): string {
  const { type, examples, minimum, maximum } = node
  const choices = choicesIn(node)
  if (choices.length === 1) return JSON.stringify(choices[0])
  if (choices.length > 1) return `one of ${choices.map((one) => JSON.stringify(one)).join(', ')}`
  const like = Array.isArray(examples)
    ? `, like ${examples.map((example) => JSON.stringify(example)).join(' or ')}`
    : ''
  const units = unitsOf(node)
  const range = typeof minimum === 'number' && typeof maximum === 'number'
  const bounds = range ? ` from ${minimum} to ${maximum}` : ''
  const measure = units === null ? '' : ` (${units.join(', ')})`
  const kind = units === null ? (TYPES[String(type)] ?? 'a value') : 'a number with its unit'
  return `${kind}${bounds}${like}${measure}`
}

const TYPES: Record<string, string> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

/** Units of a quantity, read from the end of its pattern; null for any other text. */
function unitsOf({ pattern }: JsonSchema): string[] | null {
  const units = /\(\?:\\\.\\d\+\)\?\(\?:([^()]+)\)\$$/.exec((pattern as string | undefined) ?? '')
  return units === null ? null : units[1]!.split('|').filter((unit) => unit !== 'µs')
}

function choicesIn(node: JsonSchema): unknown[] {
  if ('const' in node) return [node['const']]
  return Array.isArray(node['enum']) ? (node['enum'] as unknown[]) : []
}

/** Choices with what they mean, where the glossary knows them; also of the elements of a list. */
function choicesOf(nodes: readonly JsonSchema[]): Entry[] {
  const all = nodes.flatMap(alternatives)
  const elements = all.flatMap(({ items }) => (isSchema(items) ? alternatives(items) : []))
  const choices = [...all, ...elements].flatMap(choicesIn).map(String)
  return choices
    .filter((choice) => Object.hasOwn(GLOSSARY, choice))
    .map((choice) => [choice, firstSentence(GLOSSARY[choice]!)])
}

function firstSentence(text: string): string {
  return /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text
}

/** Objects that differ by their `kind`, each with its fields: distributions, faults of a list. */
function kindsOf(nodes: readonly JsonSchema[]): Entry[] {
  return nodes.flatMap(alternatives).flatMap((node): Entry[] => {
    const kind = kindOf(node)
    if (isSchema(node['items'])) return kindsOf([node['items']])
    if (kind === null) return []
    const fields = propertiesOf(node).map(([name]) => name)
    const rest = fields.filter((name) => name !== 'kind').join(', ')
    return [[`{ "kind": "${kind}", ${rest} }`, aboutOf(node)]]
  })
}

/** Null for a kind of which there is only one: that is no choice. */
function kindOf(node: JsonSchema): string | null {
  const kind = propertiesOf(node).find(([name]) => name === 'kind')?.[1]
  const isRequired = Array.isArray(node['required']) && node['required'].includes('kind')
  return kind !== undefined && isRequired ? String(kind['const']) : null
}

/** Fields of an object; of named things and of lists those of any one, under <name>. */
function fieldsOf(nodes: readonly JsonSchema[]): Entry[] {
  return nodes.flatMap(alternatives).flatMap((node): Entry[] => {
    if (kindOf(node) !== null) return []
    const inner = isSchema(node['items']) ? node['items'] : node['additionalProperties']
    if (isSchema(inner)) {
      return fieldsOf([inner]).map(([name, about]) => [underName(name), about])
    }
    const required = Array.isArray(node['required']) ? (node['required'] as string[]) : []
    return propertiesOf(node).map(([name, field]) => {
      const must = required.includes(name) ? ' Required.' : ''
      return [name, `${aboutOf(field)}${must}`]
    })
  })
}

/** A list of named things inside named things is addressed like one thing: by one name. */
function underName(name: string): string {
  return name.startsWith('<name>.') ? name : `<name>.${name}`
}

function propertiesOf(node: JsonSchema): [string, JsonSchema][] {
  const properties = (node['properties'] ?? {}) as Record<string, JsonSchema>
  return Object.entries(properties).filter(([name]) => name !== 'note' && name !== '$schema')
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
