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
  /** Added per packet when connections are tracked by conntrack, too; 0 when they are not. */
  conntrackCycles: number
  /** Added per packet while the table has more entries than the last-level cache holds. */
  coldTableCycles: number
  cacheEntries: number
  /** Added for each entry that is met in the chain of a bucket before the right one. */
  chainCycles: number
  buckets: number
  /** Added for the packet that opens a connection: creating it, and expiring it later. */
  setupCycles: number
  /** Of a record of a connection that is written for other directors, or read from them. */
  syncRecordCycles?: number
  /** Of an interrupt and the start of polling. */
  interruptCycles: number
  /** Cores on the other socket, and what such a core does of a near one's work. */
  remoteCores: number
  remoteCapacity: number
  /** Of 1 / (1 + alpha (n - 1)), the scaling loss over n cores. */
  scalingAlpha: number
  /** Factor on everything, 1 when CPU mitigations are off. */
  mitigations: number
  /** A flat time that stands for all of the above but the other socket. */
  flatPs: number | null
}

/** Times per packet, worked out once: whole picoseconds. */
export class PacketCost {
  readonly cacheEntries: number
  /** An interrupt and the start of polling. */
  readonly interruptPs: Time
  /** A record of synchronisation, written or read. */
  readonly syncRecordPs: Time
  /** By method << 2 | cold table << 1 | opens a connection. */
  private readonly ps: Float64Array
  /** For each entry of the table, when a packet finds its connection: half of the mean chain. */
  private readonly hitPs: number
  private readonly chainPs: number
  private readonly buckets: number
  private readonly costs: DirectorCosts

  constructor(costs: DirectorCosts) {
    this.costs = costs
    this.cacheEntries = costs.cacheEntries
    const scaling = 1 + costs.scalingAlpha * (costs.cores - 1)
    const { flatPs } = costs
    const psOf = (cycles: number) =>
      (cycles * scaling * costs.mitigations * PS_PER_SECOND) / costs.clockHz
    const surchargePs = (cycles: number) => (flatPs === null ? psOf(cycles) : 0)
    this.interruptPs = Math.round(surchargePs(costs.interruptCycles))
    this.syncRecordPs = Math.round(surchargePs(costs.syncRecordCycles ?? 0))
    this.buckets = costs.buckets
    this.chainPs = surchargePs(costs.chainCycles)
    this.hitPs = this.chainPs / (2 * costs.buckets)
    this.ps = Float64Array.from({ length: 16 }, (_, index) => {
      const method = index >> 2
      const cycles = method === 1 ? null : costs.baseCycles[method as CostMethod]
      return Math.round(
        (flatPs ?? (cycles === null ? 0 : psOf(cycles))) +
          surchargePs(costs.conntrackCycles) +
          ((index & 2) === 0 ? 0 : surchargePs(costs.coldTableCycles)) +
          ((index & 1) === 0 ? 0 : surchargePs(costs.setupCycles)),
      )
    })
  }

  /** Time of one packet of that method, with that many entries in the table. */
  of(method: number, opened: boolean, entries: number): Time {
    const cold = entries > this.cacheEntries ? 2 : 0
    const ps = this.ps[(method << 2) | cold | (opened ? 1 : 0)]!
    if (this.chainPs === 0) return ps
    return ps + Math.round(opened ? this.missPs(entries) : entries * this.hitPs)
  }

  /** Factor on the time of all work of a core: more than 1 on the other socket. */
  slownessOf(core: number): number {
    const { cores, remoteCores, remoteCapacity } = this.costs
    return core >= cores - remoteCores ? 1 / remoteCapacity : 1
  }

  /** Who finds nothing has met the whole chain, of which the first entry is in the base. */
  private missPs(entries: number): number {
    return Math.max(0, entries / this.buckets - 1) * this.chainPs
  }
}
