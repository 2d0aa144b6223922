import { describe, expect, test } from 'vitest'
import { Streams } from '../../src/kernel/random.ts'
import { interval } from '../../src/measure/statistics.ts'
import { boundsOf, controlled } from './controlled.ts'

const VALUES = [3.1, 2.4, 5.2, 4.4, 3.9, 2.2]

test('without controls it is the usual interval', () => {
  const usual = interval(VALUES, 0.99)
  const none = controlled(
    VALUES,
    VALUES.map(() => []),
  )
  expect(none.mean).toBeCloseTo(usual.mean, 12)
  const { low, high } = boundsOf(none, 0.99)
  expect([low, high]).toEqual([expect.closeTo(usual.low!, 9), expect.closeTo(usual.high!, 9)])
})

test('a control that never moves is as good as none', () => {
  const constant = controlled(
    VALUES,
    VALUES.map(() => [0]),
  )
  expect(constant.degrees).toBe(VALUES.length - 1)
})

test('the same control twice counts once', () => {
  const once = controlled(
    VALUES,
    VALUES.map((_, i) => [i - 2]),
  )
  const twice = controlled(
    VALUES,
    VALUES.map((_, i) => [i - 2, 3 * i - 6]),
  )
  expect(twice).toEqual(once)
})

// y = 7 + 2 a - 3 b + e with e = 1, -1, -1, 1, 0, 0, which is at right angles to 1, a and b; worked
// out by the normal equations: a and b miss their means by 1/2 and 1/3.
test('least squares by hand: the mean where both controls are zero', () => {
  const a = [1, 1, -1, -1, 2, 1]
  const b = [1, 1, 1, 1, -1, -1]
  const e = [1, -1, -1, 1, 0, 0]
  const values = a.map((_, i) => 7 + 2 * a[i]! - 3 * b[i]! + e[i]!)
  const found = controlled(
    values,
    a.map((_, i) => [a[i]!, b[i]!]),
  )
  expect(found.mean).toBeCloseTo(7, 12)
  expect(found.degrees).toBe(3)
  // Inverse of the normal matrix [[6, 3, 2], [3, 9, -3], [2, -3, 6]], its first element: 45 / 144.
  expect(found.standardError).toBeCloseTo(Math.sqrt((4 / 3) * (45 / 144)), 12)
})

describe('over 4,000 experiments of twelve values with two controls', () => {
  const stream = new Streams('controlled').stream('values')
  const centred = () => stream.uniform() + stream.uniform() + stream.uniform() - 1.5
  const experiments = Array.from({ length: 4000 }, () => {
    const controls = Array.from({ length: 12 }, () => [centred(), centred()])
    const values = controls.map(([x, y]) => 5 + 2 * x! - y! + 0.5 * centred())
    return { controls, values }
  })
  const results = experiments.map(({ values, controls }) => controlled(values, controls))

  test('95 % intervals hold the truth in 95 %', () => {
    const held = results.filter((result) => {
      const { low, high } = boundsOf(result, 0.95)
      return low <= 5 && 5 <= high
    })
    expect(held.length / results.length).toBeGreaterThan(0.94)
    expect(held.length / results.length).toBeLessThan(0.96)
  })

  test('and are narrower than without', () => {
    const plain = experiments.map(({ values }) =>
      controlled(
        values,
        values.map(() => []),
      ),
    )
    const middle = (all: { standardError: number }[]) =>
      all.map(({ standardError }) => standardError).sort((a, b) => a - b)[all.length >> 1]!
    expect(middle(results) / middle(plain)).toBeLessThan(0.35)
  })
})
