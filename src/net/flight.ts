// Packets under way on one wire, first in first out: a ring of packets and of the times they are
// due.
import type { Packet } from './packet.ts'
import { NEVER, type Time } from '../kernel/time.ts'

export class Flight {
  private packets: (Packet | null)[] = Array<Packet | null>(16).fill(null)
  private due = new Float64Array(16)
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
    this.packets[place] = packet
    this.due[place] = due
    this.unsentBytes += packet.frameBytes
  }

  firstDue(): Time {
    return this.head === this.tail ? NEVER : this.due[this.head & this.mask]!
  }

  shift(): Packet {
    const packet = this.packets[this.head & this.mask]!
    if (this.unsent === this.head) {
      this.unsent++
      this.unsentBytes -= packet.frameBytes
    }
    this.head++
    return packet
  }

  /** Counts as sent every frame that is due by then. */
  settle(dueBy: Time): void {
    while (this.unsent < this.tail) {
      const place = this.unsent & this.mask
      if (this.due[place]! > dueBy) return
      this.unsentBytes -= this.packets[place]!.frameBytes
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
    const mask = 2 * size - 1
    for (let serial = this.head; serial < this.tail; serial++) {
      packets[serial & mask] = this.packets[serial & this.mask]!
      due[serial & mask] = this.due[serial & this.mask]!
    }
    this.packets = packets
    this.due = due
    this.mask = mask
  }
}
