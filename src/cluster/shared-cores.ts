// More workers than cores share them evenly.
import { NEVER, type Time } from '../kernel/time.ts'
import type { Packet } from '../net/packet.ts'
import type { Workers } from './workers.ts'

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
