// Everything that happens once (timers of connections, timeouts, phase changes): a priority queue
// by (time, serial number), so that events of one instant fire in the order in which they were
// planned. The agenda is itself an element with one alarm.
import FastPriorityQueue from 'fastpriorityqueue'
import type { Alarm, Element } from './kernel.ts'
import { NEVER, type Time } from './time.ts'

/** Whoever planned something: told its key when the time has come. */
export interface Planner {
  due(key: number, now: Time): void
}

interface Entry {
  at: Time
  serial: number
  key: number
  planner: Planner
}

/** One-off events; entries are pooled, so planning allocates only while the agenda grows. */
export class Agenda implements Element {
  /** Set by the kernel that owns the agenda. */
  alarm!: Alarm
  private readonly queue = new FastPriorityQueue<Entry>(isEarlier)
  private readonly spare: Entry[] = []
  private serial = 0

  get size(): number {
    return this.queue.size
  }

  /** Calls `planner.due(key, at)` at that time; a time of NEVER or later is not planned. */
  plan(at: Time, planner: Planner, key: number): void {
    if (at >= NEVER) return
    const entry = this.spare.pop() ?? { at, serial: 0, key, planner }
    entry.at = at
    entry.serial = this.serial++
    entry.key = key
    entry.planner = planner
    this.queue.add(entry)
    if (at < this.alarm.at) this.alarm.set(at)
  }

  wake(now: Time): void {
    const entry = this.queue.poll()!
    const next = this.queue.peek()
    this.alarm.set(next === undefined ? NEVER : next.at)
    const { planner, key } = entry
    this.spare.push(entry)
    planner.due(key, now)
  }
}

function isEarlier(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.serial < b.serial)
}
