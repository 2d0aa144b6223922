// Quantities are texts with their unit, in one spelling: "50us", "10Gbps", "14Mpps", "2MiB",
// "0.1%". Decimal prefixes for bits and packets, binary ones for bytes. A bare number or another
// spelling is a mistake, and the nearest right one is suggested.
import { nearest } from './nearest.ts'

export type QuantityKind =
  'time' | 'bitRate' | 'packetRate' | 'size' | 'frequency' | 'share' | 'packets'

interface Quantity {
  /** Completes "expected ...". */
  expected: string
  /** From small to large; the first is what a bare number most likely meant. */
  units: readonly (readonly [unit: string, factor: number])[]
}

const S = 1_000_000_000_000

export const QUANTITIES: Readonly<Record<QuantityKind, Quantity>> = {
  time: {
    expected: 'a time with its unit, like "50us" or "2ms"',
    units: [
      ['ps', 1],
      ['ns', 1000],
      ['us', 1_000_000],
      ['ms', 1_000_000_000],
      ['s', S],
      ['min', 60 * S],
      ['h', 3600 * S],
    ],
  },
  bitRate: {
    expected: 'a bit rate, like "10Gbps"',
    units: [
      ['bps', 1],
      ['kbps', 1000],
      ['Mbps', 1_000_000],
      ['Gbps', 1_000_000_000],
      ['Tbps', S],
    ],
  },
  packetRate: {
    expected: 'a rate of requests, like "200kpps" or "14Mpps"',
    units: [
      ['pps', 1],
      ['kpps', 1000],
      ['Mpps', 1_000_000],
      ['Gpps', 1_000_000_000],
      // Connections, where a request is one.
      ['cps', 1],
      ['kcps', 1000],
      ['Mcps', 1_000_000],
    ],
  },
  size: {
    expected: 'a size, like "64B" or "2MiB"',
    units: [
      ['B', 1],
      ['KiB', 1024],
      ['MiB', 1_048_576],
      ['GiB', 1_073_741_824],
    ],
  },
  frequency: {
    expected: 'a frequency, like "3.0GHz"',
    units: [
      ['Hz', 1],
      ['kHz', 1000],
      ['MHz', 1_000_000],
      ['GHz', 1_000_000_000],
    ],
  },
  share: { expected: 'a share, like "0.1%"', units: [['%', 0.01]] },
  packets: { expected: 'a number of packets, like "1000packets"', units: [['packets', 1]] },
}

const SHAPE = /^(\d+(?:\.\d+)?)(\D.*)$/

/**
 * The value in base units (ps, bit/s, 1/s, B, Hz, 1), or null when the text is none of that kind.
 */
export function parseQuantity(kind: QuantityKind, text: string): number | null {
  const match = SHAPE.exec(text.replace('µs', 'us').replace('μs', 'us'))
  if (match === null) return null
  const unit = QUANTITIES[kind].units.find(([name]) => name === match[2])
  if (unit === undefined) return null
  const value = Number(match[1]) * unit[1]
  if (!Number.isFinite(value)) return null
  const whole = Math.round(value)
  // "1.1us" times a million is a whole number in decimals, and should stay one in binary.
  return Math.abs(value - whole) <= 1e-9 * Math.abs(value) ? whole : value
}

/**
 * The shortest exact text of a value in base units; where a kind has two families of units, pps and
 * cps, in that of `like`, else in the first.
 */
export function formatQuantity(kind: QuantityKind, value: number, like = ''): string {
  const { units } = QUANTITIES[kind]
  const bases = units.filter(([, factor]) => factor === 1).map(([unit]) => unit)
  const base = bases.find((unit) => like.endsWith(unit)) ?? bases[0]!
  const family = bases.length < 2 ? units : units.filter(([unit]) => unit.endsWith(base))
  for (const [unit, factor] of [...family].reverse()) {
    const text = `${value / factor}${unit}`
    // 500 s are no whole number of thousandths of a minute: 8.333333333333334min says less.
    if (kind === 'time' && /\.\d{13}/.test(text)) continue
    if ((value >= factor || unit === family[0]![0]) && parseQuantity(kind, text) === value)
      return text
  }
  return `${value}${family[0]![0]}`
}

/** What a wrong text or a bare number was probably meant to be. */
export function suggestQuantity(kind: QuantityKind, given: unknown): string | undefined {
  const { units } = QUANTITIES[kind]
  if (typeof given === 'number' && Number.isFinite(given) && given >= 0) {
    const [unit] = kind === 'time' ? ['us'] : units[0]!
    return `"${given}${unit}"`
  }
  if (typeof given !== 'string') return undefined
  const match = /^\s*(\d+(?:\.\d+)?)\s*(\S*)\s*$/.exec(given)
  if (match === null) return undefined
  const names = units.map(([name]) => name)
  const written = match[2]!
  if (written === '') return suggestQuantity(kind, Number(given))
  if (kind === 'size' && /^[kmg]b$/i.test(written)) {
    return `"${match[1]!}${written[0]!.toUpperCase()}iB"`
  }
  const sameLetters = names.find((name) => name.toLowerCase() === written.toLowerCase())
  const unit = sameLetters ?? nearest(written, names)
  return unit === undefined ? undefined : `"${match[1]!}${unit}"`
}
