// Which source ports are free. The side that closes first keeps its port for 60 s (TIME_WAIT), so
// one address opens at most 28,232 / 60 = 470 connections a second to one virtual address and port.
import { PS_PER_SECOND, type Time } from '../kernel/time.ts'
import { FIRST_PORT, PORTS } from './client-hosts.ts'

const TIME_WAIT_PS = 60 * PS_PER_SECOND

/** Ephemeral ports of all addresses of a population, taken in turn. */
export class EphemeralPorts {
  /** Next port to try, by address. */
  private readonly next: Uint16Array
  /** address * PORTS + port, in use or in TIME_WAIT. */
  private readonly busy = new Set<number>()
  /** Ports in TIME_WAIT, and when they are free again: a ring, first closed first. */
  private keys = new Float64Array(64)
  private freeAt = new Float64Array(64)
  private head = 0
  private waiting = 0

  constructor(addresses: number) {
    this.next = new Uint16Array(addresses)
  }

  /**
   * The next port of that address, or -1 when it has none left: it is then still in use or waiting.
   */
  take(address: number, now: Time): number {
    this.free(now)
    const offset = this.next[address]!
    const key = address * PORTS + offset
    if (this.busy.has(key)) return -1
    this.next[address] = offset + 1 === PORTS ? 0 : offset + 1
    this.busy.add(key)
    return FIRST_PORT + offset
  }

  /** The connection of that port was closed by the client. */
  close(address: number, port: number, now: Time): void {
    if (this.waiting === this.keys.length) this.grow()
    const place = (this.head + this.waiting++) & (this.keys.length - 1)
    this.keys[place] = keyOf(address, port)
    this.freeAt[place] = now + TIME_WAIT_PS
  }

  /** The connection of that port ended without TIME_WAIT. */
  release(address: number, port: number): void {
    this.busy.delete(keyOf(address, port))
  }

  private free(now: Time): void {
    while (this.waiting > 0 && this.freeAt[this.head]! <= now) {
      this.busy.delete(this.keys[this.head]!)
      this.head = (this.head + 1) & (this.keys.length - 1)
      this.waiting--
    }
  }

  private grow(): void {
    this.keys = twice(this.keys, this.head)
    this.freeAt = twice(this.freeAt, this.head)
    this.head = 0
  }
}

function keyOf(address: number, port: number): number {
  return address * PORTS + (port - FIRST_PORT)
}

/** A ring of twice the size that begins at its first place. */
function twice(ring: Float64Array, head: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * ring.length)
  larger.set(ring.subarray(head))
  larger.set(ring.subarray(0, head), ring.length - head)
  return larger
}
