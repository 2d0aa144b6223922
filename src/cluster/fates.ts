// What becomes of TCP connections when their virtual address goes out of service: those that were
// open then are kept, reset, or stuck until their client gives up; those that are opened meanwhile
// are answered late or never. A connection is known to be kept when a request that was sent after
// that moment is answered.
import type { Time } from '../kernel/time.ts'
import type { FateCounts } from '../measure/outages.ts'
import { FAILURES } from '../measure/recorder.ts'

const TIMEOUT = FAILURES.indexOf('timeout')

/** A connection as its fate is decided. */
export interface Fated {
  /** Number of the outage that it has met and that has not decided about it yet; -1: none. */
  outage: number
  /** It was opened while the address was out of service. */
  isNewcomer: boolean
  requestAt: Time
}

interface Outage {
  /** A request that was sent from then on and is answered shows that its connection is kept. */
  decidesFrom: Time
  counts: FateCounts
}

/** Of one virtual address. */
export class Fates {
  /** Number of the outage that lasts; -1: the address is in service. */
  current = -1
  private readonly outages: Outage[] = []
  private readonly pools: { forEachOpen: (act: (each: Fated) => void) => void }[] = []

  /** Connections to the address. */
  watch(pool: { forEachOpen: (act: (each: Fated) => void) => void }): void {
    this.pools.push(pool)
  }

  /**
   * The address goes out of service, or only a part of its connections does: who is kept then shows
   * only after it is over. The counts go on after it is back.
   */
  begin(now: Time, isPartial = false): FateCounts {
    const counts = { open: 0, kept: 0, reset: 0, stuck: 0, tried: 0, answered: 0, failed: 0 }
    const outage = this.outages.push({ decidesFrom: isPartial ? Infinity : now, counts }) - 1
    this.current = outage
    for (const pool of this.pools) {
      pool.forEachOpen((each) => {
        if (each.outage >= 0) return
        each.outage = outage
        if (each.isNewcomer) counts.tried++
        else counts.open++
      })
    }
    return counts
  }

  end(now: Time): void {
    const outage = this.outages[this.current]
    if (outage?.decidesFrom === Infinity) outage.decidesFrom = now
    this.current = -1
  }

  /** A connection is opened now. */
  open(connection: Fated): void {
    connection.outage = this.current
    connection.isNewcomer = true
    if (this.current >= 0) this.outages[this.current]!.counts.tried++
  }

  /** Its request has been answered. */
  answered(connection: Fated): void {
    const { decidesFrom, counts } = this.outages[connection.outage]!
    if (connection.isNewcomer) counts.answered++
    else if (connection.requestAt >= decidesFrom) counts.kept++
    else return
    connection.outage = -1
  }

  /** It has ended, by that failure (measure/recorder.ts) or with -1 as it should. */
  ended(connection: Fated, failure: number): void {
    const { counts } = this.outages[connection.outage]!
    connection.outage = -1
    if (connection.isNewcomer) {
      if (failure < 0) counts.answered++
      else counts.failed++
    } else if (failure < 0) counts.kept++
    else if (failure === TIMEOUT) counts.stuck++
    else counts.reset++
  }
}
