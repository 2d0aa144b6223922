// What `npm run closed-forms -- --coverage` prints: a line for each cell as it comes, and at the
// end a table of all of them, with the binomial bounds of each share.
import { table } from '../../src/report/table.ts'
import {
  boundsOf,
  chanceOutside,
  isInRange,
  together,
  type Coverage,
  type Tried,
} from './coverage.ts'

const WIDTH = 140

export function coverageLine(cell: Coverage): string {
  const { model, id, firstSeed, seeds, covered, below, halfWidth, customers } = cell
  const share = percent(covered / seeds).padStart(7)
  const missed = `${below} below, ${seeds - covered - below} above`
  const verdict = firstSeed > 1 ? 'more' : isInRange(cell) ? 'ok  ' : 'OUT '
  return (
    `${verdict} ${model.padEnd(32)} ${id.padEnd(32)} ${share} ` +
    `(${missed}), ±${percent(halfWidth)}, ${customers} customers`
  )
}

/** All cells, and what chance may have done to them. */
export function coverageTable(tried: readonly Tried[]): string[] {
  const head = ['', 'model', 'value', 'share', 'bounds of it', 'seeds', 'below', 'above', '±']
  const lines = table([[...head, 'customers'], ...tried.map(rowOf)], {
    width: WIDTH,
    right: [3, 4, 5, 6, 7, 8, 9],
  })
  return ['', ...lines, '', ...closing(tried)]
}

function rowOf(cell: Tried): string[] {
  const { first, again } = cell
  const { covered, seeds } = together(cell)
  const { low, high } = boundsOf({ covered, seeds })
  const below = first.below + (again?.below ?? 0)
  return [
    isInRange({ covered, seeds }) ? (again === null ? 'ok' : 'ok, twice as many') : 'OUT',
    first.model,
    first.id,
    percent(covered / seeds),
    `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`,
    String(seeds),
    String(below),
    String(seeds - covered - below),
    percent(first.halfWidth),
    String(first.customers),
  ]
}

/** The bounds of the table are Wilson's. */
function closing(tried: readonly Tried[]): string[] {
  const outside = tried.filter(({ first }) => !isInRange(first))
  const still = outside.filter((cell) => !isInRange(together(cell)))
  const { seeds } = tried[0]!.first
  const chance = chanceOutside(seeds)
  const expected = (tried.length * chance).toFixed(1)
  return [
    `${tried.length} cells, ${seeds} seeds of 5 replications each: ` +
      `${tried.length - outside.length} lie inside, ${outside.length} outside.`,
    `Intervals that hold the truth in exactly 95 % of tries lie outside by chance with ` +
      `${percent(chance, 2)}: ${expected} of ${tried.length} cells.`,
    `Those outside were tried with ${seeds} seeds more and count with all of them: ` +
      `${still.length} still lie outside.`,
    'Bounds are those of the binomial share (Wilson, 95 %).',
  ]
}

function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`
}
