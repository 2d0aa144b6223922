// One replication, a slice of simulated time at a time: between slices it shows how far it is and
// looks whether it should stop. Slices change nothing in the results, they only say when others may
// speak.
import { Simulation } from '../scenario/simulation.ts'
import type { ReplicationResult } from '../measure/replication.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Board } from './board.ts'

/**
 * A hundredth of a second or so, for which others may have to wait; a slice grows or shrinks
 * towards it.
 */
const SLICE_EVENTS = 20_000
const FIRST_SLICES = 10_000

/**
 * Runs to the end, to the limit on events, or until the board says stop. Pauses after each slice.
 */
export function* replicate(
  scenario: Scenario,
  replication: number,
  board: Board,
): Generator<void, ReplicationResult> {
  const startedMs = performance.now()
  const simulation = new Simulation(scenario, { replication })
  let slicePs = Math.max(1, Math.floor(simulation.end / FIRST_SLICES))
  while (!simulation.isOver && !board.stopped) {
    const before = simulation.events
    simulation.runUntil(simulation.now + slicePs)
    const seconds = (performance.now() - startedMs) / 1000
    board.post(replication, simulation.now, simulation.events, seconds)
    const events = Math.max(1, simulation.events - before)
    slicePs = Math.ceil(slicePs * Math.min(2, Math.max(0.5, SLICE_EVENTS / events)))
    yield
  }
  return simulation.result()
}
