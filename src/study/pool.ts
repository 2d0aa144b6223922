// Where replications run side by side, of one run or of all points of a sweep in turn: in worker
// threads, and in this thread beside them. It would only wait, and has loaded already what another
// thread would have to load and compile: two workers so take hardly more processor time than one.
// Tasks wait in the order in which they came.
import { setImmediate } from 'node:timers/promises'
import { Tinypool } from 'tinypool'
import type { ReplicationResult } from '../measure/replication.ts'
import { unpackScenario } from '../scenario/travel.ts'
import { Board } from './board.ts'
import { replicateHere } from './replicate-here.ts'
import type { Answer, Task } from './worker.ts'

export class Pool {
  readonly workers: number
  private readonly threads: Tinypool | null
  private readonly waiting: (() => void)[] = []
  private idleThreads: number
  private isHereIdle = true

  constructor(workers: number) {
    this.workers = workers
    this.idleThreads = workers - 1
    this.threads = workers > 1 ? threadsOf(workers - 1) : null
  }

  /** Null when the run was stopped before this replication began. */
  async run(task: Task): Promise<ReplicationResult | null> {
    while (this.idleThreads === 0 && !this.isHereIdle) {
      await new Promise<void>((resolve) => this.waiting.push(resolve))
    }
    try {
      return await (this.idleThreads > 0 ? this.runInThread(task) : this.runHere(task))
    } finally {
      this.waiting.shift()?.()
    }
  }

  async end(): Promise<void> {
    await this.threads?.destroy()
  }

  private async runInThread(task: Task): Promise<ReplicationResult | null> {
    this.idleThreads--
    try {
      const answer = (await this.threads!.run(task)) as Answer
      if (answer.ok) return answer.result
      const error = new Error(answer.error.message)
      error.stack = answer.error.stack
      throw error
    } finally {
      this.idleThreads++
    }
  }

  private async runHere({ scenario, replication, board }: Task): Promise<ReplicationResult | null> {
    this.isHereIdle = false
    try {
      // Those that come right after this one go to their threads first.
      await setImmediate()
      return await replicateHere(unpackScenario(scenario), replication, new Board(board))
    } finally {
      this.isHereIdle = true
    }
  }
}

function threadsOf(count: number): Tinypool {
  return new Tinypool({
    filename: new URL('./worker.js', import.meta.url).href,
    runtime: 'worker_threads',
    minThreads: count,
    maxThreads: count,
  })
}

/** Whether threads can be started: only built code spreads. */
export function canSpread(): boolean {
  return !import.meta.url.endsWith('.ts')
}
