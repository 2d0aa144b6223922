// The small form of `npm run closed-forms -- --coverage`: a hundred seeds of the quickest models.
import { expect, test } from 'vitest'
import { coverageOf, isInRange } from './coverage.ts'
import { queueingModels, type Model } from './models.ts'
import { spreadModels } from './spread.ts'

const SEEDS = 100
const MOST_CUSTOMERS = 6000
const MODELS = ([...queueingModels(false), ...spreadModels()] as Model<unknown>[]).filter(
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
