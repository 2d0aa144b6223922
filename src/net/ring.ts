// A receive ring of a network card: a first-in first-out buffer of packets with a fixed number of
// places.
import type { Packet } from './packet.ts'

export class Ring {
  /** 'lb1.eth0 ring 3' */
  readonly at: string
  readonly limit: number
  dropped = 0
  packets = 0
  queuePeak = 0
  queueSum = 0
  private slots: (Packet | null)[] = Array<Packet | null>(16).fill(null)
  private mask = 15
  private head = 0
  private tail = 0

  constructor(at: string, limit: number | null) {
    this.at = at
    this.limit = limit ?? Infinity
  }

  get length(): number {
    return this.tail - this.head
  }

  /** False when the ring is full; the packet is then still the caller's. */
  push(packet: Packet): boolean {
    const length = this.tail - this.head
    if (length >= this.limit) {
      this.dropped++
      return false
    }
    if (length > this.mask) this.grow()
    this.slots[this.tail++ & this.mask] = packet
    this.packets++
    this.queueSum += length
    if (length >= this.queuePeak) this.queuePeak = length + 1
    return true
  }

  /** Only when there is one. */
  shift(): Packet {
    return this.slots[this.head++ & this.mask]!
  }

  private grow(): void {
    const mask = 2 * this.mask + 1
    const slots = Array<Packet | null>(mask + 1).fill(null)
    for (let i = this.head; i < this.tail; i++) slots[i & mask] = this.slots[i & this.mask]!
    this.slots = slots
    this.mask = mask
  }
}
