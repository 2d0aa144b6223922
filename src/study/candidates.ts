// What `--vary realServers.rs.count=1..64` and `--max workload.phases.steady.rate=1Mpps..20Mpps`
// ask: the candidates, from the least to the most. Whole numbers are all of them; quantities
// rise by 1 % and are rounded to three digits, which is as fine as an answer to "how much" can
// mean.
import { exp, ln } from '../kernel/distributions.ts'
import { parseQuantity, QUANTITIES, type QuantityKind } from '../scenario/units.ts'

export interface Candidates {
  path: string
  /** As a scenario would write them. */
  values: string[]
}

export interface WrongRange {
  message: string
  hint: string
}

const STEP = 0.01
const MOST = 1_000_000
const EXAMPLE =
  'For instance realServers.rs.count=1..64 or workload.phases.steady.rate=1Mpps..20Mpps.'

export function readCandidates(text: string): Candidates | WrongRange {
  const match = /^([^=\s]+)=(.+)$/.exec(text)
  if (match === null) return { message: `a range is PATH=FROM..TO, got "${text}"`, hint: EXAMPLE }
  const [, path = '', range = ''] = match
  const ends = range.split('..').map((end) => end.trim())
  if (ends.length === 1 && range.includes(',')) return listed(path, range)
  const [from = '', to = ''] = ends
  if (ends.length !== 2 || from === '' || to === '') {
    return { message: `a range is FROM..TO, got "${range}"`, hint: EXAMPLE }
  }
  const whole = [from, to].map((end) => (/^\d{1,9}$/.test(end) ? Number(end) : null))
  const [least, most] = whole
  if (least !== null && most !== null) return wholeNumbers(path, least!, most!)
  return quantities(path, from, to)
}

function listed(path: string, range: string): Candidates | WrongRange {
  const values = range.split(',').map((value) => value.trim())
  const sizes = values.map((value) => sizeOf(value))
  const isRising = sizes.every(
    (size, index) => size !== null && (index === 0 || size > sizes[index - 1]!),
  )
  if (isRising) return { path, values }
  return { message: `the values must rise, got "${range}"`, hint: 'For instance 1,2,4,8.' }
}

function wholeNumbers(path: string, least: number, most: number): Candidates | WrongRange {
  if (least > most) {
    return { message: `${least}..${most} runs backwards`, hint: `Give ${most}..${least}.` }
  }
  if (most - least >= MOST) {
    return { message: `${least}..${most} is too wide a range`, hint: EXAMPLE }
  }
  return { path, values: Array.from({ length: most - least + 1 }, (_, i) => `${least + i}`) }
}

function quantities(path: string, from: string, to: string): Candidates | WrongRange {
  const kinds = Object.keys(QUANTITIES) as QuantityKind[]
  const kind = kinds.find((one) => parseQuantity(one, from) !== null)
  const [least, most] =
    kind === undefined ? [null, null] : [from, to].map((end) => parseQuantity(kind, end))
  if (kind === undefined || least === null || most === null || least === undefined) {
    return { message: `"${from}..${to}" are no two quantities of one kind`, hint: EXAMPLE }
  }
  if (least <= 0 || least > most!) {
    return { message: `${from}..${to} runs backwards or begins at nothing`, hint: EXAMPLE }
  }
  const steps = Math.ceil(ln(most! / least) / ln(1 + STEP))
  const between = Array.from({ length: Math.max(0, steps - 1) }, (_, i) =>
    inUnitOf(to, kind, least * exp((i + 1) * ln(1 + STEP))),
  )
  return { path, values: [...new Set(least === most ? [from] : [from, ...between, to])] }
}

/** A size to compare by: a whole number or a quantity of any kind. */
function sizeOf(value: string): number | null {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value)
  const kinds = Object.keys(QUANTITIES) as QuantityKind[]
  const sizes = kinds.map((kind) => parseQuantity(kind, value))
  return sizes.find((size) => size !== null) ?? null
}

/** Three digits, in the unit in which the range ends. */
function inUnitOf(text: string, kind: QuantityKind, value: number): string {
  const unit = text.replace(/^[\d.]+/, '')
  const factor = parseQuantity(kind, `1${unit}`)!
  return `${Number((value / factor).toPrecision(3))}${unit}`
}
