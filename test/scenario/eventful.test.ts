// Whatever breaks and whatever operators do, under every check: requests are counted once, nothing
// of UDP stays behind, and two runs are alike.
import fc from '../support/properties.ts'
import { expect, test } from 'vitest'
import type { ReplicationResult } from '../../src/measure/replication.ts'
import { loadScenario } from '../../src/scenario/load.ts'
import { ScenarioError } from '../../src/scenario/problems.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Simulation } from '../../src/scenario/simulation.ts'

const ms = (most: number) => fc.integer({ min: 1, max: most }).map((value) => `${value}ms`)
const server = fc.constantFrom('rs1', 'rs2', 'rs3')
const length = fc.option(ms(200), { nil: undefined })

const hostFault = fc.record({
  kind: fc.constantFrom('host-down', 'host-hang', 'app-down', 'app-hang'),
  host: fc.constantFrom('rs1', 'rs2', 'rs3', 'lb1'),
  at: ms(390),
  for: length,
})
const linkFault = fc.oneof(
  fc.record({
    kind: fc.constant('link-cut'),
    host: fc.constantFrom('rs1', 'lb1', 'users'),
    at: ms(390),
    for: length,
  }),
  fc.record({
    ...{ kind: fc.constant('link-loss'), loss: fc.constantFrom('1%', '40%') },
    ...{ link: fc.constant('lan'), at: ms(390), for: length },
  }),
  fc.record({
    ...{ kind: fc.constant('link-rate'), rate: fc.constantFrom('1Mbps', '100kbps') },
    ...{ host: server, at: ms(390), for: length },
  }),
)
const operation = fc.oneof(
  fc.record({ kind: fc.constant('drain'), host: server, at: ms(390), for: length }),
  fc.record({
    ...{ kind: fc.constant('weight'), host: server, at: ms(390) },
    weight: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({
    ...{ kind: fc.constant('restart'), servers: fc.constant('rs'), at: ms(200) },
    ...{ down: ms(50), drain: ms(20), pause: ms(20) },
  }),
  fc.record({
    ...{ kind: fc.constant('ipvsadm'), at: ms(390) },
    run: fc.constantFrom(
      '-C',
      '-d -t 10.0.0.10:80 -r 10.0.0.12:80',
      '-a -u 10.0.0.10:80 -r 10.0.0.77:80 -g',
      '-E -t 10.0.0.10:80 -s sh',
      '-D -u 10.0.0.10:80',
    ),
  }),
)
const world = fc.record({
  protocol: fc.constantFrom('tcp', 'udp'),
  forwarding: fc.constantFrom('dr', 'nat', 'tun'),
  type: fc.constantFrom('tcp', 'http', 'https', 'udp', 'dns', 'smtp', 'ping'),
  onFail: fc.constantFrom('remove', 'quiesce'),
  sorry: fc.boolean(),
  started: fc.constantFrom('before', 'now'),
  faults: fc.array(fc.oneof(hostFault, linkFault), { maxLength: 3 }),
  operations: fc.array(operation, { maxLength: 3 }),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

/** Null: what was drawn cannot be together. */
function scenarioOf({ protocol, forwarding, sorry, faults, operations, ...check }: World) {
  const text = JSON.stringify({
    format: 'lvs-sim/1',
    name: 'eventful',
    extends: 'preset:one-director-10g',
    time: { cooldown: '400ms', replications: 1 },
    directors: { lb1: { cpu: { cores: 2 } } },
    clients: { users: { count: 1, addresses: 50, timeout: '300ms' } },
    realServers: {
      rs: { count: 3, cpu: { cores: 1, perRequest: '2ms' }, backlog: 20 },
      page: { address: '10.0.0.99' },
    },
    services: {
      web: {
        ...{ vip: '10.0.0.10:80', protocol, forwarding, scheduler: 'wlc', realServers: ['rs'] },
        healthCheck: {
          ...{ ...check, interval: '30ms', timeout: '10ms', delayBeforeRetry: '5ms' },
          ...(sorry ? { sorryServer: 'page' } : {}),
        },
      },
    },
    workload: { phases: [{ name: 'all', for: '400ms', rate: '2kpps' }] },
    faults,
    operations,
  })
  try {
    return loadScenario(text, { file: 'x.json' }).scenario
  } catch (error) {
    if (error instanceof ScenarioError) return null
    throw error
  }
}

function run(scenario: Scenario): { result: ReplicationResult; taken: number } {
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  return { result: simulation.result(), taken: simulation.cluster.pool.taken }
}

test('nothing is counted twice, nothing is forgotten', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(world, (drawn) => {
      const scenario = scenarioOf(drawn)
      fc.pre(scenario !== null)
      const { result, taken } = run(scenario)
      const [phase] = result.phases
      const failed = Object.values(phase!.failed).reduce((sum, count) => sum + count, 0)
      expect(phase!.offered).toBe(phase!.delivered + failed + phase!.unfinished)
      expect(phase!.unfinished).toBeGreaterThanOrEqual(0)
      expect(phase!.offered).toBeGreaterThan(500)
      const measured = phase!.latency.reduce((sum, batch) => sum + batch.count, 0)
      expect(measured).toBe(phase!.delivered)
      // Packets that wait at a machine that hangs for ever, and probes on their way.
      if (drawn.protocol === 'udp') expect(taken).toBeLessThan(phase!.unfinished + 50)
      expect(run(scenario).result).toEqual(result)
    }),
    { numRuns: 60, seed: 5 },
  )
})
