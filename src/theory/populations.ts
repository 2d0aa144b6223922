// Arithmetic looks at one population of clients at a time, and adds up.
import { populationsOf } from '../scenario/populations.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** The scenario as each population sees it: alone, with its share of the requests. */
export function byPopulation(scenario: Scenario): { scenario: Scenario; share: number }[] {
  return populationsOf(scenario).map(({ clients, share }) => {
    const { mix: _mix, ...workload } = scenario.workload
    return { scenario: { ...scenario, workload: { ...workload, from: clients.name } }, share }
  })
}
