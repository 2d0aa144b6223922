// Reference values that leave nothing to chance: frames a second on a wire, how long a ring lasts,
// the balance of Maglev's table, Jain's index.
import { describe, expect, test } from 'vitest'
import { jain } from '../../src/measure/statistics.ts'
import { framesPerSecond, maglevPicks, ringMicroseconds } from './exact.ts'
import { reference, referencesOf } from './reference.ts'

test.each(referencesOf('ref-eth-pps-'))('frames a second: %s', (id) => {
  // Whole picoseconds for the last of 10,000: 1e-9 of the time of all.
  expect((framesPerSecond(id) / reference(id)) * 1e8).toBeCloseTo(1e8, 0)
})

test.each(referencesOf('ref-ring-'))('how long a ring lasts that nobody empties: %s', (id) => {
  expect(ringMicroseconds(id)).toBeCloseTo(reference(id), 3)
})

describe("the kernel's mh over equal weights", () => {
  test.each([3, 10, 100, 1000])('%s servers', (servers) => {
    const places = 4_000_000
    const counts = maglevPicks(servers, places)
    // Every place of the table is met about 977 times: shares of places show through the chance.
    const id = `ref-maglev-M4093-N${servers}`
    const table = 4093
    const owned = counts.map((count) => (count / places) * table)
    const fewest = reference(id, 'floor')
    const most = reference(id, 'ceil')
    const chance = 5 * Math.sqrt(most / (places / table))
    expect(Math.min(...owned)).toBeGreaterThan(fewest - chance)
    expect(Math.max(...owned)).toBeLessThan(most + chance)
    if (servers === 1000) {
      // Here a place more or less is a quarter, and can be told.
      expect(new Set(owned.map((share) => Math.round(share)))).toEqual(new Set([fewest, most]))
    }
  })
})

test("Jain's index", () => {
  expect(jain([1, 2, 3, 4])).toBeCloseTo(reference('ref-jain-1-2-3-4'), 9)
  expect(jain([1, 1, 1, 0])).toBeCloseTo(reference('ref-jain-1-1-1-0'), 9)
})
