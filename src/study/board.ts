// A few numbers that the replications of one run share while they run: how far each one is, and
// whether to stop. Shared memory, so that a worker neither sends messages nor waits for any while
// it simulates.
import type { Time } from '../kernel/time.ts'

/** Numbers kept of each replication. */
const FIELDS = 3

export class Board {
  readonly shared: SharedArrayBuffer
  private readonly stopFlag: Int32Array
  /** Time, events and seconds of each replication. */
  private readonly numbers: Float64Array

  constructor(shared: SharedArrayBuffer) {
    this.shared = shared
    this.stopFlag = new Int32Array(shared, 0, 2)
    this.numbers = new Float64Array(shared, 8)
  }

  static of(replications: number): Board {
    return new Board(new SharedArrayBuffer(8 + replications * 8 * FIELDS))
  }

  /** Asks every replication to end where it is, and those not begun not to begin. */
  stop(): void {
    Atomics.store(this.stopFlag, 0, 1)
  }

  get stopped(): boolean {
    return Atomics.load(this.stopFlag, 0) === 1
  }

  post(replication: number, now: Time, events: number, seconds: number): void {
    this.numbers.set([now, events, seconds], FIELDS * (replication - 1))
  }

  nowOf(replication: number): Time {
    return this.numbers[FIELDS * (replication - 1)]!
  }

  eventsOf(replication: number): number {
    return this.numbers[FIELDS * (replication - 1) + 1]!
  }

  /** How long it has been running, by the clock on the wall. */
  secondsOf(replication: number): number {
    return this.numbers[FIELDS * (replication - 1) + 2]!
  }
}
