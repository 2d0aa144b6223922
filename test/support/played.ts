// A simulation that has run to its end, and in which no packet was invented or lost.
import { expect } from 'vitest'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Simulation } from '../../src/scenario/simulation.ts'

export function playToEnd(scenario: Scenario, replication = 1): Simulation {
  const simulation = new Simulation(scenario, { replication })
  simulation.runUntil(simulation.end)
  expect(simulation.cluster.pool.taken, 'packets neither arrived nor dropped').toBe(0)
  return simulation
}

/** Who became what after the start, by VRRP. */
export function movesOf(simulation: Simulation): string[] {
  return simulation.cluster.log.events
    .filter(({ kind, atPs }) => kind === 'vrrp' && atPs > 0)
    .map(({ text }) => text)
}
