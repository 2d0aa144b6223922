// Comma-separated values with a header (RFC 4180): rows as cells by the name of their column. What
// is wrong is told with its line.
import type { Instant, TrafficProblem } from './recording.ts'

const DIGITS_OF_A_PICOSECOND = 12

/** A mistake in a row, thrown to where the line is known. */
export class RowError extends Error {}

/** The cell of a column; null where the table has no such column. */
export type Cell = (column: string) => string | null

export interface Table {
  /** Names of its columns that must be there. */
  required: readonly string[]
  /** A header as it should be, for people. */
  like: string
}

/** Every row below the header as `rowOf` reads it, given the one before; and the columns' names. */
export function readRows<Row>(
  text: string,
  table: Table,
  rowOf: (cell: Cell, before: Row | undefined) => Row,
): { rows: Row[]; names: string[] } | TrafficProblem {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  const headerAt = lines.findIndex((line) => line.trim() !== '')
  if (headerAt < 0) return { problem: 'the file is empty', line: null }
  const names = namesIn(lines[headerAt]!)
  const fault = faultOfHeader(names, lines[headerAt]!, table)
  if (fault !== null) return { problem: fault, line: headerAt + 1 }
  const rows: Row[] = []
  for (let at = headerAt + 1; at < lines.length; at++) {
    if (lines[at]!.trim() === '') continue
    try {
      rows.push(rowOf(cellOf(cellsOf(lines[at]!), names), rows.at(-1)))
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      return { problem: error.message, line: at + 1 }
    }
  }
  if (rows.length === 0) return { problem: 'there is no row below the header', line: null }
  return { rows, names }
}

/** Whether a text begins with the header of such a table. */
export function hasHeader(text: string, table: Table): boolean {
  const first = text.slice(0, 1000).trimStart().split('\n')[0]!
  return faultOfHeader(namesIn(first), first, table) === null
}

export function instantOf(cell: string): Instant {
  const match = /^(\d{1,15})(?:\.(\d+))?$/.exec(cell)
  if (match === null) {
    throw new RowError(`expected a time in seconds like 12.5, got ${JSON.stringify(cell)}`)
  }
  const digits = (match[2] ?? '').slice(0, DIGITS_OF_A_PICOSECOND)
  return {
    seconds: Number(match[1]),
    fractionPs: Number(digits.padEnd(DIGITS_OF_A_PICOSECOND, '0')),
  }
}

function namesIn(line: string): string[] {
  return cellsOf(line.trim()).map((name) => name.trim().toLowerCase())
}

function faultOfHeader(
  names: readonly string[],
  line: string,
  { required, like }: Table,
): string | null {
  const shown = JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}...` : line)
  if (!required.every((name) => names.includes(name))) {
    return `expected a header like "${like}", got ${shown}`
  }
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index)
  return twice === undefined ? null : `two columns are called "${twice}"`
}

function cellOf(cells: readonly string[], names: readonly string[]): Cell {
  if (cells.length !== names.length) {
    throw new RowError(`expected ${names.length} values as in the header, got ${cells.length}`)
  }
  return (column) => cells[names.indexOf(column)]?.trim() ?? null
}

/** Values between commas; one in quotes may have commas, and quotes written twice. */
function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < line.length; at++) {
    const letter = line[at]!
    if (isQuoted && letter === '"' && line[at + 1] === '"') cell += line[++at]!
    else if (letter === '"') isQuoted = !isQuoted
    else if (letter === ',' && !isQuoted) {
      cells.push(cell)
      cell = ''
    } else cell += letter
  }
  return [...cells, cell]
}
