// Faults of hosts and wires in whole clusters: packets are conserved, what is lost is what
// arithmetic says, and what a file gets wrong is told.
import { describe, expect, test } from 'vitest'
import type { ReplicationResult } from '../../src/measure/replication.ts'
import { loadScenario } from '../../src/scenario/load.ts'
import { ScenarioError } from '../../src/scenario/problems.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import type { FaultSpec } from '../../src/scenario/timeline-spec.ts'
import { scenarioFixture, type FixtureOptions } from '../support/scenario-fixture.ts'

const MS = 1_000_000_000

function run(options: FixtureOptions, faults: FaultSpec[], timeoutMs = 1000): ReplicationResult {
  const scenario = scenarioFixture(options)
  scenario.faults = faults
  scenario.clients['users']!.timeoutPs = timeoutMs * MS
  scenario.time.cooldownPs = 1.5 * timeoutMs * MS
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  const { pool } = simulation.cluster
  if (options.protocol !== 'tcp') expect(pool.taken, 'packets neither here nor there').toBe(0)
  return simulation.result()
}

const between = { atPs: 4 * MS, forPs: 4 * MS }
const KINDS: FaultSpec[] = [
  { kind: 'host-down', host: 'rs2', ...between },
  { kind: 'host-hang', host: 'rs2', ...between },
  { kind: 'app-down', host: 'rs2', ...between },
  { kind: 'app-hang', host: 'rs2', ...between },
  { kind: 'slow-host', host: 'rs2', factor: 20, ...between },
  { kind: 'link-cut', host: 'rs2', link: null, ...between },
  { kind: 'link-loss', host: 'rs2', link: null, share: 0.3, ...between },
  { kind: 'link-rate', host: 'rs2', link: null, rateBps: 50_000_000, ...between },
  { kind: 'link-cut', host: null, link: 'lan', ...between },
  { kind: 'host-down', host: 'rs2', atPs: 4 * MS, forPs: null },
]
const LOADS: FixtureOptions[] = [
  { forwarding: 'dr', ratePps: 400_000 },
  { forwarding: 'nat', ratePps: 400_000 },
  { forwarding: 'tun', ratePps: 400_000 },
  { forwarding: 'dr', protocol: 'tcp', ratePps: 20_000 },
  { forwarding: 'nat', protocol: 'tcp', ratePps: 20_000 },
]

describe.each(LOADS)('requests are conserved with %o', (load) => {
  test.each(KINDS)('%o', (fault) => {
    const result = run({ ...load, servers: 4, durationMs: 12 }, [fault], 200)
    const [phase] = result.phases
    const failed = Object.values(phase!.failed).reduce((sum, count) => sum + count, 0)
    expect(phase!.unfinished).toBe(0)
    expect(phase!.offered).toBe(phase!.delivered + failed)
    expect(phase!.steady).toBe(false)
    const kinds = result.timeline.map(({ atPs, kind }) => [atPs / MS, kind])
    expect(kinds).toEqual(
      fault.forPs === null
        ? [[4, 'fault']]
        : [
            [4, 'fault'],
            [8, 'fault'],
          ],
    )
  })
})

describe('what is lost', () => {
  // Round robin over four servers, every flow with its connection: a quarter is for the dead one.
  const udp: FixtureOptions = { servers: 4, ratePps: 400_000, durationMs: 20 }
  const during = (rate: number, share: number) => rate * 0.004 * share

  function lost(result: ReplicationResult): number {
    return result.phases[0]!.failed['lost']!
  }

  test.each(['host-down', 'host-hang'] as const)('%s: what comes meanwhile', (kind) => {
    const result = run(udp, [{ kind, host: 'rs2', ...between }])
    // In flight and in work at the beginning are a handful more: within four standard deviations.
    const expected = during(400_000, 1 / 4)
    expect(Math.abs(lost(result) - expected)).toBeLessThan(4 * Math.sqrt(expected) + 5)
    const drops = result.drops.filter(({ at }) => at === 'rs2')
    expect(drops.map(({ cause }) => cause)).toEqual(['down or hanging'])
  })

  test('app-down: refused instead of lost', () => {
    const result = run(udp, [{ kind: 'app-down', host: 'rs2', ...between }])
    const { refused } = result.phases[0]!.failed
    expect(Math.abs(refused! - 400)).toBeLessThan(80)
    // Those that were being worked on are lost.
    expect(lost(result)).toBeLessThan(20)
  })

  test('app-hang: what fits into the backlog is answered later', () => {
    const result = run(udp, [{ kind: 'app-hang', host: 'rs2', ...between }])
    expect(lost(result)).toBe(0)
    const latest = Math.max(...result.phases[0]!.latency.map(({ max }) => max))
    expect(latest / MS).toBeGreaterThan(3.9)
    expect(latest / MS).toBeLessThan(4.3)
  })

  test('link-loss: of one host, in both directions', () => {
    const fault: FaultSpec = { kind: 'link-loss', host: 'rs2', link: null, share: 0.3, ...between }
    const expected = during(400_000, 1 / 4) * (1 - 0.7 * 0.7)
    expect(Math.abs(lost(run(udp, [fault])) - expected)).toBeLessThan(4 * Math.sqrt(expected))
  })

  test('link-cut: a network without its wires carries nothing', () => {
    const result = run(udp, [{ kind: 'link-cut', host: null, link: 'lan', ...between }])
    const expected = during(400_000, 1)
    expect(Math.abs(lost(result) - expected)).toBeLessThan(4 * Math.sqrt(expected) + 10)
  })

  test('link-rate: 10 Mbps carry 14,881 frames a second, and the queue takes the rest', () => {
    const fault: FaultSpec = {
      ...{ kind: 'link-rate', host: 'rs2', link: null, rateBps: 10_000_000, ...between },
    }
    const scenario = scenarioFixture(udp)
    scenario.links['lan']!.bufferBytes = 640
    scenario.faults = [fault]
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    const result = simulation.result()
    // Ten in the queue and one on the wire, beside what is carried in 4 ms.
    const carried = 14_881 * 0.004 + 11
    expect(Math.abs(lost(result) - (during(400_000, 1 / 4) - carried))).toBeLessThan(80)
  })

  test('slow-host: the time of requests that begin meanwhile', () => {
    const options: FixtureOptions = { ...udp, ratePps: 4000 }
    const scenario = scenarioFixture(options)
    scenario.realServers['rs']!.perRequest = { kind: 'constant', value: 10_000_000 }
    scenario.faults = [{ kind: 'slow-host', host: 'rs2', factor: 10, ...between }]
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    const slowest = Math.max(...simulation.result().phases[0]!.latency.map(({ max }) => max))
    expect(slowest).toBeGreaterThan(100_000_000)
    expect(slowest).toBeLessThan(120_000_000)
  })
})

