// What a packet costs the director: cycles of a base per forwarding method and surcharges, spread
// over cores that slow each other down a little. All figures come from a cost profile, none from
// here.
import { PS_PER_SECOND, type Time } from '../kernel/time.ts'

/** Methods by their kernel numbers: 0 NAT, 2 TUN, 3 DR. */
export type CostMethod = 0 | 2 | 3

export interface DirectorCosts {
  clockHz: number
  cores: number
  /** Cycles per packet by method (per direction for NAT); null when the profile has no value. */
  baseCycles: Record<CostMethod, number | null>
  /** Added per packet while the table has more entries than the last-level cache holds. */
  coldTableCycles: number
  cacheEntries: number
  /** Added for the packet that opens a connection: creating it, and expiring it later. */
  setupCycles: number
  /** Of 1 / (1 + alpha (n - 1)), the scaling loss over n cores. */
  scalingAlpha: number
  /** Factor on everything, 1 when CPU mitigations are off. */
  mitigations: number
  /** A flat time that stands for all of the above. */
  flatPs: number | null
}

/** Times per packet, worked out once: whole picoseconds. */
export class PacketCost {
  readonly cacheEntries: number
  /** By method << 2 | cold table << 1 | opens a connection. */
  private readonly ps: Float64Array

  constructor(costs: DirectorCosts) {
    this.cacheEntries = costs.cacheEntries
    const scaling = 1 + costs.scalingAlpha * (costs.cores - 1)
    const psOf = (cycles: number) =>
      (cycles * scaling * costs.mitigations * PS_PER_SECOND) / costs.clockHz
    const { flatPs } = costs
    const coldTablePs = flatPs === null ? psOf(costs.coldTableCycles) : 0
    const setupPs = flatPs === null ? psOf(costs.setupCycles) : 0
    this.ps = Float64Array.from({ length: 16 }, (_, index) => {
      const method = index >> 2
      const cycles = method === 1 ? null : costs.baseCycles[method as CostMethod]
      const base = flatPs ?? (cycles === null ? 0 : psOf(cycles))
      return Math.round(
        base + ((index & 2) === 0 ? 0 : coldTablePs) + ((index & 1) === 0 ? 0 : setupPs),
      )
    })
  }

  /** Time of one packet of that method, with that many entries in the table. */
  of(method: number, opened: boolean, entries: number): Time {
    const cold = entries > this.cacheEntries ? 2 : 0
    return this.ps[(method << 2) | cold | (opened ? 1 : 0)]!
  }
}
