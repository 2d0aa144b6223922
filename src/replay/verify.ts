// A recording replayed and compared: the first differing step, and what was compared.
import { compareStep } from './compare.ts'
import { addTally, noTally, type Difference, type Tally } from './difference.ts'
import { Player } from './player.ts'
import { readRecording, type Recording, type Step } from './trace.ts'

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

/** The estimator runs every 2.016 s; where in that period it stands is one unknown of a recording. */
const ESTIMATOR_PERIOD_TICKS = 504
/** The timer wheel fires it at multiples of this. */
const ESTIMATOR_GRAIN_TICKS = 8
const STATISTICS = /--stats|--rate|ip_vs_stats/

/** Replays a recording; throws a TraceError when it cannot be. */
export function verify(text: string): Verified {
  const recording = readRecording(text)
  const first = firstEstimate(recording.trace.jiffies)
  let best = replay(recording, first)
  for (
    let more = ESTIMATOR_GRAIN_TICKS;
    more < ESTIMATOR_PERIOD_TICKS;
    more += ESTIMATOR_GRAIN_TICKS
  ) {
    if (best.failures.length === 0 || !areStatistics(best.failures)) break
    const other = replay(recording, first + more)
    if (countOf(other) < countOf(best)) best = other
  }
  return best
}

/** The first tick of the scenario at which the wheel can fire it, from time 0. */
function firstEstimate(jiffies: number): number {
  const grain = ESTIMATOR_GRAIN_TICKS
  return grain - (((jiffies % grain) + grain) % grain)
}

function areStatistics(failures: readonly StepFailure[]): boolean {
  return failures.every(({ differences }) => differences.every(({ what }) => STATISTICS.test(what)))
}

function countOf({ failures }: Verified): number {
  return failures.reduce((sum, { differences }) => sum + differences.length, 0)
}

function replay({ trace, saw }: Recording, estimateAt: number): Verified {
  const outcomes = new Player(trace, estimateAt).play()
  const tally = noTally()
  const failures: StepFailure[] = []
  trace.steps.forEach((step, index) => {
    const compared = compareStep(step, saw[index]!, outcomes[index]!, trace.topology.guePorts)
    addTally(tally, compared.tally)
    if (compared.differences.length > 0) {
      failures.push({ step: index, what: step, differences: compared.differences })
    }
  })
  const { name, family, steps } = trace
  return { name, family, steps: steps.length, tally, failures }
}
