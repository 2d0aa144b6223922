import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import type { ReplicationResult } from '../../src/measure/replication.ts'
import type { Summary } from '../../src/measure/summary.ts'
import type { Scenario, ThresholdSpec } from '../../src/scenario/scenario.ts'
import { overBatches, overBatchesAndPairs } from '../../src/study/measures.ts'
import { summarise } from '../../src/study/summarise.ts'
import type { Theory } from '../../src/theory/theory.ts'
import {
  phaseFixture,
  replicationFixture,
  resourceFixture,
  type PhaseFixture,
} from '../support/replication-fixture.ts'
import { scenarioFixture } from '../support/scenario-fixture.ts'

const WIRE = { at: 'lb1.eth0', resource: 'receive', mostPps: 20_000, note: 'a wire' } as const
const THEORY: Theory = {
  service: 'web',
  forwarding: 'dr',
  warm: { mostPps: 20_000, stoppedBy: [WIRE] },
  cold: { mostPps: 20_000, stoppedBy: [WIRE] },
  resources: [WIRE],
  offeredPps: 10_000,
  leavesOutPackets: false,
}

function sumUp(
  replications: ReplicationResult[],
  change: (scenario: Scenario) => void = () => undefined,
  strict = false,
): Summary {
  const scenario = scenarioFixture({ durationMs: 100, ratePps: 10_000, servers: 2 })
  scenario.time.replications = replications.length
  change(scenario)
  return summarise(scenario, replications, THEORY, {
    version: '0',
    scenarioHash: 'hash',
    costs: [],
    strict,
  })
}

const many = (...phases: PhaseFixture[]) =>
  phases.map((options, index) => replicationFixture(index + 1, [phaseFixture(options)]))

describe('intervals', () => {
  test("over replications by Student's t: 10, 11 and 12 kpps are 11 ± 2.48", () => {
    const { services, intervals } = sumUp(many({ offered: 10 }, { offered: 11 }, { offered: 12 }))
    const { mean, low, high, n, unit } = services['web']!.offered['steady']!
    expect(intervals).toBe('replications')
    expect([mean, n, unit]).toEqual([11_000, 3, 'pps'])
    // t(0.975, 2) = 4.3027, standard error 1000 / sqrt(3).
    expect(high! - mean).toBeCloseTo(4.302652729911275 * (1000 / Math.sqrt(3)), 6)
    expect(mean - low!).toBeCloseTo(high! - mean, 9)
  })

  test('of a single steady run by batch means', () => {
    const latencyPs = (window: number) => 50_000_000 + 1_000_000 * (window % 7)
    const { services, intervals } = sumUp(many({ latencyPs }))
    const { mean, low, high, n } = services['web']!.latency['steady']!.mean
    expect(intervals).toBe('batch means')
    expect(n).toBeGreaterThanOrEqual(10)
    expect(low).toBeLessThan(mean)
    expect(high).toBeGreaterThan(mean)
    expect(mean).toBeCloseTo(53e-6, 6)
  })

  test('of batches that hang together are as wide as their pairs say', () => {
    const together = [1, 1.1, 3, 3.1, 1, 1.1, 3, 3.1, 1, 1.1, 3, 3.1]
    const mixed = [1, 3, 1.1, 3.1, 1, 3, 1.1, 3.1, 1, 3, 1.1, 3.1]
    const widthOf = (batches: number[], how: typeof overBatches) => {
      const { mean, low, high } = how(2.05, batches, 's')
      expect(mean).toBe(2.05)
      expect((low! + high!) / 2).toBeCloseTo(2.05, 12)
      return high! - low!
    }
    const plain = widthOf(together, overBatches)
    // Twelve of deviation 1.05 about their mean, six pairs of 1.10: nearly sqrt(2) times the error.
    expect(widthOf(together, overBatchesAndPairs) / plain).toBeCloseTo(1.48, 1)
    expect(widthOf(mixed, overBatchesAndPairs)).toBe(widthOf(mixed, overBatches))
  })

  test('of a single run that was stopped in the phase there are none', () => {
    const { services } = sumUp(many({ durationMs: 20, plannedMs: 100 }))
    expect(services['web']!.delivered['steady']).toMatchObject({ low: null, high: null })
  })

  test('of a single transient run there are none', () => {
    const { services, intervals } = sumUp(many({ steady: false }))
    expect(intervals).toBe('none')
    expect(services['web']!.delivered['steady']).toMatchObject({ low: null, high: null, n: 1 })
  })

  test('lie around the mean, which lies among the replications', () => {
    const rates = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 6 })
    fc.assert(
      fc.property(rates, (offered) => {
        const { services } = sumUp(many(...offered.map((rate) => ({ offered: rate }))))
        const { mean, low, high } = services['web']!.offered['steady']!
        expect(mean).toBeGreaterThanOrEqual(Math.min(...offered) * 1000 - 1e-6)
        expect(mean).toBeLessThanOrEqual(Math.max(...offered) * 1000 + 1e-6)
        expect(low).toBeLessThanOrEqual(mean)
        expect(high).toBeGreaterThanOrEqual(mean)
      }),
      { numRuns: 30 },
    )
  })
})

