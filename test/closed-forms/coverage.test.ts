// The small form of `npm run closed-forms -- --coverage`: a hundred seeds of the quickest models.
import { expect, test } from 'vitest'
import { boundsOf, chanceOutside, coverageOf, isInRange, together, tryOut } from './coverage.ts'
import { coverageTable } from './coverage-report.ts'
import type { Model } from './models.ts'
import { wholeTable } from './whole.ts'

const SEEDS = 100
const MOST_CUSTOMERS = 6000
const MODELS = wholeTable(false).filter(
  ({ isQuick, trial }) => isQuick && trial !== null && trial.customers <= MOST_CUSTOMERS,
)

test.each(MODELS.map((model) => [model.name, model] as const))(
  '%s: intervals hold the true value about as often as they say',
  { timeout: 120_000 },
  (_, model) => {
    expect(coverageOf(model, SEEDS).filter((cell) => !isInRange(cell))).toEqual([])
  },
)

test('an interval that is half as wide as it should be is found out', () => {
  const model = MODELS.find(({ name }) => name === 'M/M/1 at 0.5')!
  const narrow = {
    ...model,
    cells: model.cells.slice(0, 1).map((cell) => ({
      ...cell,
      print: (results: unknown[]) => {
        const { mean, low, high, ...rest } = cell.print(results)
        return { ...rest, mean, low: (mean + low!) / 2, high: (mean + high!) / 2 }
      },
    })),
  }
  expect(coverageOf(narrow, SEEDS).map(isInRange)).toEqual([false])
})

/** Its intervals miss the truth for that many seeds of the first thousand, and of the second. */
function missing(ofFirst: number, ofSecond: number): Model<number> {
  const isMissed = (seed: number) => (seed <= 1000 ? seed <= ofFirst : seed <= 1000 + ofSecond)
  return {
    ...{
      name: 'by hand',
      isQuick: true,
      pilot: 1,
      trial: { customers: 1, settling: 0, settled: 0 },
    },
    controls: () => [],
    settled: 0,
    simulate: (_, seed) => Number(/coverage (\d+)/.exec(seed)![1]),
    cells: [
      {
        ...{ id: 'one', truth: 1, halfWidth: 0.01, step: 0 },
        read: () => 1,
        print: ([seed]) => {
          const mean = isMissed(seed!) ? 2 : 1
          return { mean, low: mean - 0.1, high: mean + 0.1, n: 5, unit: '1' }
        },
      },
    ],
  }
}

test.each([
  ['inside is not tried again', 50, 0, { covered: 950, seeds: 1000 }, true],
  ['outside is, and counts with all', 75, 40, { covered: 1885, seeds: 2000 }, true],
  [
    'a second thousand does not make good the first',
    100,
    50,
    { covered: 1850, seeds: 2000 },
    false,
  ],
  ['too wide is outside as well', 10, 20, { covered: 1970, seeds: 2000 }, false],
])('%s', (_, ofFirst, ofSecond, expected, isIn) => {
  const tried = tryOut(missing(ofFirst, ofSecond), 1000)
  expect(tried.map(together)).toEqual([expected])
  expect(isInRange(together(tried[0]!))).toBe(isIn)
  const row = coverageTable(tried).find((line) => line.includes('by hand'))!
  expect(row.startsWith('OUT')).toBe(!isIn)
})

test('chance and bounds of a binomial share', () => {
  // The sum of the probabilities in whole fractions, and Wilson's formula by hand.
  expect(chanceOutside(1000)).toBeCloseTo(0.0030494978, 9)
  const { low, high } = boundsOf({ covered: 950, seeds: 1000 })
  expect([low, high]).toEqual([expect.closeTo(0.934686, 6), expect.closeTo(0.96187, 6)])
})
