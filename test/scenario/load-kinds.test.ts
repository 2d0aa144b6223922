// Loads other than open arrivals of one population: what a file may say of them, what is refused,
// and that each does what it says.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { meanOf, sampler, scvOf, type DistributionSpec } from '../../src/kernel/distributions.ts'
import { Streams } from '../../src/kernel/random.ts'
import { interval } from '../../src/measure/statistics.ts'
import { PUBLISHED } from '../../src/scenario/profiles/published-distributions.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { theory } from '../../src/theory/theory.ts'
import { load, problemsWith, rightDocument, loadWith } from '../support/scenario-text.ts'

interface Calibrated {
  id: string
  value: unknown
}

const calibration = JSON.parse(
  readFileSync(new URL('../support/calibration.json', import.meta.url), 'utf8'),
) as Calibrated[]

function simulate(scenario: Scenario, replication = 1) {
  const simulation = new Simulation(scenario, { replication })
  simulation.runUntil(simulation.end)
  return simulation.result()
}

function withChanges(changes: Record<string, unknown>): Scenario {
  return load(JSON.stringify({ ...rightDocument(), ...changes })).scenario
}

describe('published distributions', () => {
  test.each([
    ['web-search', 'cdf-websearch', 1_711_250, 5.3722],
    ['data-mining', 'cdf-datamining', 12_658_198.6, 45.829],
    ['cache', 'cdf-fb', 342.235, 53.052],
  ])('%s is that of calibration.json, point by point', (name, id, mean, scv) => {
    const { spec } = PUBLISHED.size[name]!
    const { value } = calibration.find((other) => other.id === id)!
    expect(spec).toEqual({ kind: 'empirical', points: value })
    expect(meanOf(spec)).toBeCloseTo(mean, 2)
    expect(scvOf(spec)).toBeCloseTo(scv, 3)
  })

  test.each<[string, 'size' | 'time', number, number | null]>([
    ['cache-values', 'size', 329.071, 3.29463],
    ['cache-keys', 'size', 36.2231, null],
    ['cache-gaps', 'time', 18.9688e6, 1.44915],
    ['nginx-1KB', 'time', 13.5e6, 0],
  ])('%s has the mean and variation of calibration.md', (name, kind, mean, scv) => {
    const { spec } = PUBLISHED[kind][name]!
    expect(meanOf(spec) / mean).toBeCloseTo(1, 3)
    if (scv !== null) expect(scvOf(spec)).toBeCloseTo(scv, 3)
  })

  test.each<[string, DistributionSpec]>([
    ['a generalized Pareto', { kind: 'generalized-pareto', scale: 10, shape: 0.15 }],
    [
      'an extreme value',
      { kind: 'generalized-extreme-value', location: 30, scale: 8, shape: 0.08 },
    ],
    ['a geometric', { kind: 'geometric', mean: 4 }],
    ['a geometric of one', { kind: 'geometric', mean: 1 }],
  ])('%s is drawn with its mean and variation', (_, spec) => {
    const stream = new Streams('draws').stream('x')
    const draw = sampler(spec, stream)
    const batches = Array.from({ length: 20 }, () => {
      const values = Array.from({ length: 20_000 }, () => draw.next())
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const square = values.reduce((sum, value) => sum + (value - meanOf(spec)) ** 2, 0)
      return { mean, variance: square / values.length }
    })
    const variance = scvOf(spec) * meanOf(spec) ** 2
    for (const [values, truth] of [
      [batches.map((batch) => batch.mean), meanOf(spec)],
      [batches.map((batch) => batch.variance), variance],
    ] as const) {
      const { low, high } = interval([...values], 0.999)
      expect(low!).toBeLessThanOrEqual(truth + 1e-12)
      expect(high!).toBeGreaterThanOrEqual(truth - 1e-12)
    }
  })

  test('are named in a file, and a wrong name gets a suggestion', () => {
    const tcp = 'services.web.protocol=tcp'
    const { scenario } = loadWith(tcp, 'workload.response={"kind":"published","name":"web-search"}')
    expect(meanOf(scenario.workload.response)).toBeCloseTo(1_711_250, 2)
    const given = 'workload.response={"kind":"published","name":"web-serch"}'
    expect(problemsWith(tcp, given)[0]).toMatchObject({ suggestion: '"web-search"' })
    // Flows of megabytes are no frames.
    const frame = 'workload.response={"kind":"published","name":"web-search"}'
    expect(problemsWith(frame)[0]!.message).toContain('an Ethernet frame has 64B to 1518B here')
  })
})

