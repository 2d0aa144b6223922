// Rates as people read them, wherever they are told: in tables, and in the notes of arithmetic.
// Other kinds of numbers are scaled and written in the same way (report/units-text.ts).

/** A unit, and how much of the base unit it is. */
export interface Scale {
  unit: string
  factor: number
}

const RATES: readonly Scale[] = [
  { unit: ' pps', factor: 1 },
  { unit: ' kpps', factor: 1e3 },
  { unit: ' Mpps', factor: 1e6 },
  { unit: ' Gpps', factor: 1e9 },
]
/** Digits to which a rate is rounded before its unit is chosen. */
const RATE_DIGITS = 5

/** "13.998 Mpps", "70.00 kpps", "950 pps". */
export function rateText(pps: number): string {
  if (!Number.isFinite(pps)) return 'none'
  const scale = rateScaleOf(pps)
  const scaled = pps / scale.factor
  return fixed(scaled, rateDecimals(scaled, scale)) + scale.unit
}

export function rateScaleOf(pps: number): Scale {
  return largestBelow(pps, RATES, RATE_DIGITS)
}

export function rateDecimals(scaled: number, { unit }: Scale): number {
  return unit === ' pps' ? wholeOrOne(scaled) : unit === ' kpps' ? 2 : 3
}

/** Decimals of a number that is told as it is. */
export function wholeOrOne(value: number): number {
  return Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1
}

/** The largest unit of which there is one or more, after rounding: 999.9996 k is 1.000 M. */
export function largestBelow(value: number, scales: readonly Scale[], digits: number): Scale {
  const rounded = Number(Math.abs(value).toPrecision(digits))
  return scales.findLast(({ factor }) => rounded >= factor) ?? scales[0]!
}

/** Decimal digits with a comma at every third place, and no "-0". */
export function fixed(value: number, decimals: number): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const digits = fraction === undefined ? grouped : `${grouped}.${fraction}`
  return value < 0 && /[1-9]/.test(digits) ? `-${digits}` : digits
}
