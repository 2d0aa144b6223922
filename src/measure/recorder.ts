// What happens to requests, counted by the phase and window in which they meant to leave. A
// request's `slot` is phase * WINDOWS + window; everything is preallocated, so recording allocates
// nothing. Where several services have load, the phases of each stand behind those of the one
// before: a request's slot says whose it is, at no cost.
import type { Time } from '../kernel/time.ts'
import { Histogram } from './histogram.ts'
import { BATCHES, WINDOWS, type PhaseResult } from './replication.ts'

const WINDOWS_PER_BATCH = WINDOWS / BATCHES

/** Why requests fail, in the order of reports. */
export const FAILURES = ['lost', 'refused', 'reset', 'timeout', 'no port', 'over limit'] as const
/** Told of the phases that have it alone: servers seldom have a limit of connections. */
const SELDOM: Failure = 'over limit'
export type Failure = (typeof FAILURES)[number]

export interface RecordedPhase {
  name: string
  startPs: Time
  durationPs: Time
  steady: boolean
}

export class Recorder {
  /** Slot of packets that carry no request: no result reads it. */
  readonly nowhere: number
  private readonly phases: RecordedPhase[]
  private readonly hosts: string[]
  private readonly startPs: Float64Array
  private readonly windowsPerPs: Float64Array
  private readonly offeredBy: Float64Array
  private readonly deliveredBy: Float64Array
  private readonly latencySumBy: Float64Array
  /** Requests sent to each server: slot * servers + server. */
  private readonly sentBy: Float64Array
  private readonly failedBy: Float64Array
  private readonly histograms: Histogram[]

  constructor(phases: RecordedPhase[], hosts: string[]) {
    this.phases = phases
    this.hosts = hosts
    this.nowhere = phases.length * WINDOWS
    const slots = this.nowhere + 1
    this.startPs = Float64Array.from(phases, (phase) => phase.startPs)
    this.windowsPerPs = Float64Array.from(phases, (phase) => WINDOWS / phase.durationPs)
    this.offeredBy = new Float64Array(slots)
    this.deliveredBy = new Float64Array(slots)
    this.latencySumBy = new Float64Array(slots)
    this.sentBy = new Float64Array(slots * Math.max(1, hosts.length))
    this.failedBy = new Float64Array(phases.length * FAILURES.length)
    this.histograms = Array.from({ length: phases.length * BATCHES }, () => new Histogram())
  }

  /** Slot of a request that means to leave at that time, in that phase. */
  slotAt(phase: number, at: Time): number {
    const window = ((at - this.startPs[phase]!) * this.windowsPerPs[phase]!) | 0
    return phase * WINDOWS + (window < WINDOWS ? window : WINDOWS - 1)
  }

  /** The phase in which that time lies, of those from `first` on; -1 behind the last. */
  phaseAt(at: Time, first = 0): number {
    return this.phases.findIndex(
      ({ startPs, durationPs }, index) =>
        index >= first && at >= startPs && at < startPs + durationPs,
    )
  }

  offer(slot: number): void {
    this.offeredBy[slot]!++
  }

  deliver(slot: number, latencyPs: Time): void {
    this.deliveredBy[slot]!++
    this.latencySumBy[slot]! += latencyPs
    this.histograms[(slot / WINDOWS_PER_BATCH) | 0]!.record(latencyPs)
  }

  fail(slot: number, cause: number): void {
    this.failedBy[((slot / WINDOWS) | 0) * FAILURES.length + cause]!++
  }

  /** The director sent the request to that server; -1: to one that is not measured. */
  send(slot: number, server: number): void {
    if (server >= 0) this.sentBy[slot * this.hosts.length + server]!++
  }

  /**
   * What was counted of each phase of a service, `count` of them from `first` on; `cutAtPs` is
   * where a cut run stopped offering requests.
   */
  results(
    service: string,
    weights: readonly number[],
    cutAtPs: Time,
    first = 0,
    count: number = this.phases.length,
  ): PhaseResult[] {
    return this.phases.slice(first, first + count).map((phase, place) => {
      const index = first + place
      const from = index * WINDOWS
      const offered = [...this.offeredBy.subarray(from, from + WINDOWS)]
      const delivered = [...this.deliveredBy.subarray(from, from + WINDOWS)]
      const failed = this.failures(index)
      const lost = Object.values(failed).reduce((sum, count) => sum + count, 0)
      return {
        service,
        phase: phase.name,
        startPs: phase.startPs,
        durationPs: Math.max(0, Math.min(phase.durationPs, cutAtPs - phase.startPs)),
        windowPs: phase.durationPs / WINDOWS,
        steady: phase.steady,
        offered: total(offered),
        delivered: total(delivered),
        failed,
        unfinished: total(offered) - total(delivered) - lost,
        latency: this.histograms
          .slice(index * BATCHES, (index + 1) * BATCHES)
          .map((histogram) => histogram.toSparse()),
        windows: {
          offered,
          delivered,
          latencySum: [...this.latencySumBy.subarray(from, from + WINDOWS)],
        },
        servers: this.hosts.map((host, server) => ({
          host,
          weight: weights[server]!,
          requests: offered.map((_, window) => this.sentBy[this.place(from + window, server)]!),
        })),
      }
    })
  }

  private place(slot: number, server: number): number {
    return slot * this.hosts.length + server
  }

  private failures(phase: number): Record<string, number> {
    const failed: Record<string, number> = {}
    FAILURES.forEach((cause, index) => {
      const count = this.failedBy[phase * FAILURES.length + index]!
      if (count > 0 || cause !== SELDOM) failed[cause] = count
    })
    return failed
  }
}

function total(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
