// The rate of a phase over its time: constant, a ramp, or a curve of points with straight lines
// between them. Before its first point a curve is level, and after its last one.
import { PS_PER_SECOND } from '../kernel/time.ts'

/** Time since the phase began, and requests per second there; two of one time are a step. */
export interface RatePoint {
  atPs: number
  rate: number
}

/** A phase as far as its rate goes. */
export interface Rated {
  durationPs: number
  /** At its start and at its end. */
  fromRate: number
  toRate: number
  /** What lies between; absent: a straight line. */
  curve?: readonly RatePoint[]
}

/** A straight line of the rate, from so long after the start of the phase on. */
export interface RatePiece {
  atPs: number
  durationPs: number
  fromRate: number
  toRate: number
}

export function isConstant({ fromRate, toRate, curve }: Rated): boolean {
  return fromRate === toRate && (curve ?? []).every(({ rate }) => rate === fromRate)
}

export function highestRate({ fromRate, toRate, curve }: Rated): number {
  return (curve ?? []).reduce((most, { rate }) => Math.max(most, rate), Math.max(fromRate, toRate))
}

/** The straight lines of a phase, or of its beginning when it is cut there. */
export function piecesOf(phase: Rated, keptPs: number = phase.durationPs): RatePiece[] {
  const points = pointsOf(phase)
  const end = Math.min(keptPs, phase.durationPs)
  const pieces: RatePiece[] = []
  for (let index = 1; index < points.length; index++) {
    const [from, to] = [points[index - 1]!, points[index]!]
    if (from.atPs >= end || to.atPs === from.atPs) continue
    const durationPs = Math.min(to.atPs, end) - from.atPs
    const toRate = from.rate + (to.rate - from.rate) * (durationPs / (to.atPs - from.atPs))
    pieces.push({ atPs: from.atPs, durationPs, fromRate: from.rate, toRate })
  }
  return pieces
}

/** Requests that it means to send, on average, until it is cut. */
export function requestsIn(phase: Rated, keptPs: number = phase.durationPs): number {
  return piecesOf(phase, Math.max(0, keptPs)).reduce(
    (sum, { durationPs, fromRate, toRate }) =>
      sum + ((fromRate + toRate) / 2) * (durationPs / PS_PER_SECOND),
    0,
  )
}

/** The rate at a time since the start of the phase; behind a step where there is one. */
export function rateAt(points: readonly RatePoint[], atPs: number): number {
  const next = points.findIndex((point) => point.atPs > atPs)
  if (next === 0) return points[0]!.rate
  if (next < 0) return points.at(-1)!.rate
  const [from, to] = [points[next - 1]!, points[next]!]
  return from.rate + (to.rate - from.rate) * ((atPs - from.atPs) / (to.atPs - from.atPs))
}

function pointsOf({ durationPs, fromRate, toRate, curve }: Rated): readonly RatePoint[] {
  const ends = [
    { atPs: 0, rate: fromRate },
    { atPs: durationPs, rate: toRate },
  ]
  return curve === undefined ? ends : [ends[0]!, ...curve, ends[1]!]
}
