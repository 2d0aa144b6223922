// One replication in this thread, with pauses in which signals, timers, the progress line and other
// threads have their turn.
import { setImmediate } from 'node:timers/promises'
import type { ReplicationResult } from '../measure/replication.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Board } from './board.ts'
import { replicate } from './replicate.ts'

/** Null when the run was stopped before this replication began. */
export async function replicateHere(
  scenario: Scenario,
  replication: number,
  board: Board,
): Promise<ReplicationResult | null> {
  if (board.stopped) return null
  const slices = replicate(scenario, replication, board)
  for (;;) {
    const step = slices.next()
    await setImmediate()
    if (step.done === true) return step.value
  }
}
