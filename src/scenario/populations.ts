// Who sends the load: one population of clients, or several with a share each.
import { loadOf, loadsOf } from './loads.ts'
import type { ClientsSpec, Scenario } from './scenario.ts'

export interface PopulationShare {
  clients: ClientsSpec
  /** Of the requests, users or connections of the workload; all shares together are 1. */
  share: number
}

/** All that send something, each once: requests first, then packets without connections. */
export function sendersOf(scenario: Scenario): ClientsSpec[] {
  const requests = loadsOf(scenario).flatMap(populationsOf)
  return [...new Set([...requests.map(({ clients }) => clients), ...floodersOf(scenario)])]
}

/**
 * Those that send something to a service; of one that gets no load, all that send anything, since
 * they would be its clients.
 */
export function sendersTo(scenario: Scenario, service: string): ClientsSpec[] {
  const load = loadOf(scenario, service)
  if (load === null) return sendersOf(scenario)
  const requests = populationsOf(load).map(({ clients }) => clients)
  return service === scenario.workload.to ? [...requests, ...floodersOf(scenario)] : requests
}

function floodersOf({ workload, clients }: Scenario): ClientsSpec[] {
  return (workload.packets ?? []).map((each) => clients[each.clients]!)
}

/** The populations that send requests of the workload, in the order in which it names them. */
export function populationsOf({ workload, clients }: Scenario): PopulationShare[] {
  const mix = workload.mix ?? [{ clients: workload.from, share: 1 }]
  return mix.map(({ clients: name, share }) => ({ clients: clients[name]!, share }))
}
