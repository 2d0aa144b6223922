// Which source ports are free. The side that closes first keeps its port for 60 s (TIME_WAIT), so
// of Linux's 28,232 ports one address opens at most 470 connections a second to one virtual address
// and port.
import { PS_PER_SECOND, type Time } from '../kernel/time.ts'
import type { PortRange } from '../net/port-range.ts'

const TIME_WAIT_PS = 60 * PS_PER_SECOND

/** Ephemeral ports of all addresses of a population, taken in turn. */
export class EphemeralPorts {
  /** Next port to try, by address. */
  private readonly next: Uint16Array
  /** How many of an address are in use or in TIME_WAIT. */
  private readonly taken: Uint32Array
  private readonly range: PortRange
  /** address * count + place in the range, in use or in TIME_WAIT. */
  private readonly busy = new Set<number>()
  /** Ports in TIME_WAIT, and when they are free again: a ring, first closed first. */
  private keys = new Float64Array(64)
  private freeAt = new Float64Array(64)
  private head = 0
  private waiting = 0

  constructor(addresses: number, range: PortRange) {
    this.range = range
    this.next = new Uint16Array(addresses)
    this.taken = new Uint32Array(addresses)
  }

  /** The next free port of that address, or -1 when all are in use or waiting. */
  take(address: number, now: Time): number {
    this.free(now)
    const { first, count } = this.range
    if (this.taken[address] === count) return -1
    let offset = this.next[address]!
    while (this.busy.has(address * count + offset)) offset = offset + 1 === count ? 0 : offset + 1
    this.next[address] = offset + 1 === count ? 0 : offset + 1
    this.taken[address]!++
    this.busy.add(address * count + offset)
    return first + offset
  }

  /** The connection of that port was closed by the client. */
  close(address: number, port: number, now: Time): void {
    if (this.waiting === this.keys.length) this.grow()
    const place = (this.head + this.waiting++) & (this.keys.length - 1)
    this.keys[place] = this.keyOf(address, port)
    this.freeAt[place] = now + TIME_WAIT_PS
  }

  /** The connection of that port ended without TIME_WAIT. */
  release(address: number, port: number): void {
    this.forget(this.keyOf(address, port))
  }

  private free(now: Time): void {
    while (this.waiting > 0 && this.freeAt[this.head]! <= now) {
      this.forget(this.keys[this.head]!)
      this.head = (this.head + 1) & (this.keys.length - 1)
      this.waiting--
    }
  }

  private forget(key: number): void {
    if (this.busy.delete(key)) this.taken[Math.floor(key / this.range.count)]!--
  }

  private keyOf(address: number, port: number): number {
    return address * this.range.count + (port - this.range.first)
  }

  private grow(): void {
    this.keys = twice(this.keys, this.head)
    this.freeAt = twice(this.freeAt, this.head)
    this.head = 0
  }
}

/** A ring of twice the size that begins at its first place. */
function twice(ring: Float64Array, head: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * ring.length)
  larger.set(ring.subarray(head))
  larger.set(ring.subarray(0, head), ring.length - head)
  return larger
}
