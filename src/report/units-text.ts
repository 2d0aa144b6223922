// Numbers in base units as people read them: "13.998 Mpps", "71.4us", "6.21%". With an interval
// the half-width has two significant digits and the mean ends at the same place; a tail of digits
// that the interval does not support is never printed.
import {
  fixed,
  largestBelow,
  rateDecimals,
  rateScaleOf,
  wholeOrOne,
  type Scale,
} from '../measure/rate-text.ts'
import type { Measured } from '../measure/summary.ts'
import type { Look } from './look.ts'

export { rateText } from '../measure/rate-text.ts'

/** What a number counts, and so how it is written. */
export type TextKind = 'rate' | 'time' | 'share' | 'loss' | 'index' | 'count' | 'bytes'

/** More decimals than this say nothing that a reader could use. */
const MOST_DECIMALS: Record<TextKind, number> = {
  rate: 3,
  time: 3,
  share: 2,
  loss: 4,
  index: 4,
  count: 1,
  bytes: 1,
}

const TIMES: readonly Scale[] = [
  { unit: 'ps', factor: 1e-12 },
  { unit: 'ns', factor: 1e-9 },
  { unit: 'us', factor: 1e-6 },
  { unit: 'ms', factor: 1e-3 },
  { unit: 's', factor: 1 },
]
const SHARE: Scale = { unit: '%', factor: 0.01 }
const ONE: Scale = { unit: '', factor: 1 }
const BYTES: Scale = { unit: ' B', factor: 1 }

/** Three digits: "71.4us", "1.20ms". */
export function timeText(seconds: number): string {
  return valueText(seconds, 'time')
}

/** "94.1%". */
export function shareText(share: number): string {
  return valueText(share, 'share')
}

/** "0.000%" is none at all; less than can be shown is "<0.001%". */
export function lossText(share: number): string {
  return valueText(share, 'loss')
}

/** "50,219". */
export function countText(count: number): string {
  return valueText(count, 'count')
}

/** A number without an interval. */
export function valueText(value: number, kind: TextKind): string {
  if (!Number.isFinite(value)) return 'none'
  if (kind === 'loss' && value > 0 && value < 0.000_005) return '<0.001%'
  const scale = scaleOf(value, kind)
  return fixed(value / scale.factor, usualDecimals(value / scale.factor, kind, scale)) + scale.unit
}

/** "13.998 ± 0.013 Mpps"; the mean alone where there is no interval. */
export function plusMinus(measured: Measured, kind: TextKind, look: Pick<Look, 'unicode'>): string {
  const { mean, low, high } = measured
  if (low === null || high === null || !Number.isFinite(mean)) return valueText(mean, kind)
  // None of them was lost, but so many only were offered.
  if (kind === 'loss' && mean === 0 && high > 0) return `0% (<${twoDigits(100 * high)}%)`
  const { unit, factor } = scaleOf(mean, kind)
  const half = (high - low) / 2 / factor
  const usual = usualDecimals(mean / factor, kind, { unit, factor })
  const isShown = half > 0 && /[1-9]/.test(fixed(half, MOST_DECIMALS[kind]))
  const decimals = isShown
    ? Math.min(decimalsFor(half), MOST_DECIMALS[kind])
    : Math.min(half > 0 ? usual + 1 : usual, MOST_DECIMALS[kind])
  const text = fixed(half, decimals)
  const sign = look.unicode ? '±' : '+/-'
  // Smaller than can be shown, but not nothing.
  const reach = half > 0 && !isShown ? below(decimals) : text
  return `${fixed(mean / factor, decimals)} ${sign} ${reach}${unit}`
}

/** The same as words: "1.07ms, no interval". */
export function plusMinusOrNone(
  measured: Measured,
  kind: TextKind,
  look: Pick<Look, 'unicode'>,
): string {
  return plusMinus(measured, kind, look) + (isUnsure(measured) ? ', no interval' : '')
}

/** The same for a column, "1.07ms ?"; what the sign means stands below the table. */
export function plusMinusOrSign(
  measured: Measured,
  kind: TextKind,
  look: Pick<Look, 'unicode'>,
): string {
  return plusMinus(measured, kind, look) + (isUnsure(measured) ? ' ?' : '')
}

export const SIGN_MEANS = '? no interval: too few requests or replications to give one'

/** A number whose uncertainty nobody knows. */
export function isUnsure({ mean, low, high }: Measured): boolean {
  return Number.isFinite(mean) && (low === null || high === null)
}

/** How the values of a threshold, a metric or a leaf of that name and unit are written. */
export function kindOf(metric: string, unit: Measured['unit']): TextKind {
  if (unit === 'pps') return 'rate'
  if (unit === 's') return 'time'
  if (unit === 'B') return 'bytes'
  if (metric.endsWith('utilisation')) return 'share'
  if (metric.includes('.connections')) return 'count'
  return metric.endsWith('loss') ? 'loss' : 'index'
}

/** "<0.001": less than the last of so many decimals. */
function below(decimals: number): string {
  return `<${decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`}`
}

/** 0.00142 as "0.0014", rounded up: it is a bound. */
function twoDigits(value: number): string {
  const exponent = Number(value.toExponential(1).split('e')[1])
  const decimals = Math.max(0, 1 - exponent)
  let scale = 1
  for (let i = 0; i < decimals; i++) scale *= 10
  return (Math.ceil(value * scale) / scale).toFixed(decimals)
}

/** Decimals that leave two digits of the half-width, which is more than 0. */
function decimalsFor(half: number): number {
  return Math.max(0, 1 - Number(half.toExponential(1).split('e')[1]))
}

function usualDecimals(scaled: number, kind: TextKind, scale: Scale): number {
  const size = Math.abs(scaled)
  if (kind === 'rate') return rateDecimals(scaled, scale)
  if (kind === 'share') return 1
  if (kind === 'loss') return size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0
  if (kind === 'index') return 4
  if (kind === 'time') return size === 0 ? 0 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0
  return wholeOrOne(scaled)
}

function scaleOf(value: number, kind: TextKind): Scale {
  if (kind === 'rate') return rateScaleOf(value)
  if (kind === 'time') return value === 0 ? TIMES.at(-1)! : largestBelow(value, TIMES, 3)
  if (kind === 'bytes') return BYTES
  return kind === 'share' || kind === 'loss' ? SHARE : ONE
}
