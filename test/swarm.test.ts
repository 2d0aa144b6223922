// Random scenarios, and what must hold in every one: requests and packets are conserved, counters
// equal recounts, two runs are alike. SWARM in the environment sets how many (300 unless said); a
// failure prints the scenario.
import fc from './support/properties.ts'
import { expect, test } from 'vitest'
import type { Director } from '../src/cluster/director.ts'
import { fingerprintOf } from '../src/measure/fingerprint.ts'
import type { PhaseResult } from '../src/measure/replication.ts'
import { loadScenario } from '../src/scenario/load.ts'
import type { Scenario } from '../src/scenario/scenario.ts'
import { Simulation } from '../src/scenario/simulation.ts'
import { randomScenario } from './support/random-scenario.ts'

const RUNS = Number(process.env['SWARM'] ?? 300)
/** After the run's end everything under way arrives, times out or is dropped within this time. */
const QUIET_PS = 3_000_000_000_000

function load(document: Record<string, unknown>): Scenario {
  return loadScenario(JSON.stringify(document), { file: 'random.json' }).scenario
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function checkPhase(phase: PhaseResult): void {
  const failed = sum(Object.values(phase.failed))
  expect(phase.unfinished).toBeGreaterThanOrEqual(0)
  expect(phase.delivered + failed + phase.unfinished).toBe(phase.offered)
  expect(sum(phase.windows.offered)).toBe(phase.offered)
  expect(sum(phase.windows.delivered)).toBe(phase.delivered)
  expect(sum(phase.latency.map(({ count }) => count))).toBe(phase.delivered)
  expect(sum(phase.servers.flatMap(({ requests }) => requests))).toBeLessThanOrEqual(phase.offered)
  for (const { weight, requests } of phase.servers) if (weight === 0) expect(sum(requests)).toBe(0)
}

function checkCounters(simulation: Simulation): void {
  const { directors, network } = simulation.cluster
  for (const { director } of directors) checkDirector(director)
  for (const link of network.links) {
    expect(link.busyUntil(simulation.now)).toBeLessThanOrEqual(simulation.now)
  }
}

function checkDirector({ ipvs: { connections, services } }: Director): void {
  expect(connections.created - connections.expired).toBe(connections.count)
  let held = 0
  for (const service of services) {
    const counted = (name: 'connections' | 'inPackets' | 'inBytes' | 'outPackets') =>
      sum(service.destinations.map(({ counters }) => counters[name]))
    expect(service.counters.connections).toBe(counted('connections'))
    expect(service.counters.inPackets).toBe(counted('inPackets'))
    expect(service.counters.inBytes).toBe(counted('inBytes'))
    expect(service.counters.outPackets).toBe(counted('outPackets'))
    held += sum(service.destinations.map((destination) => destination.totalConnections))
  }
  expect(held).toBe(connections.count)
}

test(`${RUNS} random scenarios`, { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(randomScenario, (document) => {
      const scenario = load(document)
      const simulation = new Simulation(scenario, { replication: 1 })
      simulation.runUntil(simulation.end)
      const result = simulation.result()
      result.phases.forEach(checkPhase)
      checkCounters(simulation)

      const again = new Simulation(scenario, { replication: 1 })
      while (!again.isOver) again.runUntil(again.now + 777_777_777)
      expect(fingerprintOf(again.result())).toBe(fingerprintOf(result))

      const { kernel, pool } = simulation.cluster
      kernel.runUntil(kernel.now + QUIET_PS, Infinity)
      expect(pool.taken).toBe(0)
    }),
    { numRuns: RUNS, seed: 2 },
  )
})
