// Who sends the load: one population of clients, or several with a share each.
import type { ClientsSpec, Scenario } from './scenario.ts'

export interface PopulationShare {
  clients: ClientsSpec
  /** Of the requests, users or connections of the workload; all shares together are 1. */
  share: number
}

/** All that send something: requests first, then packets without connections. */
export function sendersOf(scenario: Scenario): ClientsSpec[] {
  const { workload, clients } = scenario
  const packets = (workload.packets ?? []).map((each) => clients[each.clients]!)
  return [...populationsOf(scenario).map((each) => each.clients), ...packets]
}

/** The populations that send requests, in the order in which the workload names them. */
export function populationsOf({ workload, clients }: Scenario): PopulationShare[] {
  const mix = workload.mix ?? [{ clients: workload.from, share: 1 }]
  return mix.map(({ clients: name, share }) => ({ clients: clients[name]!, share }))
}
