// When requests mean to leave: a point process over phases whose rate is constant or a straight
// ramp. Time runs in units of requests (the cumulated rate); Poisson arrivals are exponential steps
// of mean 1 there, constant arrivals steps of 1, bursts share one step of their size. What is left
// of a step at the end of a phase goes on in the next one.
import { NEVER, PS_PER_SECOND, type Time } from '../kernel/time.ts'
import type { Stream } from '../kernel/random.ts'

export type ArrivalKind =
  { kind: 'poisson' } | { kind: 'constant' } | { kind: 'bursts'; size: number }

export interface RatePhase {
  startPs: Time
  durationPs: Time
  /** Requests per second at the start and at the end. */
  fromRate: number
  toRate: number
}

export class Arrivals {
  /** Phase of the arrival last returned by `next`. */
  phase = 0
  private readonly phases: RatePhase[]
  private readonly stream: Stream
  private readonly burst: number
  private readonly isPoisson: boolean
  private leftInBurst = 0
  private last: Time = 0
  /** Requests since the start of the phase, as a real number. */
  private position = 0

  constructor(phases: RatePhase[], kind: ArrivalKind, stream: Stream) {
    this.phases = phases
    this.stream = stream
    this.burst = kind.kind === 'bursts' ? kind.size : 1
    this.isPoisson = kind.kind !== 'constant'
  }

  /** Time of the next arrival, never before the one before it; NEVER after the last phase. */
  next(): Time {
    if (this.leftInBurst > 0) {
      this.leftInBurst--
      return this.last
    }
    this.position += this.burst * (this.isPoisson ? this.stream.exponential() : 1)
    for (; this.phase < this.phases.length; this.phase++) {
      const phase = this.phases[this.phase]!
      const total = ((phase.fromRate + phase.toRate) / 2) * (phase.durationPs / PS_PER_SECOND)
      if (this.position < total) {
        this.leftInBurst = this.burst - 1
        this.last = phase.startPs + timeOf(phase, this.position)
        return this.last
      }
      this.position -= total
    }
    return NEVER
  }
}

/** Solves rate * t + slope * t^2 / 2 = position for whole ps, in the form that does not cancel. */
function timeOf(phase: RatePhase, position: number): Time {
  const { fromRate, toRate, durationPs } = phase
  // At the very start a ramp from nothing would divide nothing by nothing.
  if (position === 0) return 0
  const seconds =
    fromRate === toRate
      ? position / fromRate
      : (2 * position) /
        (fromRate +
          Math.sqrt(
            Math.max(
              0,
              fromRate * fromRate +
                (2 * position * (toRate - fromRate) * PS_PER_SECOND) / durationPs,
            ),
          ))
  return Math.min(durationPs - 1, Math.floor(seconds * PS_PER_SECOND))
}
