// What lblc and lblcr remember of addresses (spec 2.13): 1024 buckets, a time of last use for each
// entry, and a visit every minute that throws out the old: all that are too old each half hour, or
// some of the idle ones when the cache is too large.
import { fold } from '../../wire/address.ts'
import { SECOND_PS } from '../headers.ts'
import type { Kernel, SchedulerContext } from '../service.ts'
import { HZ, TICK_PS } from '../ticks.ts'
import { h32 } from './hash.ts'

const BUCKET_BITS = 10
const BUCKETS = 1024
const MOST_ENTRIES = 16 * BUCKETS
/** New addresses are remembered up to here. */
const LIMIT = (MOST_ENTRIES * 3) / 2
const VISIT_TICKS = 60 * HZ
const VISITS_PER_FULL_CHECK = 30
const IDLE_PS = 360 * SECOND_PS
const MOST_REMOVALS = MOST_ENTRIES / 2

export class AddressCache<Entry extends { lastUse: number }> {
  private readonly buckets = Array.from({ length: BUCKETS }, () => new Map<number, Entry>())
  private readonly limit: number
  private readonly context: SchedulerContext
  private readonly name: 'lblc' | 'lblcr'
  private readonly forgotten: (entry: Entry) => void
  private entries = 0
  private visits = 1
  private rover = 0
  private isBound = true

  /** `forgotten` is told of each entry that goes. */
  constructor(
    kernel: Kernel,
    context: SchedulerContext,
    name: 'lblc' | 'lblcr',
    forgotten: (entry: Entry) => void,
  ) {
    this.limit = kernel === 'classic' ? Infinity : LIMIT
    this.context = context
    this.name = name
    this.forgotten = forgotten
    this.plan(context.now)
  }

  get hasRoom(): boolean {
    return this.entries < this.limit
  }

  get(address: number): Entry | undefined {
    return this.bucketOf(address).get(address)
  }

  set(address: number, entry: Entry): void {
    this.bucketOf(address).set(address, entry)
    this.entries++
  }

  remove(address: number): void {
    const bucket = this.bucketOf(address)
    this.forgotten(bucket.get(address)!)
    bucket.delete(address)
    this.entries--
  }

  /** Forgets everything, for good. */
  clear(): void {
    this.isBound = false
    this.removeOlder(0, BUCKETS, Infinity, Infinity)
  }

  /** How long an address is remembered that nobody asks for, ps. */
  get expirationPs(): number {
    return this.context.cacheTicks(this.name) * TICK_PS
  }

  private bucketOf(address: number): Map<number, Entry> {
    return this.buckets[h32(fold(address), BUCKET_BITS)]!
  }

  private plan(now: number): void {
    this.context.tasks.after(VISIT_TICKS, now, (then) => this.visit(then))
  }

  private visit(now: number): void {
    if (!this.isBound) return
    if (this.visits % VISITS_PER_FULL_CHECK === 0) {
      this.removeOlder(0, BUCKETS, now - this.expirationPs, Infinity)
      this.visits = 1
    } else if (this.entries <= MOST_ENTRIES) {
      this.visits++
    } else {
      const wanted = Math.floor(((this.entries - MOST_ENTRIES) * 4) / 3)
      const goal = Math.min(wanted, MOST_REMOVALS)
      this.rover = this.removeOlder(this.rover + 1, BUCKETS, now - IDLE_PS, goal)
    }
    this.plan(now)
  }

  /**
   * Removes what was last used at that time or before, bucket by bucket, until the goal is reached;
   * gives the bucket visited last.
   */
  private removeOlder(first: number, count: number, lastUse: number, goal: number): number {
    let left = goal
    let place = first % BUCKETS
    for (let visited = 0; visited < count; visited++) {
      place = (first + visited) % BUCKETS
      for (const [address, entry] of this.buckets[place]!) {
        if (entry.lastUse > lastUse) continue
        this.remove(address)
        left--
      }
      if (left <= 0) break
    }
    return place
  }
}
