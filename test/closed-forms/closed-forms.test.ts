// The closed forms that take seconds; `npm run closed-forms` looks at all of them.
import { expect, test } from 'vitest'
import { judge } from './judge.ts'
import { CONFIDENCE, wholeTable } from './whole.ts'

const MODELS = wholeTable(false).filter(({ isQuick }) => isQuick)

test.each(MODELS.map((model) => [model.name, model] as const))(
  '%s: true values lie in intervals of at most 1 % (3 % for the 99th percentile)',
  { timeout: 120_000 },
  (_, model) => {
    const judged = judge(model, CONFIDENCE)
    expect(judged.filter(({ ok }) => !ok)).toEqual([])
  },
)

test('a model that is 2 % off is found out', () => {
  const model = MODELS.find(({ name }) => name === 'M/D/1 at 0.5')!
  const off = {
    ...model,
    cells: model.cells.map((cell) => ({ ...cell, truth: cell.truth * 1.02 })).slice(0, 3),
  }
  expect(judge(off, CONFIDENCE).map(({ ok }) => ok)).toEqual([false, false, false])
})
