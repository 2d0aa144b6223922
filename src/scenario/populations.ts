// Who sends the load: one population of clients, or several with a share each.
import type { ClientsSpec, Scenario } from './scenario.ts'

export interface PopulationShare {
  clients: ClientsSpec
  /** Of the requests, users or connections of the workload; all shares together are 1. */
  share: number
}

/** The populations that send, in the order in which the workload names them. */
export function populationsOf({ workload, clients }: Scenario): PopulationShare[] {
  const mix = workload.mix ?? [{ clients: workload.from, share: 1 }]
  return mix.map(({ clients: name, share }) => ({ clients: clients[name]!, share }))
}
