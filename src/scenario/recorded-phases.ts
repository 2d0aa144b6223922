// The phases of every load as they are measured: those of a service behind those of the one before
// it, in the order of loads.ts.
import type { RecordedPhase } from '../measure/recorder.ts'
import { loadsOf } from './loads.ts'
import { doneAt } from './operation-spec.ts'
import { isConstant } from './rates.ts'
import type { PhaseSpec, Scenario } from './scenario.ts'
import { endOf } from './timeline-spec.ts'

export function recordedPhases(scenario: Scenario): RecordedPhase[] {
  return loadsOf(scenario).flatMap(phasesOf)
}

function phasesOf(scenario: Scenario): RecordedPhase[] {
  const { durationPs } = scenario.time
  return scenario.workload.phases.map((phase) => ({
    name: phase.name,
    startPs: phase.startPs,
    // A phase that is cut has its hundred windows in what is left of it.
    durationPs:
      phase.startPs < durationPs
        ? Math.min(phase.durationPs, durationPs - phase.startPs)
        : phase.durationPs,
    steady: isSteady(phase, scenario),
  }))
}

/** Its rate is constant, and nothing acts in it: no fault, and no operation. */
function isSteady(phase: PhaseSpec, scenario: Scenario): boolean {
  const { startPs } = phase
  const endPs = startPs + phase.durationPs
  const isEventful =
    scenario.faults.some((fault) => fault.atPs < endPs && endOf(fault) >= startPs) ||
    scenario.operations.some((each) => each.atPs < endPs && doneAt(each) >= startPs)
  return isConstant(phase) && scenario.workload.replay === undefined && !isEventful
}
