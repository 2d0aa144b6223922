// What the headline scenarios promise, on the box as shipped: 2 % below the load that theory gives
// nothing is lost, 2 % above it more than 1 %, and the summary names what theory named.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadScenario } from '../src/scenario/load.ts'
import type { Scenario } from '../src/scenario/scenario.ts'
import { simulate } from '../src/study/simulate.ts'
import { theory } from '../src/theory/theory.ts'

const FILE = new URL('../scenarios/dr-14mpps.json', import.meta.url)
const TEXT = readFileSync(FILE, 'utf8')

function box(forwarding: string, ...set: string[]): Scenario {
  const all = [`services.web.forwarding=${forwarding}`, 'thresholds={}', ...set]
  return loadScenario(TEXT, { file: 'dr-14mpps.json', set: all, replications: 1 }).scenario
}

/** A steady load for 120 ms, after another phase of it while buffers fill, if they are to. */
function steadyAt(forwarding: string, pps: number, filling: '40ms' | null = null): Scenario {
  const phase = (name: string, length: string) =>
    `{"name":"${name}","for":"${length}","rate":"${Math.round(pps)}pps"}`
  const before = filling === null ? '' : `${phase('filling', filling)},`
  return box(forwarding, `workload.phases=[${before}${phase('steady', '120ms')}]`)
}

describe.each(['dr', 'nat', 'tun'])('%s', (forwarding) => {
  const { warm } = theory(box(forwarding))

  test('2 % below the limit less than 0.1 % is lost', { timeout: 60_000 }, async () => {
    const { summary } = await simulate(steadyAt(forwarding, 0.98 * warm.mostPps), { version: '0' })
    expect(summary!.services['web']!.loss['steady']!.mean).toBeLessThan(0.001)
    expect(summary!.theory!.disagrees).toBe(false)
  })

  test('2 % above it more than 1 %, where theory says', { timeout: 60_000 }, async () => {
    const { summary } = await simulate(steadyAt(forwarding, 1.02 * warm.mostPps), { version: '0' })
    const { bottleneck } = summary!
    expect(summary!.services['web']!.loss['steady']!.mean).toBeGreaterThan(0.01)
    const named = [bottleneck!, ...bottleneck!.ties].map(({ at, resource }) => `${at} ${resource}`)
    const expected = warm.stoppedBy.map(({ at, resource }) => `${at} ${resource}`)
    expect(named).toEqual(expect.arrayContaining(expected))
    expect(bottleneck!.room).toBe(0)
    expect(summary!.theory!.disagrees).toBe(false)
  })
})

test('far beyond its limit NAT gives less than at it', { timeout: 60_000 }, async () => {
  const { summary } = await simulate(steadyAt('nat', 14e6, '40ms'), { version: '0' })
  const delivered = summary!.services['web']!.delivered['steady']!.mean
  // 14 p (1 + p) = 14.88 gives p = 0.646 and 14 p^2 = 5.84 Mpps; replies are spaced more evenly
  // than requests and lose a little less than their share, which the equation does not know.
  expect(delivered).toBeGreaterThan(5.78e6)
  expect(delivered).toBeLessThan(5.95e6)
})
