// The benchmark's workloads, small, so that none rots: the check values of their definition hold,
// and two runs are alike.
import { expect, test } from 'vitest'
import { schedulerCosts } from './bench/scheduler-cost.ts'
import { churnWorkload, crowdWorkload } from './bench/tcp-workloads.ts'
import { forwardingWorkload, holdWorkload } from './bench/workloads.ts'

test.each(['W1', 'W2'] as const)('%s meets its check values', (name) => {
  const line = forwardingWorkload(name, 1)
  for (const [check, { ok, value }] of Object.entries(line.checks)) {
    expect(ok, `${check} ${value}`).toBe(true)
  }
  expect(line.packets).toBeGreaterThan(900_000)
  expect(forwardingWorkload(name, 1).fingerprint).toBe(line.fingerprint)
})

test.each([1000, 100_000])('W3 keeps %s events pending', (size) => {
  const line = holdWorkload(size, 20_000)
  expect(line.checks['pending']!.ok).toBe(true)
  expect(holdWorkload(size, 20_000).fingerprint).toBe(line.fingerprint)
})

test('every scheduler has its costs', () => {
  // Processor time moves in steps of some milliseconds.
  const costs = [...schedulerCosts(0.02)]
  expect(costs).toHaveLength(14 * 3)
  for (const { nsPerChoice } of costs) expect(nsPerChoice).toBeGreaterThan(0)
})

test('W4 has the packets and the latency of its definition', () => {
  const line = churnWorkload(1)
  for (const [check, { ok, value }] of Object.entries(line.checks)) {
    expect(ok, `${check} ${value}`).toBe(true)
  }
  expect(line.packets).toBeGreaterThan(1_500_000)
  expect(churnWorkload(1).fingerprint).toBe(line.fingerprint)
})

test('W5 has all its connections open at once, and gives them back', () => {
  const line = crowdWorkload(20_000)
  for (const [check, { ok, value }] of Object.entries(line.checks)) {
    expect(ok, `${check} ${value}`).toBe(true)
  }
})
