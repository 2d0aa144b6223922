// Packets under way on one wire, first in first out: a ring of packets and of the times they are
// due.
import type { Packet } from './packet.ts'
import { NEVER, type Time } from '../kernel/time.ts'

export class Flight {
  private packets: (Packet | null)[] = Array<Packet | null>(16).fill(null)
  private due = new Float64Array(16)
  private bytes = new Int32Array(16)
  private mask = 15
  /**
   * Serial numbers of the first packet and of the next one to come; the ring wraps, these do not.
   */
  private head = 0
  private tail = 0
  /** Serial number of the first packet whose last bit has not left yet. */
  private unsent = 0
  /** Bytes of the frames that have not left completely, as of the last `settle`. */
  unsentBytes = 0

  get length(): number {
    return this.tail - this.head
  }

  push(packet: Packet, due: Time): void {
    if (this.tail - this.head > this.mask) this.grow()
    const place = this.tail++ & this.mask
    const { frameBytes } = packet
    this.packets[place] = packet
    this.due[place] = due
    this.bytes[place] = frameBytes
    this.unsentBytes += frameBytes
  }

  /** Counts a frame of a packet that is elsewhere already: nobody will ask for it. */
  pushFrame(frameBytes: number, due: Time): void {
    this.head = this.unsent
    if (this.tail - this.head > this.mask) this.grow()
    const place = this.tail++ & this.mask
    this.due[place] = due
    this.bytes[place] = frameBytes
    this.unsentBytes += frameBytes
  }

  firstDue(): Time {
    return this.head === this.tail ? NEVER : this.due[this.head & this.mask]!
  }

  shift(): Packet {
    const place = this.head & this.mask
    if (this.unsent === this.head) {
      this.unsent++
      this.unsentBytes -= this.bytes[place]!
    }
    this.head++
    return this.packets[place]!
  }

  /** Counts as sent every frame that is due by then. */
  settle(dueBy: Time): void {
    while (this.unsent < this.tail) {
      const place = this.unsent & this.mask
      if (this.due[place]! > dueBy) return
      this.unsentBytes -= this.bytes[place]!
      this.unsent++
    }
  }

  /** Frames not completely sent, as of the last `settle`. */
  get unsentCount(): number {
    return this.tail - this.unsent
  }

  /** Forgets the queue: everything has been sent. */
  markAllSent(): void {
    this.unsent = this.tail
    this.unsentBytes = 0
  }

  private grow(): void {
    const size = this.mask + 1
    const packets = Array<Packet | null>(2 * size).fill(null)
    const due = new Float64Array(2 * size)
    const bytes = new Int32Array(2 * size)
    const mask = 2 * size - 1
    for (let serial = this.head; serial < this.tail; serial++) {
      packets[serial & mask] = this.packets[serial & this.mask]!
      due[serial & mask] = this.due[serial & this.mask]!
      bytes[serial & mask] = this.bytes[serial & this.mask]!
    }
    this.packets = packets
    this.due = due
    this.bytes = bytes
    this.mask = mask
  }
}
