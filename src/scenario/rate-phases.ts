// Phases as arrivals take them: straight pieces of their rates, as far as the run reaches.
import type { RatePhase } from '../cluster/arrivals.ts'
import { piecesOf, type Rated } from './rates.ts'

/** Of a population that has that share of the load; `first` is the number of the first phase. */
export function ratePhases(
  phases: readonly (Rated & { startPs: number })[],
  durationPs: number,
  share: number,
  first = 0,
): RatePhase[] {
  return phases.flatMap((spec, phase) =>
    piecesOf(spec, durationPs - spec.startPs).map(({ atPs, ...piece }) => ({
      startPs: spec.startPs + atPs,
      durationPs: piece.durationPs,
      fromRate: share === 1 ? piece.fromRate : piece.fromRate * share,
      toRate: share === 1 ? piece.toRate : piece.toRate * share,
      phase: first + phase,
    })),
  )
}
