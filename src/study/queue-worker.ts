// A worker of a queue: takes one point after the other, of whatever sweep, and gives its files
// back. What it was doing when it was killed is given to another one once its lease has run out.
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job, Queue, Worker } from 'bullmq'
import {
  checkServer,
  clientOf,
  closeQueue,
  openBull,
  Patience,
  WrongVersion,
  type Address,
  type BullMq,
  type Redis,
} from './queue-connection.ts'
import * as jobs from './queue-jobs.ts'
import type { PackedFile, PointJob } from './queue-jobs.ts'

export interface QueueWorkerOptions {
  address: Address
  version: string
  /** Points at the same time. */
  workers: number
  patienceMs: number
  /** Ends after so long without work; null waits for ever. */
  idleMs: number | null
  signal: AbortSignal
  /** Null when it was stopped; what it throws lets the queue try again. */
  run: (job: PointJob, onShare: (share: number) => void) => Promise<PackedFile[] | null>
  tell: (text: string) => void
  onEnded: (job: PointJob) => void
}

/** A worker that has not renewed its lease for so long is taken for dead. */
const LEASE_MS = 10_000
const STALLED_LOOK_MS = 2500
/** A point that has outlived so many workers is what kills them. */
const MOST_STALLED = 10
const LOOK_MS = 1000
/** Progress of a point is told no more often. */
const SHARE_MS = 1000

/** Works until the signal, or until there has been nothing to do for long. */
export async function workOnQueue(options: QueueWorkerOptions): Promise<void> {
  const { address, version, patienceMs, tell, signal } = options
  const bull = await openBull(address)
  const queue: Queue<PointJob> = new bull.Queue<PointJob>(jobs.queueName(version), {
    prefix: jobs.PREFIX,
    connection: address.options,
    skipVersionCheck: true,
  })
  queue.on('error', () => undefined)
  const patience = new Patience(address.shown, patienceMs, tell, signal)
  let station: Station | null = null
  try {
    const opened = await patience.answer(() => clientOf(queue))
    if (opened === null) return
    const client = opened.value
    await checkServer(client, address)
    await refuseOtherVersions(client, options)
    station = new Station(bull, client, options)
    while (!signal.aborted && !station.isIdle) {
      const answer = await patience.answer(() => refuseOtherVersions(client, options))
      if (answer !== null) await sleep(LOOK_MS)
    }
    await station.end()
  } finally {
    await station?.leave()
    await closeQueue(queue)
  }
}

/** Where there are sweeps, but none of this version, this worker is of no use, and says so. */
async function refuseOtherVersions(client: Redis, options: QueueWorkerOptions): Promise<void> {
  const { address, version } = options
  const sweeps = await jobs.knownSweeps(client)
  const [other] = sweeps
  if (other === undefined || sweeps.some((sweep) => sweep.version === version)) return
  const who = `worker ${hostname()}:${process.pid} of lvs-sim ${version}`
  await jobs.leaveRefusal(client, other.version, who)
  throw new WrongVersion(
    `${who} is refused: "${other.name}" on ${address.shown} is swept by lvs-sim ${other.version}`,
    `Other versions may give other numbers. Install lvs-sim ${other.version} here.`,
  )
}

class Station {
  private readonly options: QueueWorkerOptions
  private readonly client: Redis
  private readonly worker: Worker<PointJob, string>
  private running = 0
  private busyMs = performance.now()
  private isEnded = false

  constructor(bull: BullMq, client: Redis, options: QueueWorkerOptions) {
    this.options = options
    this.client = client
    this.worker = new bull.Worker<PointJob, string>(
      jobs.queueName(options.version),
      (job) => this.handle(job),
      {
        prefix: jobs.PREFIX,
        connection: options.address.options,
        concurrency: options.workers,
        name: `${hostname()}:${process.pid}`,
        lockDuration: LEASE_MS,
        stalledInterval: STALLED_LOOK_MS,
        maxStalledCount: MOST_STALLED,
        skipVersionCheck: true,
      },
    )
    // What is wrong with the connection is told by who waits for an answer.
    this.worker.on('error', () => undefined)
  }

  get isIdle(): boolean {
    const { idleMs } = this.options
    return idleMs !== null && this.running === 0 && performance.now() - this.busyMs > idleMs
  }

  /** Takes no more, and waits for what is running. */
  async end(): Promise<void> {
    this.isEnded = true
    await this.worker.close()
  }

  /** Without waiting: whatever was running is somebody else's. */
  async leave(): Promise<void> {
    if (this.isEnded) return
    await Promise.race([this.worker.close(true).catch(() => undefined), sleep(1000)])
  }

  private async handle({ data }: Job<PointJob>): Promise<string> {
    this.running++
    try {
      const files = await this.options.run(data, this.teller(data))
      if (files === null) throw new Error('the worker was stopped')
      const packed = await jobs.packFiles(files)
      this.options.onEnded(data)
      return packed
    } finally {
      this.running--
      this.busyMs = performance.now()
    }
  }

  private teller({ plan, point }: PointJob): (share: number) => void {
    let toldMs = -Infinity
    return (share) => {
      const now = performance.now()
      if (now - toldMs < SHARE_MS) return
      toldMs = now
      // Nobody waits for it: progress that gets lost is told again a second later.
      jobs.tellProgress(this.client, plan, point, share).catch(() => undefined)
    }
  }
}