describe('several populations', () => {
  const from = [
    { clients: 'users', share: 3 },
    { clients: 'far', share: 1 },
  ]
  const two = {
    links: { out: { rate: '1Gbps', delay: '2ms' } },
    clients: { users: {}, far: { count: 4, link: 'out', subnet: '10.7.0.0/16', addresses: 500 } },
    directors: { lb1: { nics: { eth0: { link: 'lan' }, eth1: { link: 'out' } } } },
    services: { web: { forwarding: 'nat', scheduler: 'rr' } },
    workload: { from, phases: [{ name: 'steady', for: '50ms', rate: '20kcps' }] },
  }

  test.each(['udp', 'tcp'])(
    'of %s share the load, each with the latency of its link',
    (protocol) => {
      const services = { web: { ...two.services.web, protocol } }
      const scenario = withChanges({ ...two, services })
      expect(scenario.workload).toMatchObject({
        from: 'users',
        mix: [
          { clients: 'users', share: 0.75 },
          { clients: 'far', share: 0.25 },
        ],
      })
      const [phase] = simulate(scenario).phases
      expect(phase!.delivered).toBe(phase!.offered)
      const latencyPs = phase!.windows.latencySum.reduce((sum, each) => sum + each, 0)
      const meanMs = latencyPs / phase!.delivered / 1e9
      // A quarter crosses the link of 2 ms at least twice, with TCP four times.
      const least = protocol === 'udp' ? 4 / 4 : 8 / 4
      expect(meanMs).toBeGreaterThan(least * 0.9)
      expect(meanMs).toBeLessThan(least * 1.3)
    },
  )

  test('the wire of the smaller network limits its part alone', () => {
    const scenario = withChanges(two)
    const receive = theory(scenario).resources.find(
      ({ at, resource }) => at === 'lb1.eth1' && resource === 'receive',
    )!
    // 84 bytes a frame on a wire of 1 Gb/s, for a quarter of the requests.
    expect(receive.mostPps).toBeCloseTo(1e9 / (84 * 8) / 0.25, 0)
  })

  test.each([
    [{ from: [{ clients: 'usrs', share: 1 }] }, 'there are no clients "usrs"'],
    [{ from: [from[0], from[0]] }, 'clients "users" are given twice: add their shares up'],
    [{ from: [{ clients: 'users', share: 0 }] }, 'expected'],
    [{ from: [] }, 'expected at least 1 entry, got an empty list'],
    [{ from, replay: { file: 'x.csv' } }, 'not with workload.replay: a file is of one population'],
  ])('%j is refused', (changes, message) => {
    const text = JSON.stringify({
      ...rightDocument(),
      ...two,
      workload: { ...two.workload, ...changes },
    })
    const readBytes = () => new TextEncoder().encode('time\n1\n')
    expect(() => load(text, { readBytes })).toThrow(message)
  })
})

