// Points of a sweep on the cores of this machine: their replications share the threads of one pool,
// and just so many points are begun that no thread is ever idle, however many there are.
import { canSpread, Pool } from './pool.ts'
import type { Progress, RunOptions } from './replications.ts'

export interface SweepOptions<T> {
  workers: number
  /** Of each point. */
  replications: number
  signal: AbortSignal
  /** Runs one point with those options; null when it was stopped. */
  run: (point: number, options: RunOptions) => Promise<T | null>
  /** Called as points end, in no certain order. What it throws stops the sweep. */
  ended: (point: number, result: T) => void
  onProgress?: (progress: SweepProgress) => void
}

export interface SweepProgress {
  ended: number
  running: number
  of: number
  /** Points, with the parts of those that run. */
  simulated: number
}

/** Ends when all points have ended, or those that were begun when the signal came. */
export async function runSweep<T>(
  points: readonly number[],
  options: SweepOptions<T>,
): Promise<void> {
  const workers = canSpread() ? options.workers : 1
  const pool = workers === 1 ? null : new Pool(workers)
  const sweep = new Sweep(points, options, pool)
  // Half as many replications again as there are threads wait or run, of one point more.
  const begun = workers === 1 ? 1 : 1 + Math.ceil((1.5 * workers) / options.replications)
  const followers = Array.from({ length: Math.min(begun, points.length) }, () => sweep.follow())
  try {
    await Promise.all(followers)
  } finally {
    // After an error the others end soon, because it has stopped them.
    await Promise.allSettled(followers)
    await pool?.end()
  }
}

class Sweep<T> {
  private readonly points: readonly number[]
  private readonly options: SweepOptions<T>
  private readonly pool: Pool | null
  private readonly running = new Map<number, number>()
  private readonly stop = new AbortController()
  private next = 0
  private ended = 0

  constructor(points: readonly number[], options: SweepOptions<T>, pool: Pool | null) {
    this.points = points
    this.options = options
    this.pool = pool
  }

  /** Runs one point after the other until none is left. */
  async follow(): Promise<void> {
    const { signal, run, ended } = this.options
    const either = AbortSignal.any([signal, this.stop.signal])
    while (this.next < this.points.length && !either.aborted) {
      const point = this.points[this.next++]!
      this.running.set(point, 0)
      const result = await run(point, {
        signal: either,
        ...(this.pool === null ? { workers: 1 } : { pool: this.pool }),
        onProgress: (progress) => this.onProgress(point, progress),
      })
      this.running.delete(point)
      if (result === null) continue
      this.ended++
      try {
        ended(point, result)
      } catch (error) {
        this.stop.abort()
        throw error
      }
    }
  }

  private onProgress(point: number, { share }: Progress): void {
    this.running.set(point, share)
    const parts = [...this.running.values()]
    this.options.onProgress?.({
      ended: this.ended,
      running: parts.filter((part) => part > 0).length,
      of: this.points.length,
      simulated: parts.reduce((sum, part) => sum + part, this.ended),
    })
  }
}
