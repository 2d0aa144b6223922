// One replication, a slice of events at a time: between slices it shows how far it is and looks whether
// it should stop. Slices change nothing in the results, they only say when others may speak.
import { Simulation } from '../scenario/simulation.ts'
import type { ReplicationResult } from '../measure/replication.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Board } from './board.ts'

/** A tenth of a second or so. */
const SLICE_EVENTS = 100_000

/** Runs to the end, to the limit on events, or until the board says stop. Pauses after each slice. */
export function* replicate(
  scenario: Scenario,
  replication: number,
  board: Board,
): Generator<void, ReplicationResult> {
  const simulation = new Simulation(scenario, { replication })
  const most = scenario.time.limitEvents ?? Infinity
  for (;;) {
    const slice = Math.min(SLICE_EVENTS, most - simulation.events)
    const finished = simulation.runUntil(simulation.end, slice)
    board.post(replication, simulation.now, simulation.events)
    if (finished || simulation.events >= most || board.stopped) return simulation.result()
    yield
  }
}