describe('counting', () => {
  test('what failed is lost, what is still open is not', () => {
    const { services, notes } = sumUp(many({ failed: 20, unfinished: 5 }, { failed: 20 }))
    const web = services['web']!
    expect(web.loss['steady']!.mean).toBeCloseTo(0.02, 12)
    expect(web.failed['steady']!['lost']!.mean).toBe(20)
    expect(web.failed['steady']!['refused']).toBeUndefined()
    expect(web.unfinished['steady']!.mean).toBe(2.5)
    expect(notes.join()).toContain('steady: 0.2% of the requests were still open at the end')
  })

  test('no loss among 2,000 requests is less than 3 in 2,000', () => {
    const { services } = sumUp(many({}, {}))
    expect(services['web']!.loss['steady']).toMatchObject({ mean: 0, low: 0, high: 0.0015 })
  })

  test('a phase without requests has no loss and no latency', () => {
    const { services } = sumUp(
      many({ offered: 0, servers: [0, 0] }, { offered: 0, servers: [0, 0] }),
    )
    const web = services['web']!
    expect(web.loss).toEqual({})
    expect(web.latency).toEqual({})
    expect(web.fairness).toEqual({})
  })

  test('a phase that was not reached is named', () => {
    const phases = () => [
      phaseFixture({ phase: 'steady' }),
      phaseFixture({ phase: 'after', durationMs: 0 }),
    ]
    const { services, notes } = sumUp(
      [1, 2].map((n) => replicationFixture(n, phases())),
      (s) => s.workload.phases.push({ ...s.workload.phases[0]!, name: 'after' }),
    )
    expect(services['web']!.phases).toEqual(['steady'])
    expect(notes).toContain('not reached: after')
  })

  test('what lies before the warm-up enters neither latency nor fairness', () => {
    const latencyPs = (window: number) => (window < 50 ? 500_000_000 : 50_000_000)
    const steady = false
    const { services } = sumUp(many({ latencyPs, steady }, { latencyPs, steady }), (scenario) => {
      scenario.time.warmupPs = 50_000_000_000
    })
    expect(services['web']!.latency['steady']!.max.mean).toBeCloseTo(50e-6, 12)
    expect(services['web']!.offered['steady']!.mean).toBe(10_000)
  })

  test('settling in is cut from steady phases, and told', () => {
    const latencyPs = (window: number) => (window < 10 ? 900_000_000 : 50_000_000 + (window % 3))
    const { services, notes } = sumUp(many({ latencyPs }, { latencyPs }))
    expect(services['web']!.latency['steady']!.max.mean).toBeLessThan(60e-6)
    expect(notes.join()).toContain('its first 10ms were settling in')
  })
})

describe('fairness', () => {
  test('requests are divided by the weight', () => {
    const options = { servers: [30, 10], weights: [3, 1] }
    const { services } = sumUp(many(options, options))
    const { jain, smallest, largest } = services['web']!.fairness['steady']!
    expect(jain).toMatchObject({ mean: 1, low: 1, high: 1 })
    expect([smallest.share, largest.share].sort((a, b) => a - b)).toEqual([0.25, 0.75])
  })

  test('by hand: 3 to 1 among equals is 16 / 20', () => {
    const { services } = sumUp(many({ servers: [30, 10] }, { servers: [30, 10] }))
    expect(services['web']!.fairness['whole']!.jain.mean).toBeCloseTo(0.8, 12)
  })

  test('servers of weight 0 are left out', () => {
    const options = { servers: [30, 30, 0], weights: [1, 1, 0] }
    const { jain, servers } = sumUp(many(options, options)).services['web']!.fairness['steady']!
    expect(jain.mean).toBe(1)
    expect(servers.map(({ host }) => host)).toEqual(['rs1', 'rs2'])
  })
})

