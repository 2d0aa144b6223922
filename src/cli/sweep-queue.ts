// The points of a sweep run by workers anywhere, handed out and collected over a queue.
import { QueueGone, type Address } from '../study/queue-connection.ts'
import type { PointJob } from '../study/queue-jobs.ts'
import { sweepOnQueue } from '../study/queue-sweep.ts'
import type { Shell, Values } from './command.ts'
import { Interrupt } from './interrupt.ts'
import { pointFiles } from './point-files.ts'
import { patienceMs } from './queue-flags.ts'
import type { Ended, PointsToRun } from './sweep-points.ts'
import { SweepProgressLine } from './sweep-progress.ts'

export async function runPointsOnQueue(
  { planned, folder, left, kept }: Omit<PointsToRun, 'workers'>,
  address: Address,
  values: Values,
  shell: Shell,
): Promise<Ended> {
  const { plan, load } = planned
  const words = 'what is finished is kept; the same command goes on later'
  const interrupt = new Interrupt(shell.err, () => folder.discard(), words)
  const line = new SweepProgressLine(shell.err, plan.name, values)
  const count = { done: 0, failed: 0 }
  const fail = (point: number, reason: string): void => {
    count.failed++
    const run = { status: 'failed', reason } as const
    folder.writePoint(point, pointFiles(plan, point, plan.points[point]!, run))
  }
  const jobOf = (point: number): PointJob | null => {
    try {
      const { sweep: _plan, ...document } = load(point).document
      const { name, version, hash } = plan
      return { plan: hash, version, name, point, values: plan.points[point]!, document }
    } catch (error) {
      fail(point, error instanceof Error ? error.message : String(error))
      return null
    }
  }
  try {
    await sweepOnQueue(left, {
      address,
      plan,
      patienceMs: patienceMs(values),
      signal: interrupt.signal,
      jobOf,
      ended: (point, result) => {
        if ('failed' in result) return fail(point, result.failed)
        folder.writePoint(point, result)
        const own = folder.read(point)
        const summary = own === null || typeof own === 'string' ? null : own.summary
        if (summary?.complete === true) count.done++
        else if (summary === null) count.failed++
      },
      tell: (text) => line.tell(text),
      onProgress: ({ ended, running, workers, simulated }) => {
        const by = `on ${workers} ${workers === 1 ? 'worker' : 'workers'}`
        line.draw({ ended, running, simulated, kept, failed: count.failed, of: left.length, by })
      },
    })
  } catch (error) {
    if (!(error instanceof QueueGone)) throw error
    line.tell(`${error.message}. What is done is kept; the same command goes on later.`)
  } finally {
    line.clear()
    interrupt.end()
    folder.discard()
  }
  return { isInterrupted: interrupt.isSet, isComplete: count.done === left.length }
}
