// The agenda of a replayed director: what it has asked to be woken for, in order of time.
import type { TimerHost } from '../ipvs/connection-timers.ts'

interface Entry {
  connection: number
  at: number
  serial: number
}

/** A binary heap by time, then by order of asking. */
export class ReplayTimers implements TimerHost {
  private readonly heap: Entry[] = []
  private serial = 0

  expireAt(connection: number, at: number): void {
    const entry = { connection, at, serial: this.serial++ }
    const { heap } = this
    let place = heap.push(entry) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (isBefore(heap[parent]!, entry)) break
      heap[place] = heap[parent]!
      place = parent
    }
    heap[place] = entry
  }

  /** When something is due next; Infinity: never. */
  get nextAt(): number {
    return this.heap[0]?.at ?? Infinity
  }

  /** Calls back with everything that is due by then. */
  runUntil(now: number, due: (connection: number, at: number) => void): void {
    for (let first = this.heap[0]; first !== undefined && first.at <= now; first = this.heap[0]) {
      this.removeFirst()
      due(first.connection, first.at)
    }
  }

  private removeFirst(): void {
    const { heap } = this
    const last = heap.pop()!
    if (heap.length === 0) return
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (isBefore(last, heap[child]!)) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = last
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.serial < b.serial)
}
