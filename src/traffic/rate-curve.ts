// A table of a rate over time: `time` in seconds and `rate` in requests per second, with a header.
// Time is told from the first row on and never goes back; two rows of one time are a step.
import { RowError, instantOf, readRows, type Cell } from './csv-rows.ts'
import { isEarlier, type Instant, type TrafficProblem } from './recording.ts'

const TABLE = { required: ['time', 'rate'], like: 'time,rate' }
const PS_PER_SECOND = 1_000_000_000_000

export interface CurvePoint {
  /** Since the first row. */
  atPs: number
  rate: number
}

type Row = Instant & { rate: number }

export function readRateCurve(text: string): CurvePoint[] | TrafficProblem {
  const read = readRows(text, TABLE, rowOf)
  if ('problem' in read) return read
  const { rows } = read
  if (rows.length < 2) return { problem: 'a curve has two rows or more', line: null }
  const first = rows[0]!
  return rows.map(({ seconds, fractionPs, rate }) => ({
    atPs: (seconds - first.seconds) * PS_PER_SECOND + (fractionPs - first.fractionPs),
    rate,
  }))
}

function rowOf(cell: Cell, before: Row | undefined): Row {
  const row = { ...instantOf(cell('time')!), rate: rateOf(cell('rate')!) }
  if (before !== undefined && isEarlier(row, before)) {
    throw new RowError('time goes back here: rows must be in order of time')
  }
  return row
}

function rateOf(cell: string): number {
  if (/^\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?$/i.test(cell)) return Number(cell)
  const what = /^-\d/.test(cell) ? 'a rate is 0 or more' : 'expected requests per second like 1200'
  throw new RowError(`${what}, got ${JSON.stringify(cell)}`)
}
