// Workers that have a core each.
import { NEVER, type Time } from '../kernel/time.ts'
import type { Packet } from '../net/packet.ts'
import type { Workers } from './workers.ts'

/** A core for each worker; the lowest that is free takes the next request. */
export class OwnCores implements Workers {
  busy = 0
  private busyPs: Time = 0
  private readonly finishAt: Float64Array
  private readonly jobs: (Packet | null)[]
  /** The lowest core that is free. */
  private free = 0
  /** The lowest of the cores that are done first, and when; NEVER while all are free. */
  private first = 0
  private firstAt: Time = NEVER

  constructor(count: number) {
    this.finishAt = new Float64Array(count).fill(NEVER)
    this.jobs = Array<Packet | null>(count).fill(null)
  }

  begin(packet: Packet, workPs: Time, now: Time): void {
    const core = this.free
    const at = now + workPs
    this.busy++
    this.busyPs += workPs
    this.finishAt[core] = at
    this.jobs[core] = packet
    if (at < this.firstAt || (at === this.firstAt && core < this.first)) {
      this.first = core
      this.firstAt = at
    }
    let free = core + 1
    while (free < this.finishAt.length && this.finishAt[free]! !== NEVER) free++
    this.free = free
  }

  nextAt(): Time {
    return this.firstAt
  }

  finish(): Packet {
    const core = this.first
    const packet = this.jobs[core]!
    this.busy--
    this.finishAt[core] = NEVER
    this.jobs[core] = null
    if (core < this.free) this.free = core
    this.findFirst()
    return packet
  }

  busyUntil(now: Time): Time {
    let busy = this.busyPs
    for (const at of this.finishAt) if (at !== NEVER && at > now) busy -= at - now
    return busy
  }

  shift(from: Time, to: Time): void {
    const { finishAt } = this
    for (let core = 0; core < finishAt.length; core++) {
      if (finishAt[core]! < NEVER) finishAt[core]! += to - from
    }
    this.findFirst()
  }

  abandon(now: Time): Packet[] {
    const { jobs, finishAt } = this
    this.busyPs = this.busyUntil(now)
    const left = jobs.filter((job) => job !== null)
    this.busy = 0
    finishAt.fill(NEVER)
    jobs.fill(null)
    this.free = 0
    this.findFirst()
    return left
  }

  private findFirst(): void {
    const { finishAt } = this
    let firstAt = NEVER
    for (let core = 0; core < finishAt.length; core++) {
      const at = finishAt[core]!
      if (at < firstAt) {
        firstAt = at
        this.first = core
      }
    }
    this.firstAt = firstAt
  }
}
