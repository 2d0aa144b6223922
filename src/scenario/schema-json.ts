// The format as JSON Schema, for editors and for `lvs-sim schema`; also who asks which keys a place
// may have.
import { z } from 'zod'
import { isObject } from './presets.ts'
import { schema } from './schema.ts'
import type { Path } from './source.ts'

export type JsonSchema = Record<string, unknown>

let made: JsonSchema | null = null

/** The schema of a scenario file, draft 2020-12. Made once: a sweep asks for it at every point. */
export function jsonSchema(): JsonSchema {
  made ??= makeSchema()
  return made
}

function makeSchema(): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema
  return { $schema, title: 'A scenario of lvs-sim, format lvs-sim/1', ...rest }
}

/** As `src/scenario/scenario.schema.json` has it. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), null, 2)}\n`
}

/** Keys that the format knows at a place of the document. */
export function keysAt(path: Path): string[] {
  const keys = nodesAt(path).flatMap(({ properties }) => Object.keys(properties ?? {}))
  return [...new Set(keys)]
}

/** Whether only a text may stand there, so that `--set seed=5` means the text. */
export function wantsText(path: Path): boolean {
  const nodes = nodesAt(path)
  return nodes.length > 0 && nodes.every(({ type }) => type === 'string')
}

/** All that the format allows at a place; elements of lists may be told by any name. */
function nodesAt(path: Path): JsonSchema[] {
  let nodes: JsonSchema[] = alternatives(jsonSchema())
  for (const step of path) nodes = nodes.flatMap((node) => child(node, step)).flatMap(alternatives)
  return nodes
}

/** Itself, or what it stands for. */
export function alternatives(node: JsonSchema): JsonSchema[] {
  const choices = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined
  return choices === undefined ? [node] : choices.flatMap(alternatives)
}

/** What the schema says of a key, or of an element of a list. */
export function child(node: JsonSchema, step: string | number): JsonSchema[] {
  const { properties, items, additionalProperties } = node
  if (isObject(items)) return [items]
  if (isObject(properties) && Object.hasOwn(properties, step)) {
    return [properties[step] as JsonSchema]
  }
  return isObject(additionalProperties) ? [additionalProperties] : []
}
