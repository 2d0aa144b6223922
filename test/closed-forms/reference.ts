// The reference values of calibration.json, by their names.
import { readFileSync } from 'node:fs'

export type Value = number | number[] | Record<string, number>

const RECORDS = new Map(
  (
    JSON.parse(readFileSync(new URL('../support/calibration.json', import.meta.url), 'utf8')) as {
      id: string
      value: Value
    }[]
  ).map(({ id, value }) => [id, value]),
)

/** The value of that name, or its part of that name. */
export function reference(id: string, part?: string): number {
  const whole = RECORDS.get(id)
  const value = part === undefined ? whole : (whole as Record<string, number>)[part]
  if (typeof value !== 'number') throw new Error(`no reference value ${id} ${part ?? ''}`)
  return value
}

/** Names that begin so. */
export function referencesOf(prefix: string): string[] {
  return [...RECORDS.keys()].filter((id) => id.startsWith(prefix))
}
