// What the interval of a loss says of requests that were still open at the end.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { lossOf } from '../../src/study/loss.ts'
import { spansOf } from '../../src/study/spans.ts'
import {
  phaseFixture,
  replicationFixture,
  type PhaseFixture,
} from '../support/replication-fixture.ts'
import { scenarioFixture } from '../support/scenario-fixture.ts'

function loss(...phases: PhaseFixture[]) {
  const scenario = scenarioFixture({ durationMs: 100, ratePps: 10_000, servers: 2 })
  const replications = phases.map((options, index) =>
    replicationFixture(index + 1, [phaseFixture(options)]),
  )
  return lossOf(spansOf(replications, scenario)[0]!)!
}

describe('requests still open at the end', () => {
  test('are not lost, but all of them may fail', () => {
    const { mean, low, high } = loss({ unfinished: 90 }, { unfinished: 90 })
    expect([mean, low]).toEqual([0, 0])
    expect(high).toBeCloseTo(0.09, 12)
  })

  test('add to the interval of those that failed', () => {
    const { mean, low, high } = loss({ failed: 20, unfinished: 40 }, { failed: 30, unfinished: 30 })
    expect(mean).toBeCloseTo(0.025, 12)
    expect(low).toBeLessThan(0.025)
    expect(high).toBeGreaterThanOrEqual(0.06)
  })

  test('prove nothing by the rule of three', () => {
    // One request in each window; of 2 x 100 only 2 x 6 are decided.
    const { high } = loss({ offered: 1, unfinished: 94 }, { offered: 1, unfinished: 94 })
    expect(high).toBeCloseTo(0.94, 12)
    const few = loss({ offered: 1, unfinished: 100 }, { offered: 1, unfinished: 100 })
    expect([few.mean, few.high]).toEqual([0, 1])
  })

  test('of a single run may be in every batch', () => {
    const { mean, low, high, n } = loss({ offered: 1, unfinished: 80 })
    expect([mean, low]).toEqual([0, 0])
    expect(n).toBeGreaterThanOrEqual(10)
    expect(high).toBeGreaterThanOrEqual(0.8)
  })

  test('of a single run are taken for the last ones; what failed before keeps its spread', () => {
    const alone = loss({ failed: 10 })
    const withOpen = loss({ failed: 10, unfinished: 5 })
    expect(withOpen.mean).toBeCloseTo(alone.mean, 12)
    expect(withOpen.high).toBeGreaterThanOrEqual(0.015)
    expect(withOpen.low).toBeLessThanOrEqual(withOpen.mean)
  })
})

test('the interval holds the loss whatever becomes of the open requests', () => {
  const counts = fc.record({
    failed: fc.integer({ min: 0, max: 50 }),
    unfinished: fc.integer({ min: 0, max: 50 }),
  })
  fc.assert(
    fc.property(fc.array(counts, { minLength: 2, maxLength: 6 }), (phases) => {
      const { mean, low, high } = loss(...phases)
      const lost = phases.reduce((sum, p) => sum + p.failed / 1000, 0) / phases.length
      const open = phases.reduce((sum, p) => sum + p.unfinished / 1000, 0) / phases.length
      expect(mean).toBeCloseTo(lost, 9)
      expect(low!).toBeLessThanOrEqual(lost + 1e-9)
      expect(high!).toBeGreaterThanOrEqual(lost + open - 1e-9)
    }),
    { numRuns: 50 },
  )
})
