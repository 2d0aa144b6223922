// Names with what is said of them, in two columns that fit a terminal.
import { wrap } from '../report/table.ts'

/** A name, and what is said of it. */
export type Entry = [name: string, about: string]

const INDENT = 2
const GAP = 2
/** A name beyond that stands on a line of its own, what is said of it below. */
const WIDEST_NAME = 36

export function entryLines(entries: readonly Entry[], width: number): string[] {
  const unique = [...new Map(entries)]
  const names = unique.map(([name]) => name.length).filter((length) => length <= WIDEST_NAME)
  const start = INDENT + Math.max(INDENT, ...names) + GAP
  return unique.flatMap(([name, about]) => linesOf(name, about, start, width))
}

function linesOf(name: string, about: string, start: number, width: number): string[] {
  const said = wrap(about, width - start).map((line) => ' '.repeat(start) + line)
  if (name.length > WIDEST_NAME) {
    const [first = '', ...rest] = wrap(name, width - INDENT)
    const own = [' '.repeat(INDENT) + first, ...rest.map((line) => ' '.repeat(2 * INDENT) + line)]
    return about === '' ? own : [...own, ...said]
  }
  const [first, ...rest] = said
  const head = `${' '.repeat(INDENT)}${name}`.padEnd(start) + first!.slice(start)
  return [head.trimEnd(), ...rest]
}