describe('thresholds', () => {
  const threshold = (operator: ThresholdSpec['operator'], limit: number, phase: string | null) => ({
    of: 'web',
    measure: 'offered' as const,
    statistic: 'mean' as const,
    operator,
    limit,
    phase,
    text: `mean ${operator} ${limit}`,
  })
  const cases: [string, ReturnType<typeof threshold>, string][] = [
    ['far below the interval', threshold('>=', 5000, 'steady'), 'pass'],
    ['inside it', threshold('>=', 10_900, 'steady'), 'close'],
    ['inside it on the other side', threshold('>=', 11_100, 'steady'), 'close'],
    ['far above it', threshold('>=', 50_000, 'steady'), 'fail'],
    ['of a phase not reached', threshold('>=', 1, 'after'), 'not measured'],
  ]
  test.each(cases)('a limit %s', (_, spec, verdict) => {
    const results = many({ offered: 10 }, { offered: 11 }, { offered: 12 })
    const summary = sumUp(results, (scenario) => scenario.thresholds.push(spec))
    expect(summary.thresholds[0]!.verdict).toBe(verdict)
    expect(summary.pass).toBe(verdict !== 'fail')
    const strict = sumUp(results, (scenario) => scenario.thresholds.push(spec), true)
    expect(strict.pass).toBe(verdict === 'pass' || verdict === 'not measured')
  })
})

describe('a limit of a quantile beyond which too few requests lie', () => {
  // In each of so many replications 100 requests take 0.1, 0.2, ... 2 ms, five of them each: beyond
  // p99.9 lie none.
  const sum = (replications: number, check: Pick<ThresholdSpec, 'statistic' | 'limit'>) =>
    sumUp(
      many(
        ...Array.from({ length: replications }, () => ({
          offered: 1,
          latencyPs: (window: number) => 1e8 * (1 + ((7 * window) % 20)),
        })),
      ),
      (scenario) =>
        scenario.thresholds.push({
          ...{ of: 'web', measure: 'latency', phase: 'steady', operator: '<', text: '' },
          ...check,
        }),
    )

  test.each([
    ['above the value', 2.1e-3],
    ['below the value, above all that is sure', 1.998e-3],
  ])('%s is not decided', (_, limit) => {
    const { thresholds, services, pass } = sum(3, { statistic: 'p999', limit })
    const { p999, p99 } = services['web']!.latency['steady']!
    expect([p999.low, p999.high]).toEqual([null, null])
    expect(p99.low).toBeLessThan(1.998e-3)
    expect(thresholds[0]).toMatchObject({ verdict: 'close' })
    expect(thresholds[0]!.decidedBy).toBeUndefined()
    expect(pass).toBe(true)
  })

  test('is missed when a more common quantile is surely beyond it', () => {
    const { thresholds, services } = sum(3, { statistic: 'p999', limit: 0.5e-3 })
    const { p50, p90, p99 } = services['web']!.latency['steady']!
    expect(p50.low).toBeGreaterThan(0.5e-3)
    const least = Math.max(...[p50, p90, p99].map(({ low }) => low ?? 0))
    expect(thresholds[0]).toMatchObject({ verdict: 'fail', decidedBy: { low: least } })
  })

  test('is judged by the value in one run', () => {
    const verdictOf = (limit: number) => sum(1, { statistic: 'p999', limit }).thresholds[0]!.verdict
    expect([verdictOf(2.1e-3), verdictOf(1.8e-3)]).toEqual(['pass', 'fail'])
  })
})

describe('a threshold on the cores of a director', () => {
  const cores = [
    resourceFixture('lb1.cpu0', 'cpu', 0.2),
    resourceFixture('lb1.cpu1', 'cpu', 0.4),
    resourceFixture('lb2.cpu0', 'cpu', 0.9),
  ]
  const sum = (of: string, statistic: 'mean' | 'max') =>
    sumUp(
      [1, 2].map((n) => replicationFixture(n, [phaseFixture({})], { resources: cores })),
      (scenario) =>
        scenario.thresholds.push({
          ...{ of, measure: 'utilisation', statistic, operator: '<', limit: 0.35 },
          ...{ phase: 'steady', text: `${statistic} < 35%` },
        }),
    ).thresholds[0]!

  test.each([
    ['lb1', 'mean', 0.3, 'pass'],
    ['lb1', 'max', 0.4, 'fail'],
    ['lb2', 'mean', 0.9, 'fail'],
    ['lb2', 'max', 0.9, 'fail'],
  ] as const)('%s %s is %s: %s', (of, statistic, mean, verdict) => {
    const result = sum(of, statistic)
    expect(result.measured!.mean).toBeCloseTo(mean, 12)
    expect(result.verdict).toBe(verdict)
    expect(result.metric).toBe(`${of}.utilisation`)
  })
})

