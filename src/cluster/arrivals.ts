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
  /** Number of the phase that it is a piece of; absent: its own place. */
  phase?: number
}

export class Arrivals {
  /** Phase of the arrival last returned by `next`. */
  phase = 0
  private readonly phases: RatePhase[]
  private readonly stream: Stream
  private readonly burst: number
  private readonly isPoisson: boolean
  /** Place of the phase, or piece of one, that the next arrival lies in. */
  private place = 0
  private leftInBurst = 0
  private last: Time = 0
  /** Requests since the start of the phase, as a real number. */
  private position = 0

  /** Requests of the current phase, and ps from one to the next when its rate is constant. */
  private total = 0
  private pacePs = 0
  private startPs: Time = 0
  private lastPs: Time = 0

  constructor(phases: RatePhase[], kind: ArrivalKind, stream: Stream) {
    this.phases = phases
    this.stream = stream
    this.burst = kind.kind === 'bursts' ? kind.size : 1
    this.isPoisson = kind.kind !== 'constant'
    this.enter()
  }

  /** Time of the next arrival, never before the one before it; NEVER after the last phase. */
  next(): Time {
    if (this.leftInBurst > 0) {
      this.leftInBurst--
      return this.last
    }
    this.position += this.burst * (this.isPoisson ? this.stream.exponential() : 1)
    while (this.position >= this.total) {
      if (this.place >= this.phases.length - 1) {
        this.place = this.phases.length
        return NEVER
      }
      this.position -= this.total
      this.place++
      this.enter()
    }
    this.leftInBurst = this.burst - 1
    const offset =
      this.pacePs > 0
        ? Math.floor(this.position * this.pacePs)
        : timeOnRamp(this.phases[this.place]!, this.position)
    this.last = this.startPs + Math.min(this.lastPs, offset)
    return this.last
  }

  private enter(): void {
    const phase = this.phases[this.place]
    if (phase === undefined) return
    this.phase = phase.phase ?? this.place
    const { startPs, durationPs, fromRate, toRate } = phase
    this.startPs = startPs
    this.lastPs = durationPs - 1
    this.total = ((fromRate + toRate) / 2) * (durationPs / PS_PER_SECOND)
    this.pacePs = fromRate === toRate ? PS_PER_SECOND / fromRate : 0
  }
}

/** Solves rate * t + slope * t^2 / 2 = position for whole ps, in the form that does not cancel. */
function timeOnRamp({ fromRate, toRate, durationPs }: RatePhase, position: number): Time {
  // At the very start a ramp from nothing would divide nothing by nothing.
  if (position === 0) return 0
  const slope = ((toRate - fromRate) * PS_PER_SECOND) / durationPs
  const root = Math.sqrt(Math.max(0, fromRate * fromRate + 2 * position * slope))
  return Math.floor(((2 * position) / (fromRate + root)) * PS_PER_SECOND)
}
