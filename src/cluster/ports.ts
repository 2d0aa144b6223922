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
  /** Closed ports with the times at which they become free again, first closed first. */
  private readonly waiting: { key: number; freeAt: Time }[] = []
  private firstWaiting = 0

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
    this.waiting.push({ key: address * PORTS + (port - FIRST_PORT), freeAt: now + TIME_WAIT_PS })
  }

  /** The connection of that port ended without TIME_WAIT. */
  release(address: number, port: number): void {
    this.busy.delete(address * PORTS + (port - FIRST_PORT))
  }

  private free(now: Time): void {
    const { waiting } = this
    while (this.firstWaiting < waiting.length && waiting[this.firstWaiting]!.freeAt <= now) {
      this.busy.delete(waiting[this.firstWaiting++]!.key)
    }
    if (this.firstWaiting > 65_536) {
      waiting.splice(0, this.firstWaiting)
      this.firstWaiting = 0
    }
  }
}
