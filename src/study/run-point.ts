// One point of a sweep. What goes wrong in it is told as data: a point that fails takes no other
// down.
import type { Summary } from '../measure/summary.ts'
import type { ReplicationResult } from '../measure/replication.ts'
import { documentOfResults, type KeptRecording } from '../scenario/kept-recording.ts'
import type { Loaded } from '../scenario/load.ts'
import type { RunOptions } from './replications.ts'
import { simulate } from './simulate.ts'

export type PointRun =
  | {
      status: 'done' | 'incomplete'
      document: unknown
      kept: KeptRecording | null
      summary: Summary
      replications: ReplicationResult[]
    }
  | { status: 'failed'; reason: string }

/** Null when it was stopped from outside. */
export async function runPoint(
  load: () => Loaded,
  options: RunOptions & { version: string },
): Promise<PointRun | null> {
  try {
    const { scenario, document, kept } = load()
    const { sweep: _plan, ...own } = document
    const { summary, replications } = await simulate(scenario, options)
    if (options.signal?.aborted === true) return null
    if (summary === null) return { status: 'failed', reason: 'a limit stopped it at its start' }
    const status = summary.complete ? 'done' : 'incomplete'
    return { status, document: documentOfResults(own, kept), kept, summary, replications }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { status: 'failed', reason }
  }
}
