// The kernel's limit on ICMP errors of the whole host (net.ipv4.icmp_msgs_per_sec and _burst): a
// thousand a second, fifty at once. A message costs none, one or two of them at random, so that
// nobody can count; whether one is sent is therefore certain only as long as the worst luck could
// not have used up all. "Fragmentation needed" is not limited.
import { TICK_PS } from '../ipvs/ticks.ts'

const BURST = 50
const PER_SECOND = 1000
const MOST_COST = 2
/** What was used is given back after 20 ms, not before. */
const REFILL_PS = 5 * TICK_PS
const SECOND_PS = 1_000_000_000_000

export class IcmpBudget {
  private leastCredit = BURST
  private refilledAt = 0

  /** A message is wanted: true if it is sent whatever the kernel has drawn. */
  take(now: number): boolean {
    const passed = now - this.refilledAt
    if (passed >= REFILL_PS) {
      const given = Math.floor((PER_SECOND * passed) / SECOND_PS)
      this.leastCredit = Math.min(BURST, this.leastCredit + given)
      this.refilledAt = now
    }
    const isCertain = this.leastCredit > 0
    this.leastCredit = Math.max(0, this.leastCredit - MOST_COST)
    return isCertain
  }
}
