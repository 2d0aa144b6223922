// The networks of a scenario and the routers between them, in base units (scenario.ts).
import type { DistributionSpec } from '../kernel/distributions.ts'
import type { LossOptions } from '../net/loss.ts'
import type { Clamp } from '../net/mss.ts'

/**
 * A non-blocking switch, on which every host has a full-duplex port of its own, or a wire between
 * two hosts.
 */
export interface LinkSpec {
  name: string
  kind: 'switch' | 'wire'
  /** Whole kbit/s, so that times stay exact (kernel/time.ts). */
  rateBps: number
  /** One crossing, port to port, without the time to send the frame. */
  delayPs: number
  mtuBytes: number
  /** Preamble and gap on the wire beside the frame: 20 B on Ethernet. */
  overheadBytes: number
  /** The queue in front of each port of the switch; exactly one of the two is not null. */
  bufferBytes: number | null
  bufferPackets: number | null
  /** Memory of the switch that its ports share; null when each has its own. */
  sharedBufferBytes: number | null
  /** Of the shared memory: how a queue's limit follows from what is free. */
  alpha: number
  loss: LossOptions | null
  /** ps */
  jitter: DistributionSpec | null
}

export interface RouterSpec {
  name: string
  ports: RouterPortSpec[]
  /** Sends ICMP errors, and lets them pass. */
  icmp: boolean
  clampMss: Clamp | null
}

export interface RouterPortSpec {
  link: string
  shaper: (RateLimit & { queueBytes: number }) | null
  policer: RateLimit | null
}

export interface RateLimit {
  rateBps: number
  burstBytes: number
}
