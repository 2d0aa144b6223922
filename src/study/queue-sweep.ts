// The coordinator of a sweep on a queue: keeps some hundred points in it, collects what comes back
// and puts back what got lost. It only looks at what the queue holds, so that it may be interrupted
// and started again at any moment, and so may Redis and the workers.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job, Queue } from 'bullmq'
import {
  checkServer,
  clientOf,
  closeQueue,
  openBull,
  Patience,
  type Address,
  type BullMq,
  type Redis,
} from './queue-connection.ts'
import * as jobs from './queue-jobs.ts'
import type { PackedFile, PointJob } from './queue-jobs.ts'

export interface QueueSweepOptions {
  address: Address
  plan: { hash: string; name: string; version: string }
  /** Longest time without Redis. */
  patienceMs: number
  signal: AbortSignal
  /** Null when the point cannot be run at all; `ended` has been told then. */
  jobOf: (point: number) => PointJob | null
  /** Exactly once for each point that ends. */
  ended: (point: number, result: PackedFile[] | { failed: string }) => void
  tell: (text: string) => void
  onProgress: (progress: QueueProgress) => void
}

export interface QueueProgress {
  ended: number
  running: number
  workers: number
  simulated: number
}

/** Points in the queue at once: enough for many workers, and little for Redis to hold. */
const WINDOW = 200
const POLL_MS = 200
/** How often it is looked who works, and whether jobs got lost. */
const LOOK_MS = 2000
const ATTEMPTS = 3

/** Ends when all points have ended, or with the signal; throws QueueGone when Redis stays away. */
export async function sweepOnQueue(
  points: readonly number[],
  options: QueueSweepOptions,
): Promise<void> {
  const { address, patienceMs, tell, signal, plan } = options
  const bull = await openBull(address)
  const queue = openQueue(bull, options)
  const patience = new Patience(address.shown, patienceMs, tell, signal)
  try {
    const opened = await patience.answer(() => clientOf(queue))
    if (opened === null) return
    await checkServer(opened.value, address)
    const coordinator = new Coordinator(queue, opened.value, points, options)
    while (!coordinator.isDone) {
      if ((await patience.answer(() => coordinator.step())) === null) return
      await sleep(coordinator.isDone ? 0 : POLL_MS)
    }
    await patience.answer(() => jobs.withdraw(opened.value, plan.hash))
  } finally {
    await closeQueue(queue)
  }
}

function openQueue(bull: BullMq, { address, plan }: QueueSweepOptions): Queue<PointJob> {
  const queue = new bull.Queue<PointJob>(jobs.queueName(plan.version), {
    prefix: jobs.PREFIX,
    connection: address.options,
    skipVersionCheck: true,
    defaultJobOptions: { attempts: ATTEMPTS, backoff: { type: 'fixed', delay: 1000 } },
  })
  // What is wrong is told by who waits for an answer.
  queue.on('error', () => undefined)
  return queue
}

class Coordinator {
  private readonly queue: Queue<PointJob>
  private readonly client: Redis
  private readonly options: QueueSweepOptions
  private readonly left: number[]
  private readonly all: number
  /** Points in the queue by the ids of their jobs. */
  private readonly submitted = new Map<string, number>()
  private isTidied = false
  private lookedMs = -Infinity
  private ended = 0
  private workers = 0
  private isAloneTold = false

  constructor(
    queue: Queue<PointJob>,
    client: Redis,
    points: readonly number[],
    options: QueueSweepOptions,
  ) {
    this.queue = queue
    this.client = client
    this.options = options
    this.left = [...points].reverse()
    this.all = points.length
  }

  get isDone(): boolean {
    return this.ended === this.all
  }

  /** Everything that there is to do now. May be broken off anywhere and done again. */
  async step(): Promise<void> {
    if (!this.isTidied) await this.tidy()
    await this.submit()
    await this.collect('completed')
    await this.collect('failed')
    const now = performance.now()
    if (now - this.lookedMs < LOOK_MS) return
    this.lookedMs = now
    await this.look()
  }

