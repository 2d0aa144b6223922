// A table of arrivals: comma-separated values with a header. `time` is a must, in seconds;
// `client`, `request` and `response` (bytes of payload) may be left out, columns of other names are
// not read. Time never goes back: a table that does is not what its owner thinks it is.
import { RowError, hasHeader, instantOf, readRows, type Cell } from './csv-rows.ts'
import {
  isEarlier,
  recordingOf,
  UNTOLD,
  type Arrival,
  type Recording,
  type TrafficProblem,
} from './recording.ts'

const COLUMNS = ['time', 'client', 'request', 'response']
const TABLE = { required: ['time'], like: COLUMNS.join(',') }

export function readCsv(text: string): Recording | TrafficProblem {
  const read = readRows(text, TABLE, arrivalOf)
  if ('problem' in read) return read
  const unread = read.names.filter((name) => !COLUMNS.includes(name))
  const notes =
    unread.length === 0
      ? []
      : [`columns that are not read: ${unread.map((name) => `"${name}"`).join(', ')}`]
  return recordingOf(read.rows, { wholeSeconds: false, protocol: null, notes })
}

/** Whether a text begins with a header of ours. */
export function looksLikeCsv(text: string): boolean {
  return hasHeader(text, TABLE)
}

function arrivalOf(cell: Cell, before: Arrival | undefined): Arrival {
  const arrival = {
    ...instantOf(cell('time')!),
    client: cell('client') ?? '',
    requestBytes: bytesIn(cell('request'), 'request'),
    responseBytes: bytesIn(cell('response'), 'response'),
  }
  if (before !== undefined && isEarlier(arrival, before)) {
    throw new RowError('time goes back here: rows must be in order of time')
  }
  return arrival
}

function bytesIn(cell: string | null, column: string): number {
  if (cell === null) return UNTOLD
  if (/^\d{1,15}$/.test(cell)) return Number(cell)
  throw new RowError(`${column}: expected whole bytes, got ${JSON.stringify(cell)}`)
}
