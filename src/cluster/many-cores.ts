// Workers that have a core each, where there are so many that looking at all of them for the next
// one that is done would take longer than the request itself: a tournament knows who is first, and
// a row of bits who is free. Decides as OwnCores does.
import { NEVER, type Time } from '../kernel/time.ts'
import { WakeTree } from '../kernel/wake-tree.ts'
import type { Packet } from '../net/packet.ts'
import type { Workers } from './workers.ts'

const BITS = 32

/** A core for each worker; the lowest that is free takes the next request. */
export class ManyCores implements Workers {
  busy = 0
  private busyPs: Time = 0
  /** Leaf of each core: when its request is done, NEVER while it is free. */
  private readonly finishing = new WakeTree(NEVER)
  private readonly jobs: (Packet | null)[]
  /** A bit for each core that is free. */
  private readonly free: Int32Array
  /** No word before this one has a free core. */
  private firstFree = 0

  constructor(count: number) {
    this.jobs = Array<Packet | null>(count).fill(null)
    this.free = new Int32Array(Math.ceil(count / BITS))
    for (let core = 0; core < count; core++) {
      this.finishing.add()
      this.release(core)
    }
  }

  begin(packet: Packet, workPs: Time, now: Time): void {
    const core = this.take()
    this.busy++
    this.busyPs += workPs
    this.jobs[core] = packet
    this.finishing.set(core, now + workPs)
  }

  nextAt(): Time {
    return this.finishing.timeOf(this.finishing.first())
  }

  finish(): Packet {
    const core = this.finishing.first()
    const packet = this.jobs[core]!
    this.busy--
    this.jobs[core] = null
    this.finishing.set(core, NEVER)
    this.release(core)
    return packet
  }

  busyUntil(now: Time): Time {
    let busy = this.busyPs
    for (let core = 0; core < this.jobs.length; core++) {
      const at = this.finishing.timeOf(core)
      if (at !== NEVER && at > now) busy -= at - now
    }
    return busy
  }

  shift(from: Time, to: Time): void {
    for (let core = 0; core < this.jobs.length; core++) {
      const at = this.finishing.timeOf(core)
      if (at !== NEVER) this.finishing.set(core, at + to - from)
    }
  }

  abandon(now: Time): Packet[] {
    this.busyPs = this.busyUntil(now)
    const left = this.jobs.filter((job) => job !== null)
    this.busy = 0
    for (let core = 0; core < this.jobs.length; core++) {
      if (this.jobs[core] === null) continue
      this.jobs[core] = null
      this.finishing.set(core, NEVER)
      this.release(core)
    }
    return left
  }

  /** The lowest core that is free; there must be one. */
  private take(): number {
    while (this.free[this.firstFree] === 0) this.firstFree++
    const word = this.free[this.firstFree]!
    const lowest = word & -word
    this.free[this.firstFree] = word ^ lowest
    return this.firstFree * BITS + (BITS - 1 - Math.clz32(lowest))
  }

  private release(core: number): void {
    const place = Math.floor(core / BITS)
    this.free[place]! |= 1 << (core % BITS)
    if (place < this.firstFree) this.firstFree = place
  }
}
