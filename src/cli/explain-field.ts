// What a field of the format means: its description, type, unit, choices and fields below, out of
// the JSON Schema.
import { alternatives, child, jsonSchema, type JsonSchema } from '../scenario/schema-json.ts'

/** What `lvs-sim explain services.web.scheduler` prints; null when the format has no such field. */
export function fieldText(path: readonly string[]): string | null {
  const nodes = path.reduce<JsonSchema[]>(
    (found, step) => found.flatMap((node) => alternatives(node).flatMap((one) => below(one, step))),
    [jsonSchema()],
  )
  const [first] = nodes
  if (first === undefined) return null
  const lines = [path.join('.') || 'scenario', ...descriptionOf(nodes), ...typesOf(nodes)]
  const fields = [...new Map(nodes.flatMap(alternatives).flatMap(fieldsOf))]
  if (fields.length > 0) {
    const width = Math.max(...fields.map(([name]) => name.length)) + 2
    lines.push('', ...fields.map(([name, about]) => `  ${name.padEnd(width)}${about}`))
  }
  return `${lines.join('\n')}\n`
}

/** Names that people choose stand for any; so do the elements of lists. */
function below(node: JsonSchema, step: string): JsonSchema[] {
  return child(node, /^\d+$/.test(step) ? Number(step) : step)
}

function descriptionOf(nodes: readonly JsonSchema[]): string[] {
  const found = [nodes[0]!, ...nodes.flatMap(alternatives)].find((node) => 'description' in node)
  return found === undefined ? [] : [`  ${String(found['description'])}`]
}

function typesOf(nodes: readonly JsonSchema[]): string[] {
  const kinds = new Set(nodes.flatMap(alternatives).map(typeOf))
  return kinds.size === 0 ? [] : [`  ${[...kinds].join(', or ')}`]
}

function typeOf(node: JsonSchema): string {
  const { type, examples, minimum, maximum } = node
  const choices = (node['enum'] ?? ('const' in node ? [node['const']] : undefined)) as
    unknown[] | undefined
  if (choices !== undefined)
    return `one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`
  const like = Array.isArray(examples)
    ? `, like ${examples.map((e) => JSON.stringify(e)).join(' or ')}`
    : ''
  const range =
    typeof minimum === 'number' && typeof maximum === 'number'
      ? ` from ${minimum} to ${maximum}`
      : ''
  return `${TYPES[String(type)] ?? 'a value'}${range}${like}`
}

const TYPES: Record<string, string> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

/** Fields of an object; of named things those of any, under <name>. */
function fieldsOf(node: JsonSchema): [string, string][] {
  const { properties, additionalProperties, items } = node
  if (items !== undefined) return alternatives(items as JsonSchema).flatMap(fieldsOf)
  const own = Object.entries((properties ?? {}) as Record<string, JsonSchema>)
    .filter(([name]) => name !== 'note' && name !== '$schema')
    .map(([name, field]): [string, string] => [name, aboutOf(field)])
  if (own.length > 0 || typeof additionalProperties !== 'object') return own
  const [inner] = alternatives(additionalProperties as JsonSchema)
  return inner === undefined
    ? []
    : fieldsOf(inner).map(([name, about]) => [`<name>.${name}`, about])
}

function aboutOf(field: JsonSchema): string {
  const found = [field, ...alternatives(field)].find((node) => 'description' in node)
  return (found?.['description'] as string | undefined) ?? ''
}
