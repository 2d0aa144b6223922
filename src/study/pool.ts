// Worker threads that run replications: of one run, or of all points of a sweep in turn. Tasks wait
// in the order in which they came.
import { Tinypool } from 'tinypool'
import type { ReplicationResult } from '../measure/replication.ts'
import type { Answer, Task } from './worker.ts'

export class Pool {
  readonly workers: number
  private readonly threads: Tinypool

  constructor(workers: number) {
    this.workers = workers
    this.threads = new Tinypool({
      filename: new URL('./worker.js', import.meta.url).href,
      runtime: 'worker_threads',
      minThreads: workers,
      maxThreads: workers,
    })
  }

  /** Null when the run was stopped before this replication began. */
  async run(task: Task): Promise<ReplicationResult | null> {
    const answer = (await this.threads.run(task)) as Answer
    if (answer.ok) return answer.result
    const error = new Error(answer.error.message)
    error.stack = answer.error.stack
    throw error
  }

  async end(): Promise<void> {
    await this.threads.destroy()
  }
}

/** Whether threads can be started: only built code spreads. */
export function canSpread(): boolean {
  return !import.meta.url.endsWith('.ts')
}
