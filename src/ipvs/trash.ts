// Destinations that were removed (spec 1.7). They wait here as long as connections or a scheduler's
// cache name them and some minutes more, because their connections come alive again, counters and
// all, when they are added once more.
import { Destination, type Service } from './service.ts'
import type { Tasks } from './tasks.ts'
import { HZ } from './ticks.ts'

const VISIT_TICKS = 60 * HZ
const VISIT_PS = 60_000_000_000_000
const LONGEST_IDLE_PS = 2 * VISIT_PS

interface Entry {
  destination: Destination
  /** When a visit first found that nothing names it; null before. */
  idleSince: number | null
}

export class Trash {
  /** Every destination there ever was, by its index; connections refer to them. */
  readonly byIndex: Destination[] = []
  /** Newest first. */
  private entries: Entry[] = []
  /** Visits that are planned; the last one alone is made, as the kernel has one timer. */
  private planned = 0
  private readonly tasks: Tasks

  constructor(tasks: Tasks) {
    this.tasks = tasks
  }

  create(service: Service, address: number, port: number): Destination {
    const destination = new Destination(service, address, port, this.byIndex.length)
    this.byIndex.push(destination)
    return destination
  }

  add(destination: Destination, now: number): void {
    destination.available = false
    if (this.entries.length === 0) this.plan(now)
    this.entries.unshift({ destination, idleSince: null })
  }

  /** The same object returns, with connections, counts and overload flag. */
  revive(
    service: Service,
    { address, port }: { address: number; port: number },
  ): Destination | null {
    const place = this.entries.findIndex(({ destination }) => {
      const { service: old } = destination
      return (
        destination.address === address &&
        destination.port === port &&
        old.family === service.family &&
        old.protocol === service.protocol &&
        old.mark === service.mark &&
        old.address === service.address &&
        old.port === service.port
      )
    })
    if (place < 0) return null
    const [entry] = this.entries.splice(place, 1)
    const { destination } = entry!
    if (destination.service !== service) {
      destination.statistics.zero()
      destination.service = service
    }
    return destination
  }

  private plan(now: number): void {
    const number = ++this.planned
    this.tasks.after(VISIT_TICKS, now, (then) => {
      if (number === this.planned) this.visit(then)
    })
  }

  private visit(now: number): void {
    this.entries = this.entries.filter((entry) => {
      if (!entry.destination.isIdle) return true
      if (entry.idleSince === null) entry.idleSince = now
      return now < entry.idleSince + LONGEST_IDLE_PS
    })
    if (this.entries.length > 0) this.plan(now)
  }
}
