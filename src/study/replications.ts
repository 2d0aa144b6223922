// All replications of one scenario, here or spread over worker threads. Results come in the order
// of their numbers whoever finished first, so that the number of workers changes no byte of a
// report.
import { availableParallelism } from 'node:os'
import type { ReplicationResult } from '../measure/replication.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { packScenario } from '../scenario/travel.ts'
import { Board } from './board.ts'
import { canSpread, Pool } from './pool.ts'
import { replicateHere } from './replicate-here.ts'

export interface RunOptions {
  /** Parallel workers; 1 runs inside this process. `defaultWorkers()` when left out. */
  workers?: number
  /** Threads shared with other runs, which then outlive this one; `workers` says nothing. */
  pool?: Pool
  /** Replications that have been run before: only those after them are. */
  after?: number
  /** Stops the run where it is; what was measured until then is returned, marked as incomplete. */
  signal?: AbortSignal
  /** Called about ten times a second. */
  onProgress?: (progress: Progress) => void
}

export interface Progress {
  /** The first of those that run, 1, 2, ... */
  replication: number
  replications: number
  /** Of that replication. */
  simulatedPs: number
  ofPs: number
  /** Of the whole run, 0..1. */
  share: number
  eventsPerSecond: number
  /** At the speed so far; null when nothing has been simulated yet. */
  secondsLeft: number | null
}

const TICK_MS = 100

/** All cores up to 4, beyond that one is left to others. */
export function defaultWorkers(cores: number = availableParallelism()): number {
  return cores <= 4 ? cores : cores - 1
}

/**
 * How many workers run with those options: never more than replications, and only built code
 * spreads.
 */
export function workersFor(scenario: Scenario, options: RunOptions): number {
  if (!canSpread()) return 1
  if (options.pool !== undefined) return options.pool.workers
  return Math.min(options.workers ?? defaultWorkers(), numbers(scenario, options).length)
}

/** Runs the scenario as often as it says. Fewer results than that when it was stopped. */
export async function runReplications(
  scenario: Scenario,
  options: RunOptions = {},
): Promise<ReplicationResult[]> {
  const board = Board.of(scenario.time.replications)
  const watch = new Watch(scenario, board, options)
  try {
    const workers = workersFor(scenario, options)
    const isHere = options.pool === undefined && workers === 1
    const results = isHere
      ? await runHere(numbers(scenario, options), scenario, board)
      : await runSpread(
          numbers(scenario, options),
          scenario,
          board,
          options.pool ?? new Pool(workers),
          options.pool,
        )
    return results.filter((result) => result !== null)
  } finally {
    watch.end()
  }
}

async function runHere(
  wanted: readonly number[],
  scenario: Scenario,
  board: Board,
): Promise<ReplicationResult[]> {
  const results: ReplicationResult[] = []
  for (const replication of wanted) {
    const result = await replicateHere(scenario, replication, board)
    if (result === null) break
    results.push(result)
  }
  return results
}

/** A pool of its own ends with the run, one that is shared with others goes on. */
async function runSpread(
  wanted: readonly number[],
  scenario: Scenario,
  board: Board,
  pool: Pool,
  shared: Pool | undefined,
): Promise<(ReplicationResult | null)[]> {
  const travelling = packScenario(scenario)
  const tasks = wanted.map(async (replication) => {
    try {
      return await pool.run({ scenario: travelling, replication, board: board.shared })
    } catch (error) {
      board.stop()
      throw error
    }
  })
  try {
    return await Promise.all(tasks)
  } finally {
    board.stop()
    // The others of this run end soon: nothing of it may be under way when the caller goes on.
    await Promise.allSettled(tasks)
    if (pool !== shared) await pool.end()
  }
}

function numbers({ time }: Scenario, { after = 0 }: RunOptions): number[] {
  return Array.from({ length: time.replications - after }, (_, index) => after + index + 1)
}

/**
 * Looks at the board now and then: for the limit on processor time, the signal and the progress.
 */
class Watch {
  private readonly scenario: Scenario
  private readonly board: Board
  private readonly options: RunOptions
  private readonly wanted: readonly number[]
  private readonly startedMs = performance.now()
  private readonly startedCpu = process.cpuUsage()
  private readonly timer: NodeJS.Timeout
  private readonly onAbort = (): void => this.board.stop()

  constructor(scenario: Scenario, board: Board, options: RunOptions) {
    this.scenario = scenario
    this.board = board
    this.options = options
    this.wanted = numbers(scenario, options)
    if (options.signal?.aborted === true) board.stop()
    options.signal?.addEventListener('abort', this.onAbort, { once: true })
    this.timer = setInterval(() => this.look(), TICK_MS)
  }

  end(): void {
    clearInterval(this.timer)
    this.options.signal?.removeEventListener('abort', this.onAbort)
  }

  private look(): void {
    const limit = this.scenario.time.limitCpuSeconds
    if (limit !== null && this.usedSeconds() > limit) this.board.stop()
    this.options.onProgress?.(this.progress())
  }

  /**
   * Processor time of all threads of this process, so of all workers together. Where other runs
   * share the threads: the time that its replications have been running by their own clocks, since
   * Node before 22.19 knows no processor time of a thread.
   */
  private usedSeconds(): number {
    if (this.options.pool !== undefined) {
      return sum(this.wanted.map((replication) => this.board.secondsOf(replication)))
    }
    const { user, system } = process.cpuUsage(this.startedCpu)
    return (user + system) / 1e6
  }

  private progress(): Progress {
    const { durationPs, cooldownPs, replications } = this.scenario.time
    const ofPs = durationPs + cooldownPs
    const simulated = this.wanted.map((replication) => this.board.nowOf(replication))
    const events = this.wanted.map((replication) => this.board.eventsOf(replication))
    const share = sum(simulated) / (ofPs * simulated.length)
    const seconds = (performance.now() - this.startedMs) / 1000
    const running = simulated.findIndex((now) => now < ofPs)
    const shown = running === -1 ? simulated.length - 1 : running
    return {
      replication: this.wanted[shown] ?? replications,
      replications,
      simulatedPs: simulated[shown] ?? ofPs,
      ofPs,
      share,
      eventsPerSecond: sum(events) / seconds,
      secondsLeft: share > 0 ? (seconds / share) * (1 - share) : null,
    }
  }
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
