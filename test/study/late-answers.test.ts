// Answers that come after the end of their phase: queued or only slow, and how many surely.
import { describe, expect, test } from 'vitest'
import { lateIn } from '../../src/study/late-answers.ts'
import { spansOf } from '../../src/study/spans.ts'
import {
  phaseFixture,
  replicationFixture,
  type PhaseFixture,
} from '../support/replication-fixture.ts'
import { scenarioFixture } from '../support/scenario-fixture.ts'

const MS = 1_000_000_000

/** Of a phase of 100 ms: a window is 1 ms, a batch 5 ms. */
function late(options: PhaseFixture) {
  const scenario = scenarioFixture({ durationMs: 100, ratePps: 10_000, servers: 2 })
  const replications = [1, 2].map((n) => replicationFixture(n, [phaseFixture(options)]))
  return lateIn(spansOf(replications, scenario)[0]!)
}

describe('a load beyond what is carried', () => {
  test('is answered later and later: the half of what came is still queued at the end', () => {
    // Twice the load: who comes at t is answered at 2t, so half of the answers come afterwards.
    const found = late({ latencyPs: (window) => (window + 1) * MS })!
    expect(found.grew).toBe(true)
    expect(found.share).toBeLessThanOrEqual(0.5)
    expect(found.share).toBeGreaterThan(0.4)
  })

  test('shows when all answers take longer than the phase', () => {
    expect(late({ latencyPs: () => 200 * MS })).toEqual({ share: 1, grew: false })
  })
})

describe('nothing is said', () => {
  const quiet: [string, PhaseFixture][] = [
    ['where answers come at once', {}],
    ['of a long way, however many are under way when the phase ends', { latencyPs: () => 20 * MS }],
    [
      'of latencies that grow and stay far below the phase',
      { latencyPs: (window) => (window + 1) * 1_000_000 },
    ],
    ['of a phase that is not steady', { steady: false, latencyPs: (window) => window * MS }],
    ['where nothing was answered', { offered: 1, failed: 100 }],
  ]
  test.each(quiet)('%s', (_, options) => {
    expect(late(options)).toBe(null)
  })
})
