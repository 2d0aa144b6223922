// The points of a sweep run on this machine and written as they end, with the progress line and
// Ctrl-C.
import { runPoint, type PointRun } from '../study/run-point.ts'
import { runSweep } from '../study/sweep.ts'
import type { Shell, Values } from './command.ts'
import { Interrupt } from './interrupt.ts'
import { pointFiles } from './point-files.ts'
import type { SweepFolder } from './sweep-folder.ts'
import type { Planned } from './sweep-plan.ts'
import { SweepProgressLine } from './sweep-progress.ts'

export interface PointsToRun {
  planned: Planned
  folder: SweepFolder
  left: readonly number[]
  /** Points that are whole already. */
  kept: number
  workers: number
}

export interface Ended {
  isInterrupted: boolean
  /** All of them ran to their end. */
  isComplete: boolean
}

export async function runPoints(
  { planned, folder, left, kept, workers }: PointsToRun,
  values: Values,
  shell: Shell,
): Promise<Ended> {
  const { plan, load } = planned
  const interrupt = new Interrupt(shell.err, () => folder.discard(), 'what is finished is kept')
  const line = new SweepProgressLine(shell.err, plan.name, values)
  const count = { done: 0, failed: 0 }
  try {
    await runSweep<PointRun>(left, {
      workers,
      replications: plan.scenario.time?.replications ?? 1,
      signal: interrupt.signal,
      run: (point, options) => runPoint(() => load(point), { ...options, version: plan.version }),
      ended: (point, run) => {
        if (run.status === 'done') count.done++
        if (run.status === 'failed') count.failed++
        folder.writePoint(point, pointFiles(plan, point, plan.points[point]!, run))
      },
      onProgress: (progress) => line.draw({ ...progress, kept, failed: count.failed, by: '' }),
    })
  } finally {
    line.clear()
    interrupt.end()
    folder.discard()
  }
  return { isInterrupted: interrupt.isSet, isComplete: count.done === left.length }
}