test('a phase in which nothing acts is steady, beside one in which something does', () => {
  const scenario = scenarioFixture({ durationMs: 10, ratePps: 10_000 })
  const [phase] = scenario.workload.phases
  const half = 5 * MS
  scenario.workload.phases = [
    { ...phase!, name: 'before', durationPs: half },
    { ...phase!, name: 'after', startPs: half, durationPs: half },
  ]
  scenario.faults = [{ kind: 'host-down', host: 'rs2', atPs: 6 * MS, forPs: MS }]
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  expect(simulation.result().phases.map(({ steady }) => steady)).toEqual([true, false])
})

describe('bad input', () => {
  function problems(faults: unknown[]): string[] {
    const text = JSON.stringify({
      format: 'lvs-sim/1',
      name: 'x',
      extends: 'preset:one-director-10g',
      services: { web: {} },
      workload: { phases: [{ name: 'steady', for: '100ms', rate: '1kpps' }] },
      faults,
    })
    try {
      return loadScenario(text, { file: 'x.json' }).warnings.map((p) => `${p.path}: ${p.message}`)
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error
      return error.problems.map(({ path, message, suggestion }) => {
        return `${path}: ${message}${suggestion === null ? '' : `, did you mean ${suggestion}`}`
      })
    }
  }

  const cases: [unknown[], string][] = [
    [
      [{ kind: 'host-down', host: 'rs9', at: '1ms' }],
      'faults[0].host: there is no host "rs9" ("rs" has "rs1" to "rs8")',
    ],
    [
      [{ kind: 'host-down', host: 'lb2', at: '1ms' }],
      'faults[0].host: there is no host "lb2"; there is "rs1" to "rs8", "lb1"',
    ],
    [
      [{ kind: 'app-down', host: 'lb1', at: '1ms' }],
      'faults[0].host: app-down befalls real servers; "lb1" is a director',
    ],
    [
      [{ kind: 'host-dwn', host: 'rs1', at: '1ms' }],
      'faults[0].kind: expected one of "host-down", "host-hang", "keepalived-stop", ' +
        '"script-fails", "process-down", "file-value", "app-down", "app-hang", "slow-host", ' +
        '"link-cut", "link-loss", "link-rate", got "host-dwn", ' +
        'did you mean "host-down"',
    ],
    [
      [{ kind: 'host-down', host: 'rs1', at: '1' }],
      'faults[0].at: expected a time with its unit, like "50us" or "2ms", got "1", ' +
        'did you mean "1us"',
    ],
    [
      [{ kind: 'host-down', host: 'rs1', at: '1ms', for: '0s' }],
      'faults[0].for: must be more than 0, got "0s"',
    ],
    [
      [{ kind: 'link-cut', at: '1ms' }],
      'faults[0]: say whose wire: "host", like "rs3", or "link" for all of a network',
    ],
    [
      [{ kind: 'link-cut', link: 'lam', at: '1ms' }],
      'faults[0].link: there is no link "lam"; there is "lan", did you mean "lan"',
    ],
    [
      [{ kind: 'link-loss', host: 'rs1', loss: '130%', at: '1ms' }],
      'faults[0].loss: a share is 0% to 100%, got "130%"',
    ],
    [
      [{ kind: 'link-rate', host: 'rs1', rate: '10bps', at: '1ms' }],
      'faults[0].rate: a rate is a whole number of kbps from 1kbps to 10Tbps, got "10bps"',
    ],
    [
      [
        { kind: 'host-down', host: 'rs1', at: '1ms' },
        { kind: 'app-hang', host: 'rs1', at: '5ms', for: '1ms' },
      ],
      'faults[1].at: host-down and app-hang of rs1 are in force at the same time (faults[0])',
    ],
    [
      [{ kind: 'host-down', host: 'rs1', at: '100ms' }],
      'faults[0].at: host-down of rs1 at 100ms is not reached: the run lasts 100ms',
    ],
  ]
  test.each(cases)('%j', (faults, problem) => {
    expect(problems(faults)).toEqual([problem])
  })
})
