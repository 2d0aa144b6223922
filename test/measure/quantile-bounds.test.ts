// Bounds of quantiles from shares of values above a place: exact cases, what cannot be told, and
// how often they hold the truth of values that come alone and in bursts.
import { describe, expect, test } from 'vitest'
import { Streams } from '../../src/kernel/random.ts'
import { bucketOf, countAbove, edgeOf, Histogram, merge } from '../../src/measure/histogram.ts'
import { quantileBounds, type Bounds } from '../../src/measure/quantile-bounds.ts'

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

function boundsOf(groups: readonly (readonly number[])[], q: number): Bounds | null {
  const histograms = groups.map(histogramOf)
  const all = histogramOf(groups.flat())
  const center = all.quantile(q)
  const batches = groups.flatMap((values) =>
    Array.from({ length: 10 }, (_, part) =>
      histogramOf(
        values.filter((_value, index) => Math.floor((10 * index) / values.length) === part),
      ).toSparse(),
    ),
  )
  return quantileBounds({ q, center, all, groups: histograms, explained: [], batches })
}

test('buckets begin where the ones below end, and hold the values above that', () => {
  for (const value of [0, 255, 256, 1000, 123_456, 2 ** 31, 5e12, 2 ** 52]) {
    const bucket = bucketOf(value)
    expect(edgeOf(bucket)).toBeLessThanOrEqual(value)
    expect(edgeOf(bucket + 1)).toBeGreaterThan(value)
  }
})

test('tails count what lies in a bucket and above', () => {
  const histogram = histogramOf([1, 5, 5, 300, 70_000])
  const tails = histogram.tails()
  const atLeast = (value: number) => tails[bucketOf(value)]
  expect([0, 1, 2, 5, 6, 300, 301, 70_000].map(atLeast)).toEqual([5, 5, 4, 4, 2, 2, 2, 1])
  expect(tails.at(-1)).toBe(0)
  expect([0, 5, 6, 70_001].map((value) => countAbove(histogram.toSparse(), value))).toEqual([
    5, 4, 2, 1,
  ])
  expect(merge([histogram.toSparse()]).tails()).toEqual(tails)
})

describe('what is told', () => {
  test('values that are all the same lie in one bucket', () => {
    const groups = Array.from({ length: 5 }, () => Array<number>(1000).fill(1_000_000))
    const { low, high } = boundsOf(groups, 0.99)!
    expect([low, high]).toEqual([edgeOf(bucketOf(1e6)), edgeOf(bucketOf(1e6) + 1)])
  })

  test('one group tells nothing', () => {
    expect(boundsOf([[1, 2, 3]], 0.5)).toBe(null)
  })

  test('too few values beyond the quantile tell no upper bound', () => {
    const stream = new Streams('bounds').stream('few')
    const draw = (count: number) =>
      Array.from({ length: 5 }, () =>
        Array.from({ length: count }, () => Math.round(1e6 * stream.exponential())),
      )
    // Less than three of 2,500 are expected above p99.9.
    expect(boundsOf(draw(500), 0.999)).toBe(null)
    expect(boundsOf(draw(5000), 0.999)).not.toBe(null)
  })

  test('a group with more than the others makes the bounds wider', () => {
    const stream = new Streams('bounds').stream('one beside')
    const alike = Array.from({ length: 5 }, () =>
      Array.from({ length: 2000 }, () => Math.round(1e6 * stream.exponential())),
    )
    const slow = alike.map((values, group) => (group === 0 ? values.map((v) => 1.5 * v) : values))
    const width = ({ low, high }: Bounds) => high - low
    expect(width(boundsOf(slow, 0.9)!)).toBeGreaterThan(2 * width(boundsOf(alike, 0.9)!))
  })
})

describe.each([
  ['alone', 1],
  ['in bursts of three', 3],
])('values that come %s', (name, burst) => {
  test.each([0.5, 0.9, 0.99])('bounds of quantile %d hold the truth in 95 of 100 tries', (q) => {
    const stream = new Streams('bounds').stream(`${name}/${q}`)
    const truth = -1e6 * Math.log(1 - q)
    const trials = 300
    let covered = 0
    for (let trial = 0; trial < trials; trial++) {
      const groups = Array.from({ length: 5 }, () =>
        Array.from({ length: 400 }, () => Math.round(1e6 * stream.exponential())).flatMap((value) =>
          Array<number>(burst).fill(value),
        ),
      )
      const bounds = boundsOf(groups, q)
      if (bounds !== null && bounds.low <= truth && truth <= bounds.high) covered++
    }
    // Four standard errors of the count are 5 %.
    expect(covered / trials).toBeGreaterThan(0.9)
    expect(covered / trials).toBeLessThan(1)
  })
})
