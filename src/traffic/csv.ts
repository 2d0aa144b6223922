// A table of arrivals: comma-separated values with a header (RFC 4180). `time` is a must, in
// seconds; `client`, `request` and `response` (bytes of payload) may be left out, columns of other
// names are not read. Time never goes back: a table that does is not what its owner thinks it is.
import {
  isEarlier,
  recordingOf,
  UNTOLD,
  type Arrival,
  type Recording,
  type TrafficProblem,
} from './recording.ts'

const COLUMNS = ['time', 'client', 'request', 'response'] as const
type Column = (typeof COLUMNS)[number]

const LIKE = 'time,client,request,response'
const DIGITS_OF_A_PICOSECOND = 12

/** A mistake in a row, thrown to where the line is known. */
class RowError extends Error {}

export function readCsv(text: string): Recording | TrafficProblem {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  const headerAt = lines.findIndex((line) => line.trim() !== '')
  if (headerAt < 0) return { problem: 'the file is empty', line: null }
  const names = cellsOf(lines[headerAt]!).map((name) => name.trim().toLowerCase())
  const fault = faultOfHeader(names, lines[headerAt]!)
  if (fault !== null) return { problem: fault, line: headerAt + 1 }
  const places = new Map(COLUMNS.map((column) => [column, names.indexOf(column)]))
  const arrivals: Arrival[] = []
  for (let at = headerAt + 1; at < lines.length; at++) {
    if (lines[at]!.trim() === '') continue
    try {
      const arrival = arrivalOf(cellsOf(lines[at]!), places, names.length)
      const last = arrivals.at(-1)
      if (last !== undefined && isEarlier(arrival, last)) {
        throw new RowError('time goes back here: rows must be in order of time')
      }
      arrivals.push(arrival)
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      return { problem: error.message, line: at + 1 }
    }
  }
  if (arrivals.length === 0) return { problem: 'there is no row below the header', line: null }
  const unread = names.filter((name) => !COLUMNS.includes(name as Column))
  const notes =
    unread.length === 0
      ? []
      : [`columns that are not read: ${unread.map((name) => `"${name}"`).join(', ')}`]
  return recordingOf(arrivals, { wholeSeconds: false, protocol: null, notes })
}

/** Whether a text begins with a header of ours. */
export function looksLikeCsv(text: string): boolean {
  const first = text.slice(0, 1000).trimStart().split('\n')[0]!
  return faultOfHeader(namesIn(first), first) === null
}

function namesIn(line: string): string[] {
  return cellsOf(line.trim()).map((name) => name.trim().toLowerCase())
}

function faultOfHeader(names: readonly string[], line: string): string | null {
  const shown = JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}...` : line)
  if (!names.includes('time')) return `expected a header like "${LIKE}", got ${shown}`
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index)
  return twice === undefined ? null : `two columns are called "${twice}"`
}

function arrivalOf(
  cells: readonly string[],
  places: ReadonlyMap<Column, number>,
  width: number,
): Arrival {
  if (cells.length !== width) {
    throw new RowError(`expected ${width} values as in the header, got ${cells.length}`)
  }
  const cell = (column: Column): string | null => {
    const place = places.get(column)!
    return place < 0 ? null : cells[place]!.trim()
  }
  const time = cell('time')!
  const match = /^(\d{1,15})(?:\.(\d+))?$/.exec(time)
  if (match === null) {
    throw new RowError(`expected a time in seconds like 12.5, got ${JSON.stringify(time)}`)
  }
  const digits = (match[2] ?? '').slice(0, DIGITS_OF_A_PICOSECOND)
  return {
    seconds: Number(match[1]),
    fractionPs: Number(digits.padEnd(DIGITS_OF_A_PICOSECOND, '0')),
    client: cell('client') ?? '',
    requestBytes: bytesIn(cell('request'), 'request'),
    responseBytes: bytesIn(cell('response'), 'response'),
  }
}

function bytesIn(cell: string | null, column: Column): number {
  if (cell === null) return UNTOLD
  if (/^\d{1,15}$/.test(cell)) return Number(cell)
  throw new RowError(`${column}: expected whole bytes, got ${JSON.stringify(cell)}`)
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
