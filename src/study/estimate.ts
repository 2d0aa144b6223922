// How long a sweep will take on this machine: a few of its points are simulated for a moment, and
// the rest is reckoned by the requests that they have.
import { loadsOf } from '../scenario/loads.ts'
import { requestsIn } from '../scenario/rates.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { Simulation } from '../scenario/simulation.ts'

const PILOTS = 3
/** The first half of it is for the compiler to see what is hot. */
const PILOT_MS = 200
const FIRST_SLICES = 10_000

/** Seconds of one worker for all replications of all points; null when no pilot could be run. */
export function secondsOfSweep(
  points: readonly number[],
  load: (point: number) => Scenario,
): number | null {
  const chosen = [...new Set(spread(points))]
  // The first one is run twice: before that, no code was hot.
  const pilots = [chosen[0]!, ...chosen].flatMap((point) => {
    try {
      const scenario = load(point)
      return [secondsOfReplication(scenario) * scenario.time.replications]
    } catch {
      // What is wrong with it is told when its turn comes.
      return []
    }
  })
  const warm = pilots.slice(1)
  if (warm.length === 0) return null
  return (warm.reduce((sum, seconds) => sum + seconds, 0) / warm.length) * points.length
}

/** First, last and some between. */
function spread(points: readonly number[]): number[] {
  const last = points.length - 1
  return Array.from(
    { length: PILOTS },
    (_, index) => points[Math.round((index * last) / (PILOTS - 1))]!,
  )
}

function secondsOfReplication(scenario: Scenario): number {
  const started = performance.now()
  const simulation = new Simulation(scenario, { replication: 1 })
  const built = performance.now()
  const slicePs = Math.max(1, Math.ceil(simulation.end / FIRST_SLICES))
  let warm = { ms: built, ps: 0 }
  while (!simulation.isOver && performance.now() - built < PILOT_MS) {
    simulation.runUntil(simulation.now + slicePs)
    const now = performance.now()
    if (warm.ps === 0 && now - built > PILOT_MS / 2) warm = { ms: now, ps: simulation.now }
  }
  const ended = performance.now()
  if (simulation.isOver) return (ended - started) / 1000
  const requests = requestsUntil(scenario, simulation.now) - requestsUntil(scenario, warm.ps)
  const all = requestsUntil(scenario, simulation.end)
  return (built - started + ((ended - warm.ms) * all) / Math.max(requests, 1)) / 1000
}

/** Requests that the phases offer until then, to all services. */
function requestsUntil(scenario: Scenario, ps: number): number {
  const phases = loadsOf(scenario).flatMap(({ workload }) => workload.phases)
  return phases.reduce((sum, phase) => sum + requestsIn(phase, ps - phase.startPs), 0)
}
