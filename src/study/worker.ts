// What a worker thread runs: one replication per task. Errors travel as plain data, because those
// that are thrown across threads lose their fields.
import type { ReplicationResult } from '../measure/replication.ts'
import { unpackScenario, type Travelling } from '../scenario/travel.ts'
import { Board } from './board.ts'
import { replicate } from './replicate.ts'

export interface Task {
  scenario: Travelling
  replication: number
  board: SharedArrayBuffer
}

/** `result` is null when the run was stopped before this replication began. */
export type Answer =
  | { ok: true; result: ReplicationResult | null }
  | { ok: false; error: { message: string; stack: string } }

export default function work(task: Task): Answer {
  const board = new Board(task.board)
  if (board.stopped) return { ok: true, result: null }
  try {
    const slices = replicate(unpackScenario(task.scenario), task.replication, board)
    for (;;) {
      const step = slices.next()
      if (step.done === true) return { ok: true, result: step.value }
    }
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    return { ok: false, error: { message, stack: stack ?? '' } }
  }
}