  /**
   * Results of an earlier coordinator that have been written already are not needed any more, and
   * what failed is tried again.
   */
  private async tidy(): Promise<void> {
    const wanted = new Set(this.left.map((point) => this.idOf(point)))
    for (const state of ['completed', 'failed'] as const) {
      const ids = await this.client.zrange(this.queue.toKey(state), 0, -1)
      const own = ids.filter((id) => id.startsWith(`${this.options.plan.hash}-`))
      for (const id of own) {
        if (state === 'failed' || !wanted.has(id)) await this.queue.remove(id)
      }
    }
    this.isTidied = true
  }

  private async submit(): Promise<void> {
    const fresh: PointJob[] = []
    while (this.submitted.size < WINDOW && this.left.length > 0) {
      const point = this.left.pop()!
      const job = this.options.jobOf(point)
      if (job === null) {
        this.ended++
        continue
      }
      this.submitted.set(this.idOf(point), point)
      fresh.push(job)
    }
    await this.add(fresh)
  }

  /** Those that are there already stay as they are. */
  private async add(all: readonly PointJob[]): Promise<void> {
    if (all.length === 0) return
    await this.queue.addBulk(
      all.map((data) => ({
        name: data.name,
        data,
        opts: { jobId: this.idOf(data.point), removeOnComplete: false, removeOnFail: false },
      })),
    )
  }

  private async collect(state: 'completed' | 'failed'): Promise<void> {
    const ids = [...this.submitted.keys()]
    if (ids.length === 0) return
    const scores = await this.client.zmscore(this.queue.toKey(state), ...ids)
    for (const [index, id] of ids.entries()) {
      if (scores[index] === null || scores[index] === undefined) continue
      const job = await this.queue.getJob(id)
      if (job !== undefined) await this.take(id, job, state)
    }
  }

  /** Written first, then taken out of the queue: in this order nothing can get lost. */
  private async take(id: string, job: Job<PointJob>, state: 'completed' | 'failed'): Promise<void> {
    const files = state === 'completed' ? await jobs.unpackFiles(job.returnvalue) : null
    const point = this.submitted.get(id)
    if (point === undefined) return
    const failed = state === 'failed' ? (job.failedReason ?? 'no reason given') : 'a damaged result'
    this.submitted.delete(id)
    this.ended++
    this.options.ended(point, files ?? { failed })
    await this.queue.remove(id)
  }

  /** Who works, what has got lost, and that this coordinator is there. */
  private async look(): Promise<void> {
    const { plan, tell } = this.options
    const { name, version, hash } = plan
    await jobs.announce(this.client, hash, { name, version })
    for (const who of await jobs.takeRefusals(this.client, version)) {
      tell(`refused: ${who}; this sweep is of lvs-sim ${version}`)
    }
    await this.putBack()
    this.workers = await this.queue.getWorkersCount()
    if (this.workers === 0 && !this.isAloneTold && !this.isDone) {
      this.isAloneTold = true
      tell(`no worker yet: lvs-sim worker --queue ${this.options.address.shown}`)
    } else if (this.workers > 0) this.isAloneTold = false
    const shares = await jobs.readProgress(this.client, hash)
    const running = [...this.submitted.values()].map((point) => shares.get(point) ?? 0)
    this.options.onProgress({
      ended: this.ended,
      running: running.filter((share) => share > 0).length,
      workers: this.workers,
      simulated: running.reduce((sum, share) => sum + Math.min(share, 1), this.ended),
    })
  }

  /** A Redis that was started anew may have forgotten what it was given. */
  private async putBack(): Promise<void> {
    const ids = [...this.submitted]
    const lost: PointJob[] = []
    for (const [id, point] of ids) {
      if ((await this.client.exists(this.queue.toKey(id))) === 1) continue
      const job = this.options.jobOf(point)
      if (job !== null) lost.push(job)
    }
    await this.add(lost)
  }

  private idOf(point: number): string {
    return jobs.jobId(this.options.plan.hash, point)
  }
}
