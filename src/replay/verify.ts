// A recording replayed and compared: the first differing step, and what was compared.
import type { Unknowns } from './bench.ts'
import { compareStep } from './compare.ts'
import { compareSync } from './compare-sync.ts'
import { addTally, noTally, type Difference, type Tally } from './difference.ts'
import { verifyHealth } from './health.ts'
import { verifyImport } from './import.ts'
import { Player } from './player.ts'
import { verifyVrrp } from './vrrp.ts'
import { readRecording, type Family, type Recording, type Step } from './trace.ts'

export interface Verified {
  name: string
  family: string
  steps: number
  tally: Tally
  /** In the order of steps; empty when the director did as the kernel. */
  failures: StepFailure[]
}

export interface StepFailure {
  step: number
  what: Step
  differences: Difference[]
}

/**
 * The estimator runs every 2.016 s; where in that period it stands is one unknown of a recording.
 */
const ESTIMATOR_PERIOD_TICKS = 504
/** The timer wheel fires it at multiples of this. */
const ESTIMATOR_GRAIN_TICKS = 8
const STATISTICS = /--stats|--rate|ip_vs_stats/
/** The kernel ticks every 4 ms; where between two ticks a recording began is another unknown. */
const TICK_PHASES_MS = [
  0, 2, 1, 3, 0.5, 1.5, 2.5, 3.5, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75,
]
const SECONDS = / s left$|^not there$|^gone$|^nothing$/

/** Families that are not played on the director alone. */
const BENCHES: Partial<Record<Family, (recording: Recording) => Verified>> = {
  'keepalived-import': verifyImport,
  vrrp: verifyVrrp,
  healthcheck: verifyHealth,
}

/** Replays a recording; throws a TraceError when it cannot be. */
export function verify(text: string): Verified {
  const recording = readRecording(text)
  const bench = BENCHES[recording.trace.family]
  return bench === undefined ? verifyDirector(recording) : bench(recording)
}

function verifyDirector(recording: Recording): Verified {
  const estimateAt = firstEstimate(recording.trace.jiffies)
  let best: Verified | null = null
  let found = 0
  for (const tickPhaseMs of TICK_PHASES_MS) {
    const tried = replay(recording, { tickPhaseMs, estimateAt })
    if (best === null || countOf(tried) < countOf(best)) {
      best = tried
      found = tickPhaseMs
    }
    if (best.failures.length === 0 || !areTimes(best.failures)) break
  }
  return withEstimator(recording, best!, { tickPhaseMs: found, estimateAt })
}

/** Looks for the estimator's place in its period, if nothing but statistics differ. */
function withEstimator(recording: Recording, first: Verified, unknowns: Unknowns): Verified {
  let best = first
  for (let more = ESTIMATOR_GRAIN_TICKS; more < ESTIMATOR_PERIOD_TICKS;) {
    if (best.failures.length === 0 || !areStatistics(best.failures)) break
    const estimateAt = unknowns.estimateAt + more
    const tried = replay(recording, { ...unknowns, estimateAt })
    if (countOf(tried) < countOf(best)) best = tried
    more += ESTIMATOR_GRAIN_TICKS
  }
  return best
}

/** The first tick of the scenario at which the wheel can fire it, from time 0. */
function firstEstimate(jiffies: number): number {
  const grain = ESTIMATOR_GRAIN_TICKS
  return grain - (((jiffies % grain) + grain) % grain)
}

/** Nothing but seconds left, or what they decide: the tick may explain it. */
function areTimes(failures: readonly StepFailure[]): boolean {
  return failures.every(({ differences }) =>
    differences.every(
      ({ what, kernel }) =>
        ['dests', 'sync'].some((kind) => what.startsWith(kind)) ||
        STATISTICS.test(what) ||
        SECONDS.test(kernel),
    ),
  )
}

function areStatistics(failures: readonly StepFailure[]): boolean {
  return failures.every(({ differences }) => differences.every(({ what }) => STATISTICS.test(what)))
}

function countOf({ failures }: Verified): number {
  return failures.reduce((sum, { differences }) => sum + differences.length, 0)
}

function replay({ trace, saw }: Recording, unknowns: Unknowns): Verified {
  const outcomes = new Player(trace, unknowns).play()
  const tally = noTally()
  const failures: StepFailure[] = []
  const comparisons = trace.steps.map((step, index) =>
    compareStep(step, saw[index]!, outcomes[index]!, trace.topology.guePorts),
  )
  compareSync(saw, outcomes, comparisons)
  comparisons.forEach(({ differences, tally: compared }, step) => {
    addTally(tally, compared)
    if (differences.length > 0) failures.push({ step, what: trace.steps[step]!, differences })
  })
  const { name, family, steps } = trace
  return { name, family, steps: steps.length, tally, failures }
}
