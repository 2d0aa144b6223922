// The load of a scenario, service by service. Everything that knows of one load, from what clients
// send to what arithmetic says, sees each as a scenario of its own whose workload goes there alone.
import type { FurtherLoadSpec, Scenario } from './scenario.ts'

/** The scenario itself, and one for each further service that gets load. */
export function loadsOf(scenario: Scenario): Scenario[] {
  const { services = [] } = scenario.workload
  return [scenario, ...services.map((load) => alone(scenario, load))]
}

/** Names of the services that get load. */
export function loadedServices({ workload }: Pick<Scenario, 'workload'>): string[] {
  return [workload.to, ...(workload.services ?? []).map(({ to }) => to)]
}

/** The scenario as that service sees it; null where it gets no load. */
export function loadOf(scenario: Scenario, service: string): Scenario | null {
  return loadsOf(scenario).find(({ workload }) => workload.to === service) ?? null
}

function alone(scenario: Scenario, { rates, ...load }: FurtherLoadSpec): Scenario {
  const { dontFragment, phases } = scenario.workload
  const rated = phases.map(({ name, startPs, durationPs }, phase) => {
    return { name, startPs, durationPs, ...rates[phase]! }
  })
  return { ...scenario, workload: { ...load, dontFragment, phases: rated } }
}
