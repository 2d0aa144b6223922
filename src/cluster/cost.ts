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

/** Times per packet, worked out once. */
export class PacketCost {
  readonly cacheEntries: number
  private readonly basePs: Float64Array
  private readonly coldTablePs: Time
  private readonly setupPs: Time

  constructor(costs: DirectorCosts) {
    this.cacheEntries = costs.cacheEntries
    const scaling = 1 + costs.scalingAlpha * (costs.cores - 1)
    const psOf = (cycles: number) =>
      (cycles * scaling * costs.mitigations * PS_PER_SECOND) / costs.clockHz
    const { flatPs } = costs
    this.basePs = Float64Array.from([0, 1, 2, 3], (method) => {
      const cycles = method === 1 ? null : costs.baseCycles[method as CostMethod]
      return flatPs ?? (cycles === null ? 0 : psOf(cycles))
    })
    this.coldTablePs = flatPs === null ? psOf(costs.coldTableCycles) : 0
    this.setupPs = flatPs === null ? psOf(costs.setupCycles) : 0
  }

  /** Whole picoseconds of one packet of that method, with that many entries in the table. */
  of(method: number, opened: boolean, entries: number): Time {
    let ps = this.basePs[method]!
    if (entries > this.cacheEntries) ps += this.coldTablePs
    if (opened) ps += this.setupPs
    return Math.round(ps)
  }
}
