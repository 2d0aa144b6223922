// Numbers of `--stats` and `--rate` (spec 8.4): in full up to eight digits, then in thousands,
// millions and so on, cut off and not rounded; in full with --exact.

const WIDTH = 9
const UNITS = [
  { below: 100_000_000, divisor: 1, letter: '' },
  { below: 1_000_000_000, divisor: 1_000, letter: 'K' },
  { below: 100_000_000_000, divisor: 1_000_000, letter: 'M' },
  { below: 100_000_000_000_000, divisor: 1_000_000_000, letter: 'G' },
  { below: Infinity, divisor: 1_000_000_000_000, letter: 'T' },
]

export function largeNumber(value: number): string {
  const { divisor, letter } = UNITS.find(({ below }) => value < below)!
  return `${Math.floor(value / divisor)}`.padStart(WIDTH - letter.length) + letter
}

export function exactNumber(value: number): string {
  const digits = `${value}`
  return digits.length < WIDTH ? digits.padStart(WIDTH) : ` ${digits}`
}
