import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import {
  pairedChange,
  pairedDifference,
  unpairedChange,
  unpairedDifference,
} from '../../src/measure/differences.ts'
import { skewedBounds, skewedInterval } from '../../src/measure/skewed-interval.ts'
import { studentT } from '../../src/measure/student-t.ts'

const values = fc.array(fc.double({ min: 1, max: 100, noNaN: true }), {
  minLength: 3,
  maxLength: 12,
})

describe('pairs', () => {
  test('the difference is that of the pairs: 1, 2 and 3 more are 2 ± 2.48', () => {
    const { mean, low, high, n } = pairedDifference([10, 20, 30], [11, 22, 33])
    expect([mean, n]).toEqual([2, 3])
    expect(high! - mean).toBeCloseTo(4.302652729911275 / Math.sqrt(3), 9)
    expect(mean - low!).toBeCloseTo(high! - mean, 9)
  })

  test('what both share cancels: an exact share more has no spread at all', () => {
    fc.assert(
      fc.property(values, (before) => {
        const after = before.map((value) => 1.01 * value)
        const { mean, low, high } = pairedChange(before, after)
        expect(mean).toBeCloseTo(0.01, 12)
        expect(high! - low!).toBeLessThan(1e-12)
      }),
    )
  })

  test('one pair has a difference and no interval', () => {
    expect(pairedDifference([1], [3])).toEqual({ mean: 2, low: null, high: null, n: 1 })
    expect(pairedChange([1], [3])).toEqual({ mean: 2, low: null, high: null, n: 1 })
  })
})

describe('independent runs', () => {
  // Groups of unlike size and spread: the smaller one has by far the larger variance.
  const a = [17.2, 20.9, 22.6, 18.1, 21.7, 21.4, 23.5, 24.2, 14.7, 21.8]
  const b = [21.5, 22.8, 21.0, 23.0, 21.6, 23.6, 22.5, 20.7, 23.4, 21.8]
  const more = [20.7, 21.7, 21.5, 22.5, 23.1, 21.5, 22.0, 22.5, 21.1, 22.4]

  test('the interval is that of the formula, worked out again in other words', () => {
    const second = [...b, ...more]
    const [va, vb] = [varianceOf(a) / a.length, varianceOf(second) / second.length]
    const degrees = (va + vb) ** 2 / (va ** 2 / 9 + vb ** 2 / 19)
    const { mean, high, n } = unpairedDifference(a, second)
    expect(n).toBe(10)
    expect(degrees).toBeGreaterThan(9)
    expect(degrees).toBeLessThan(12)
    expect(high! - mean).toBeCloseTo(studentT(0.975, degrees) * Math.sqrt(va + vb), 9)
  })

  test('the change is the difference as a share, and as sure for a base without spread', () => {
    const base = [50, 50, 50]
    const after = [51, 52, 53]
    const difference = unpairedDifference(base, after)
    const change = unpairedChange(base, after)
    expect(change.mean).toBeCloseTo(difference.mean / 50, 12)
    expect(change.high).toBeCloseTo(difference.high! / 50, 12)
  })

  test('without any spread the difference is exact', () => {
    expect(unpairedDifference([1, 1], [2, 2])).toEqual({ mean: 1, low: 1, high: 1, n: 2 })
  })
})

describe('the skewed interval', () => {
  test('never reaches below zero, holds the mean, and is longer above', () => {
    fc.assert(
      fc.property(values, (own) => {
        const { mean, low, high } = skewedInterval(own)
        // What differs in its last digits only has no shape.
        if (high! - low! < 1e-9 * mean) return
        expect(low).toBeGreaterThan(0)
        expect(low).toBeLessThan(mean)
        expect(high).toBeGreaterThan(mean)
        expect(high! - mean).toBeGreaterThan(mean - low!)
      }),
    )
  })

  test('is that of chi-square: 15 degrees reach from 0.546 to 2.395 times the mean', () => {
    // Quantiles of chi-square of 15 degrees: 27.488 at 97.5 %, 6.262 at 2.5 %; the cubed normal
    // knows them to half a percent.
    const { low, high } = skewedBounds(1, 2 / 15, 1.959963985)
    expect(low / (15 / 27.488)).toBeCloseTo(1, 2)
    expect(high / (15 / 6.262)).toBeCloseTo(1, 2)
  })

  test('with little spread it is the usual one', () => {
    const { low, high } = skewedBounds(1, 1e-8, 2)
    expect(low).toBeCloseTo(1 - 2e-4, 7)
    expect(high).toBeCloseTo(1 + 2e-4, 7)
  })
})

function varianceOf(own: number[]): number {
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length
  return own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (own.length - 1)
}
