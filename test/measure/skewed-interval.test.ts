import { expect, test } from 'vitest'
import { skewedInterval } from '../../src/measure/skewed-interval.ts'

test('a few equal values and one beside them are known to the size of that one', () => {
  // Round robin leaves a remainder of one request: 1 minus Jain's index is 0 or next to it.
  const { low, high } = skewedInterval([0, 0, 0, 0, 1e-8])
  expect(low).toBeGreaterThan(0)
  expect(high).toBeGreaterThan(2e-9)
  expect(high).toBeLessThan(2e-8)
})

test('many degrees: the usual interval', () => {
  const values = [10, 10.1, 9.9, 10.05, 9.95]
  const { mean, low, high } = skewedInterval(values)
  expect(mean).toBeCloseTo(10, 12)
  expect(low).toBeCloseTo(10 - 2.776 * 0.03536, 2)
  expect(high).toBeCloseTo(10 + 2.776 * 0.03536, 2)
})

test('few degrees: the interval leans towards the tail', () => {
  const { mean, low, high } = skewedInterval([1, 2, 0.5, 3, 1.5])
  expect(high! - mean).toBeGreaterThan(mean - low!)
  expect(low).toBeGreaterThan(0)
})