describe('users', () => {
  const users = { count: 50, think: { kind: 'exponential', mean: '1ms' } }
  const phases = [{ name: 'steady', for: '100ms' }]

  test.each(['udp', 'tcp'])('of %s ask as often as they think, and wait', (protocol) => {
    const services = { web: { protocol, forwarding: 'dr', scheduler: 'rr' } }
    const scenario = withChanges({ services, workload: { users, phases } })
    const [phase] = simulate(scenario).phases
    // 50 / (1 ms + some 20 us) for 100 ms.
    expect(phase!.offered).toBeGreaterThan(4500)
    expect(phase!.offered).toBeLessThan(5300)
    expect(phase!.delivered).toBe(phase!.offered)
  })

  test('of UDP whose requests are lost wait for their timeout', () => {
    const clients = { users: { timeout: '10ms' } }
    const realServers = { rs: { count: 1, backlog: 0, cpu: { cores: 1, perRequest: '5ms' } } }
    const scenario = withChanges({ clients, realServers, workload: { users, phases } })
    const [phase] = simulate(scenario).phases
    // Each asks at most once in 10 ms, or in 5 ms when it is the one that is served.
    expect(phase!.offered).toBeLessThan(50 * 11)
    expect(phase!.offered).toBeGreaterThan(50 * 8)
    expect(phase!.delivered).toBeGreaterThan(15)
    expect(phase!.delivered).toBeLessThanOrEqual(20)
  })

  test.each<[string[], string]>([
    [['workload.users={"count":0}'], 'expected at least 1, got 0'],
    [['workload.users={"count":5,"think":"fast"}'], 'expected a time with its unit'],
    [['workload.phases=[{"name":"a","for":"1ms"}]'], '"rate" is missing, a rate of requests'],
  ])('%j is refused', (set, message) => {
    expect(problemsWith(...set)[0]!.message).toContain(message)
  })

  test('a rate beside them is not used, which is said', () => {
    const { warnings } = loadWith('workload.users={"count":5}')
    expect(warnings[0]!.message).toContain('not used: workload.users ask as often')
  })
})

describe('real servers', () => {
  test.each<[string, string]>([
    ['realServers.rs.discipline=lifo', 'expected one of "fifo", "ps", got "lifo"'],
    ['realServers.rs.slow={"rs9":2}', 'there is no host "rs9" in "rs", but "rs1" to "rs8"'],
    ['realServers.rs.slow={"rs1":0}', 'expected'],
    ['realServers.rs.workers=0', 'expected'],
    ['realServers.rs.maxConnections=0', 'expected'],
  ])('%s is refused', (set, message) => {
    expect(problemsWith(set)[0]!.message).toContain(message)
  })

  test('a slow host fills up first, in the simulation and in arithmetic', () => {
    const perRequest = '100us'
    const rs = { count: 4, slow: { rs3: 4 }, cpu: { cores: 1, perRequest } }
    const phases = [{ name: 'steady', for: '200ms', rate: '8kpps' }]
    const scenario = withChanges({ realServers: { rs }, workload: { phases } })
    const limit = theory(scenario).resources.find(({ at }) => at === 'rs*')!
    // A quarter of the requests at 400 us each.
    expect(limit.mostPps).toBeCloseTo(10_000, 3)
    const cpu = (name: string) =>
      simulate(scenario).resources.find(({ at }) => at === `${name}.cpu`)!.utilisation
    expect(cpu('rs3') / cpu('rs1')).toBeCloseTo(4, 1)
  })

  test('shared cores answer small requests at once, while own cores let them wait', () => {
    const cpu = { cores: 1, perRequest: { kind: 'hyperexponential', mean: '100us', scv: 20 } }
    const phases = [{ name: 'steady', for: '2s', rate: '14kpps' }]
    const meanUs = (discipline: string) => {
      const rs = { count: 2, discipline, cpu }
      const [phase] = simulate(withChanges({ realServers: { rs }, workload: { phases } })).phases
      return phase!.windows.latencySum.reduce((a, b) => a + b, 0) / phase!.delivered / 1e6
    }
    // E[S] / (1 - rho) = 333 us whatever the variation; first come first served has
    // rho (1 + scv) / 2 / (1 - rho) E[S] of waiting, 2.45 ms.
    expect(meanUs('ps')).toBeGreaterThan(250)
    expect(meanUs('ps')).toBeLessThan(450)
    expect(meanUs('fifo')).toBeGreaterThan(1500)
  })
})