describe('what limits', () => {
  const resources = [
    resourceFixture('lb1.eth0', 'receive', 0.8),
    resourceFixture('lb1.eth0', 'send', 0.799),
    resourceFixture('lb1.cpu0', 'cpu', 0.4),
    resourceFixture('lb1.cpu1', 'cpu', 0.6),
    resourceFixture('lb1.eth0 ring 0', 'ring', 1),
    resourceFixture('rs1.cpu', 'cpu', 0.2),
    resourceFixture('rs2.cpu', 'cpu', 0.3),
  ]
  const run = (more = resources, options: PhaseFixture = {}) =>
    sumUp([1, 2].map((n) => replicationFixture(n, [phaseFixture(options)], { resources: more })))

  test('the busiest wire or core, with those as full, and the room left', () => {
    expect(run().bottleneck).toMatchObject({
      at: 'lb1.eth0',
      resource: 'receive',
      utilisation: 0.8,
      ties: [{ at: 'lb1.eth0', resource: 'send' }],
      fullAtPps: 12_500,
    })
    expect(run().bottleneck!.room).toBeCloseTo(0.25, 12)
  })

  test('cores and hosts have the names that theory gives them', () => {
    const cores = resources.filter(({ resource, at }) => resource === 'cpu' && at.startsWith('lb1'))
    expect(run(cores).bottleneck).toMatchObject({ at: 'lb1', resource: 'cpu', utilisation: 0.6 })
    const servers = resources.filter(({ at }) => at.startsWith('rs'))
    expect(run(servers).bottleneck).toMatchObject({ at: 'rs*', resource: 'cpu' })
  })

  test('no room where requests are lost', () => {
    const { bottleneck } = run(resources, { failed: 50 })
    expect(bottleneck).toMatchObject({ room: 0, fullAtPps: null })
  })

  test('equal parts are told as the busiest and their mean', () => {
    const told = run().resources.filter(({ resource }) => resource === 'cpu')
    expect(told.map(({ at, utilisation }) => [at, Math.round(utilisation.mean * 100)])).toEqual([
      ['lb1.cpu1', 60],
      ['lb1.cpu*', 50],
      ['rs2.cpu', 30],
      ['rs*.cpu', 25],
    ])
  })
})

describe('theory beside it', () => {
  const wire = (utilisation: number) => ({
    resources: [resourceFixture('lb1.eth0', 'receive', utilisation)],
  })
  const beside = (options: PhaseFixture, more = wire(0.9)) =>
    sumUp([1, 2].map((n) => replicationFixture(n, [phaseFixture(options)], more))).theory!

  test.each([
    ['well below the limit, nothing lost', { offered: 10 }, false],
    ['well below the limit, something lost', { offered: 10, failed: 20 }, true],
    ['more carried than there is room for', { offered: 30 }, true],
    ['beyond the limit, and lost', { offered: 21, failed: 100 }, false],
  ] as [string, PhaseFixture, boolean][])('%s', (_, options, disagrees) => {
    expect(beside(options).disagrees).toBe(disagrees)
  })

  test('fewer answered than there is room for, and open at the end', () => {
    expect(beside({ offered: 10, unfinished: 20 })).toMatchObject({
      disagrees: true,
      text: expect.stringContaining('steady left requests open below that'),
    })
  })

  test('more than there is room for, answered when the phase was over', () => {
    const latencyPs = (window: number) => (window + 1) * 1_000_000_000
    const { disagrees, text } = beside({ offered: 30, latencyPs })
    expect(disagrees).toBe(true)
    expect(text).toMatch(/delivered more than that, at least 50% of its answers after its end/)
  })

  test('without a steady phase nothing is compared, and nothing said to agree', () => {
    const { disagrees, text } = beside({ offered: 10, steady: false })
    expect(disagrees).toBe(false)
    expect(text).toContain('no phase is steady')
    expect(text).toContain('not compared')
    expect(text).not.toContain('agree')
  })

  test('another bottleneck than the one it named', () => {
    const cpu = { resources: [resourceFixture('lb1.cpu0', 'cpu', 1)] }
    expect(beside({ offered: 21, failed: 100 }, cpu)).toMatchObject({ disagrees: true })
  })
})

test('incomplete when a replication was cut or is missing', () => {
  const cut = replicationFixture(2, [phaseFixture()], { complete: false })
  expect(sumUp([replicationFixture(1), cut]).complete).toBe(false)
  expect(sumUp(many({}, {}), (s) => (s.time.replications = 5)).complete).toBe(false)
  expect(sumUp(many({}, {})).complete).toBe(true)
})

test('drops are means over the replications, 0 where there were none', () => {
  const drop = { at: 'lb1.eth0 receive', cause: 'queue full', phase: 'steady', packets: 10 }
  const first = replicationFixture(1, [phaseFixture()], { drops: [drop] })
  expect(sumUp([first, replicationFixture(2)]).drops).toMatchObject([
    { at: 'lb1.eth0 receive', packets: { mean: 5, n: 2 } },
  ])
})
