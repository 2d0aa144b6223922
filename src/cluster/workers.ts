// Who works on the requests of a real server. Workers that each have a core take one request after
// the other and give it all they have; more workers than cores share the cores evenly (processor
// sharing), as threads do under a fair scheduler with a slice much shorter than a request.
import { NEVER, type Time } from '../kernel/time.ts'
import type { Packet } from '../net/packet.ts'

export interface Workers {
  /** Requests that they work on. */
  readonly busy: number
  /** There must be a free worker. `workPs` is the time that a core of its own would take. */
  begin(packet: Packet, workPs: Time, now: Time): void
  /** When the next request is done, if no other comes. */
  nextAt(now: Time): Time
  /** The request that is done now. */
  finish(now: Time): Packet
  /** Core time spent before `now`, over all cores. */
  busyUntil(now: Time): Time
  /** Nobody worked between the two moments; what was to be done is done that much later. */
  shift(from: Time, to: Time): void
  /** Gives up what is not done, and gives it back. */
  abandon(now: Time): Packet[]
}

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

/**
 * Cores shared evenly by whatever is there. Virtual time is the work that each request present has
 * been given since the cores were last idle, so a request is done when virtual time has grown by
 * its work (as in fair queueing: Demers, Keshav, Shenker, SIGCOMM 1989). One heap by that moment,
 * one alarm.
 */
export class SharedCores implements Workers {
  private readonly cores: number
  private virtualPs = 0
  /** When virtual time was last brought up to date. */
  private at: Time = 0
  private busyPs: Time = 0
  /** A binary heap: moments in virtual time, serial numbers for equal ones, requests. */
  private readonly doneAt: number[] = []
  private readonly serials: number[] = []
  private readonly jobs: Packet[] = []
  private serial = 0

  constructor(cores: number) {
    this.cores = cores
  }

  get busy(): number {
    return this.jobs.length
  }

  begin(packet: Packet, workPs: Time, now: Time): void {
    this.advance(now)
    if (this.jobs.length === 0) this.virtualPs = 0
    let place = this.jobs.length
    const doneAt = this.virtualPs + workPs
    while (place > 0) {
      const parent = (place - 1) >> 1
      // The newest is behind those of the same moment.
      if (this.doneAt[parent]! <= doneAt) break
      this.move(parent, place)
      place = parent
    }
    this.put(place, doneAt, this.serial++, packet)
  }

  nextAt(now: Time): Time {
    if (this.jobs.length === 0) return NEVER
    const left = Math.max(0, this.doneAt[0]! - this.virtualPs)
    return now + Math.ceil(left / this.speed())
  }

  finish(now: Time): Packet {
    this.advance(now)
    // Up to a rounding the same; never behind what is done.
    this.virtualPs = Math.max(this.virtualPs, this.doneAt[0]!)
    const packet = this.jobs[0]!
    const doneAt = this.doneAt.pop()!
    const serial = this.serials.pop()!
    const last = this.jobs.pop()!
    if (this.jobs.length > 0) this.sink(doneAt, serial, last)
    return packet
  }

  busyUntil(now: Time): Time {
    return this.busyPs + (now - this.at) * Math.min(this.cores, this.jobs.length)
  }

  shift(from: Time, to: Time): void {
    this.advance(from)
    this.at = to
  }

  abandon(now: Time): Packet[] {
    this.advance(now)
    this.doneAt.length = 0
    this.serials.length = 0
    return this.jobs.splice(0)
  }

  /** Of each request, in cores. */
  private speed(): number {
    return Math.min(1, this.cores / this.jobs.length)
  }

  private advance(now: Time): void {
    if (this.jobs.length > 0) {
      this.virtualPs += (now - this.at) * this.speed()
      this.busyPs += (now - this.at) * Math.min(this.cores, this.jobs.length)
    }
    this.at = now
  }

  /** Fills the top with what was the last, and brings it down to where it belongs. */
  private sink(doneAt: number, serial: number, packet: Packet): void {
    const { length } = this.jobs
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= length) break
      if (child + 1 < length && this.isBefore(child + 1, child)) child++
      const childAt = this.doneAt[child]!
      if (doneAt < childAt || (doneAt === childAt && serial < this.serials[child]!)) break
      this.move(child, place)
      place = child
    }
    this.put(place, doneAt, serial, packet)
  }

  private isBefore(a: number, b: number): boolean {
    const order = this.doneAt[a]! - this.doneAt[b]!
    return order < 0 || (order === 0 && this.serials[a]! < this.serials[b]!)
  }

  private move(from: number, to: number): void {
    this.put(to, this.doneAt[from]!, this.serials[from]!, this.jobs[from]!)
  }

  private put(place: number, doneAt: number, serial: number, packet: Packet): void {
    this.doneAt[place] = doneAt
    this.serials[place] = serial
    this.jobs[place] = packet
  }
}
