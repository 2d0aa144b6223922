// The kernel's limit on ICMP errors of the whole host (net.ipv4.icmp_msgs_per_sec and _burst): a
// thousand a second, fifty at once. A message costs none, one or two of them at random, and what
// was used comes back in lots of twenty milliseconds and more, so that nobody can count; whether a
// message is sent is certain only as long as the worst luck could not have used up all.
// "Fragmentation needed" is not limited.

const BURST = 50
const PS_PER_MESSAGE = 1_000_000_000
const MOST_COST = 2
/** So long may the kernel owe what it gives back: five ticks, and one in which nobody asked. */
const LATEST_PS = 24_000_000_000

export class IcmpBudget {
  private leastCredit = BURST
  /** Up to then everything has been given back. */
  private givenUpTo = 0

  /** A message is wanted: true if it is sent whatever the kernel has drawn. */
  take(now: number): boolean {
    const messages = Math.floor((now - LATEST_PS - this.givenUpTo) / PS_PER_MESSAGE)
    if (messages > 0) {
      this.leastCredit = Math.min(BURST, this.leastCredit + messages)
      this.givenUpTo += messages * PS_PER_MESSAGE
    }
    // To a full budget nothing is added.
    if (this.leastCredit === BURST) this.givenUpTo = now
    const isCertain = this.leastCredit > 0
    this.leastCredit = Math.max(0, this.leastCredit - MOST_COST)
    return isCertain
  }
}
