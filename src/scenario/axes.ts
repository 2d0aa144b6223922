// What a sweep varies, one axis for each path: its values as a scenario writes them, and as numbers
// in base units where they are quantities.
import { isObject } from './presets.ts'
import type { Document } from './schema.ts'
import { MOST_POINTS } from './schema-sweep.ts'
import { formatQuantity, parseQuantity, QUANTITIES, type QuantityKind } from './units.ts'

/** A value twice: as a scenario writes it, and in base units (s, pps, bit/s, B, Hz, 1). */
export interface SweepValue {
  text: string
  /** Null for what is no number. */
  number: number | null
}

export interface Axis {
  path: string
  kind: QuantityKind | null
  /** Empty for a range without steps. */
  values: SweepValue[]
  /** Of a range without steps, which only a Latin hypercube can draw from; base units. */
  between: { from: number; to: number; isWhole: boolean; like: string } | null
}

type Vary = NonNullable<NonNullable<Document['sweep']>['vary']>[string]
type Scalar = string | number | boolean

/** An axis, or what is wrong with it. */
export function axisOf(path: string, given: Vary, isSampled: boolean): Axis | string {
  if (Array.isArray(given)) return listAxis(path, given)
  if (isObject(given)) return rangeAxis(path, given)
  const range = rangeText(given, isSampled)
  return range === null ? listAxis(path, [given]) : rangeAxis(path, range)
}

/** Whether that is one value only because a range of such quantities needs its step. */
export function lacksStep(given: Vary, isSampled: boolean): boolean {
  if (typeof given !== 'string' || rangeText(given, isSampled) !== null) return false
  const [from = '', to] = given.split('..')
  return to !== undefined && kindOf([from, to]) !== null
}

interface Range {
  from: Scalar
  to: Scalar
  step?: Scalar | undefined
}

/**
 * "1..8", "2..16/2", "2Mpps..14Mpps/2Mpps". A text like "0pps..14Mpps" is a ramp, one value, unless
 * samples are drawn: there it is what they are drawn from.
 */
function rangeText(text: string, isSampled: boolean): Range | null {
  const match = /^([^./][^/]*?)\.\.([^/]+?)(?:\/(.+))?$/.exec(text)
  if (match === null) return null
  const [from, to, step] = match.slice(1) as [string, string, string | undefined]
  const isWhole = /^\d+$/.test(from) && /^\d+$/.test(to)
  if (step === undefined && !isWhole && !isSampled) return null
  return { from, to, step: step ?? (isWhole && !isSampled ? 1 : undefined) }
}

function listAxis(path: string, given: readonly Scalar[]): Axis | string {
  const texts = given.map(String)
  const twice = texts.find((text, index) => texts.indexOf(text) !== index)
  if (twice !== undefined) return `"${twice}" is given twice`
  const kind = kindOf(texts)
  const values = texts.map((text) => ({ text, number: numberOf(text, kind) }))
  return { path, kind, values, between: null }
}

function rangeAxis(path: string, range: Range): Axis | string {
  const texts = [range.from, range.to, ...(range.step === undefined ? [] : [range.step])].map(
    String,
  )
  const kind = kindOf(texts)
  const [from, to, step] = texts.map((text) => baseOf(text, kind))
  const words = texts.map((text) => `"${text}"`).join(', ')
  if (from === null || from === undefined || to === null || to === undefined || step === null) {
    return `a range needs numbers of one kind, like 2 and 16 or "2Mpps" and "14Mpps", got ${words}`
  }
  if (to < from) return `a range goes upwards, got from ${texts[0]!} to ${texts[1]!}`
  const isWhole = kind === null && Number.isInteger(from) && Number.isInteger(to)
  if (step === undefined)
    return { path, kind, values: [], between: { from, to, isWhole, like: texts[0]! } }
  if (step <= 0) return `the step of a range is more than 0, got ${texts[2]!}`
  // A last value that rounding puts a hair beyond the end belongs to it.
  const count = Math.floor((to - from) / step + 1e-9) + 1
  if (count > MOST_POINTS) return `${count} values are more than ${MOST_POINTS}`
  const values = Array.from({ length: count }, (_, index) =>
    valueAt(tidied(from + index * step), kind, texts[0]!),
  )
  return { path, kind, values, between: null }
}

/** The number that was meant: 0.1 + 2 * 0.1 is 0.3. */
function tidied(value: number): number {
  return Number(value.toPrecision(12))
}

/**
 * The value of those base units in which quantities are parsed, as text, in units like the given
 * one, and number.
 */
export function valueAt(base: number, kind: QuantityKind | null, like: string): SweepValue {
  const text = kind === null ? String(base) : formatQuantity(kind, base, like)
  return { text, number: numberOf(text, kind) }
}

/** The one kind of quantity that all of them are. */
function kindOf(texts: readonly string[]): QuantityKind | null {
  const kinds = Object.keys(QUANTITIES) as QuantityKind[]
  return kinds.find((kind) => texts.every((text) => parseQuantity(kind, text) !== null)) ?? null
}

function baseOf(text: string, kind: QuantityKind | null): number | null {
  if (kind !== null) return parseQuantity(kind, text)
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : null
}

const PS_PER_SECOND = 1_000_000_000_000

function numberOf(text: string, kind: QuantityKind | null): number | null {
  const base = baseOf(text, kind)
  return base !== null && kind === 'time' ? base / PS_PER_SECOND : base
}

/** The unit of an axis' numbers, as tables name it. */
export const BASE_UNITS: Readonly<Record<QuantityKind, string>> = {
  time: 's',
  bitRate: 'bps',
  packetRate: 'pps',
  size: 'B',
  frequency: 'Hz',
  share: '1',
  packets: 'packets',
}
