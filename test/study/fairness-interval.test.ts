// Intervals of Jain's index, tried on servers whose balance is known: counts drawn by chance alone,
// and by chance on top of shares that are uneven.
import { describe, expect, test } from 'vitest'
import { Streams } from '../../src/kernel/random.ts'
import { jain } from '../../src/measure/statistics.ts'
import { indexOfBatches, indexOverReplications } from '../../src/study/fairness-interval.ts'

const TRIALS = 2000
const PER_RUN = 4000

/** Requests to each server in 20 batches of one run. */
function drawn(shares: readonly number[], stream: { uniform(): number }): number[][] {
  return Array.from({ length: 20 }, () => {
    const counts = shares.map(() => 0)
    for (let request = 0; request < PER_RUN / 20; request++) {
      let rest = stream.uniform()
      let server = 0
      while (server < shares.length - 1 && rest >= shares[server]!) rest -= shares[server++]!
      counts[server]!++
    }
    return counts
  })
}

const totals = (batches: readonly number[][]) =>
  batches[0]!.map((_, server) => batches.reduce((sum, row) => sum + row[server]!, 0))

/** Index that a run has on average: 1 / (1 + V), V = its balance plus the variance of chance. */
function expectedIndex(shares: readonly number[]): number {
  const k = shares.length
  const uneven = shares.reduce((sum, share) => sum + (k * share - 1) ** 2, 0) / k
  const chance = shares.reduce((sum, share) => sum + (k * k * share * (1 - share)) / PER_RUN, 0) / k
  return 1 / (1 + uneven + chance)
}

describe.each([
  ['even', [0.25, 0.25, 0.25, 0.25]],
  ['uneven', [0.4, 0.3, 0.2, 0.1]],
  ['hardly uneven', [0.26, 0.25, 0.25, 0.24]],
  ['two even', [0.5, 0.5]],
])('%s shares', (name, shares) => {
  const truth = expectedIndex(shares)

  test('95 % of the intervals of single runs hold the truth', () => {
    const stream = new Streams('fairness').stream(`${name}/batches`)
    let covered = 0
    for (let trial = 0; trial < TRIALS; trial++) {
      const batches = drawn(shares, stream)
      const index = jain(totals(batches))
      const { mean, low, high } = indexOfBatches(index, batches)
      expect(mean).toBe(index)
      if (low! <= truth && truth <= high!) covered++
    }
    // Four standard errors of the count are 2 %.
    expect(covered / TRIALS).toBeGreaterThan(0.93)
    expect(covered / TRIALS).toBeLessThan(0.97)
  })

  test('95 % of the intervals over five replications hold the truth', () => {
    const stream = new Streams('fairness').stream(`${name}/replications`)
    let covered = 0
    for (let trial = 0; trial < TRIALS / 2; trial++) {
      const indexes = Array.from({ length: 5 }, () => jain(totals(drawn(shares, stream))))
      const { low, high } = indexOverReplications(indexes)
      if (low! <= truth && truth <= high!) covered++
    }
    expect(covered / (TRIALS / 2)).toBeGreaterThan(0.93)
    expect(covered / (TRIALS / 2)).toBeLessThan(0.97)
  })
})

test('one run with two servers knows more than that the index lies between 0 and 1', () => {
  const stream = new Streams('fairness').stream('two')
  for (let trial = 0; trial < 200; trial++) {
    const batches = drawn([0.5, 0.5], stream)
    // Of 4,000 requests chance moves the index by 0.00025 on average; dozens of times that is much.
    expect(indexOfBatches(jain(totals(batches)), batches).low).toBeGreaterThan(0.97)
  }
})

test('servers that get exactly the same are fair without any doubt', () => {
  expect(indexOverReplications([1, 1, 1])).toMatchObject({ mean: 1, low: 1, high: 1 })
  const batches = Array.from({ length: 20 }, () => [5, 5, 5])
  expect(indexOfBatches(1, batches)).toMatchObject({ mean: 1, low: 1, high: 1 })
})

test('one replication, or two batches, give no interval', () => {
  expect(indexOverReplications([0.9])).toMatchObject({ mean: 0.9, low: null, high: null })
  expect(indexOfBatches(0.9, [[1, 2]])).toMatchObject({ mean: 0.9, low: null, high: null })
})
