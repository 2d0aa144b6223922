// The kernel's limit on ICMP errors of the whole host (net.ipv4.icmp_msgs_per_sec and _burst): a
// thousand a second, fifty at once. A message costs none, one or two of them at random; what was
// used comes back when somebody asks five ticks later or more. Whether a message is sent is certain
// only as long as the worst luck could not have used up all. "Fragmentation needed" is not limited.

const BURST = 50
const PER_TICK = 4
const REFILL_TICKS = 5
const MOST_COST = 2

export class IcmpBudget {
  private leastCredit = BURST
  private refilledAt = -Infinity

  /** A message is wanted at a tick: true if it is sent whatever the kernel has drawn. */
  take(tick: number): boolean {
    const passed = tick - this.refilledAt
    if (passed >= REFILL_TICKS) {
      this.leastCredit = Math.min(BURST, this.leastCredit + PER_TICK * passed)
      this.refilledAt = tick
    }
    const isCertain = this.leastCredit > 0
    this.leastCredit = Math.max(0, this.leastCredit - MOST_COST)
    return isCertain
  }
}
