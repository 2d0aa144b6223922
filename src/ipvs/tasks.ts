// What the kernel does on its own: work that is due at a tick, asked for by whoever needs it. Tasks
// of one tick run in the order in which they were planned.
import type { TickClock } from './ticks.ts'

interface Task {
  at: number
  run: (now: number) => void
}

export class Tasks {
  private readonly clock: TickClock
  private readonly wakeAt: (at: number) => void
  private readonly tasks: Task[] = []

  constructor(clock: TickClock, wakeAt: (at: number) => void) {
    this.clock = clock
    this.wakeAt = wakeAt
  }

  /** Runs it after so many ticks, as late as the kernel's timer wheel would. */
  after(ticks: number, now: number, run: (now: number) => void): void {
    const set = this.clock.timeOf(this.clock.tickAt(now) + ticks)
    this.insert(this.clock.firesAt(set, ticks), run)
  }

  /** Runs it so many ticks after time 0. */
  at(ticks: number, run: (now: number) => void): void {
    this.insert(this.clock.timeOf(this.clock.firstTick + ticks), run)
  }

  runUntil(now: number): void {
    for (let task = this.tasks[0]; task !== undefined && task.at <= now; task = this.tasks[0]) {
      this.tasks.shift()
      task.run(task.at)
    }
  }

  private insert(at: number, run: (now: number) => void): void {
    const place = this.tasks.findIndex((task) => task.at > at)
    this.tasks.splice(place < 0 ? this.tasks.length : place, 0, { at, run })
    this.wakeAt(at)
  }
}
