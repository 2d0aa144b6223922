// Clients that send to several services: their hosts have one wire each for all of it.
import { loadsOf } from './loads.ts'
import { populationsOf } from './populations.ts'
import type { Scenario } from './scenario.ts'

/** 'udp' where all their load is of UDP: what arrives may then be told ahead of time. */
export type Sharing = 'udp' | 'mixed'

/** By name; clients from which one load comes are not among them. */
export function sharedClients(scenario: Scenario): ReadonlyMap<string, Sharing> {
  const protocols = new Map<string, string[]>()
  for (const load of loadsOf(scenario)) {
    const { protocol } = load.services[load.workload.to]!
    for (const { clients } of populationsOf(load)) {
      protocols.set(clients.name, [...(protocols.get(clients.name) ?? []), protocol])
    }
  }
  const several = [...protocols].filter(([, list]) => list.length > 1)
  return new Map(
    several.map(([name, list]) => [name, list.every((each) => each === 'udp') ? 'udp' : 'mixed']),
  )
}
