// `size` against Erlang's formula for all twenty parameter sets (test/study/size.test.ts has four).
import { expect, test } from 'vitest'
import { size } from '../../src/study/size.ts'
import { erlangSets, fewestCores, scenarioOfCores } from '../support/erlang.ts'

test.each(erlangSets())('load $load: the fewest cores', { timeout: 300_000 }, async (set) => {
  const { answer } = await size(
    {
      asked: 'smallest',
      values: Array.from({ length: 60 }, (_, index) => `${index + 1}`),
      scenarioAt: (value) => scenarioOfCores(set, Number(value)),
    },
    { version: '0', most: 80, workers: 1 },
  )
  expect(answer).toBe(`${fewestCores(set)}`)
})
