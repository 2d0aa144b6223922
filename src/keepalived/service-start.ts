// What keepalived's checkers program into IPVS when they start, before the first check (spec
// healthchecks.md, 5.2 to 5.4): services in the order of the file, servers that are taken to be up,
// and the sorry server where they are too few.
import type { ServiceEntry } from './service-entries.ts'
import {
  destinationRule,
  serviceRule,
  type DestinationRule,
  type ServiceRule,
} from './service-rules.ts'
import type { CheckedServer, VirtualServer } from './virtual-servers.ts'

/** IPVS as keepalived uses it: what is refused is logged, and keepalived goes on. */
export interface ServiceTable {
  addService: (rule: ServiceRule) => void
  addDestination: (service: ServiceRule, rule: DestinationRule) => void
}

export function startServices(servers: readonly VirtualServer[], table: ServiceTable): void {
  for (const server of servers) {
    const placements = placementsOf(server)
    for (const entry of server.entries) startService(server, entry, placements, table)
  }
}

interface Placement {
  target: CheckedServer | NonNullable<VirtualServer['sorry']>
  weight: number
}

function startService(
  server: VirtualServer,
  entry: ServiceEntry,
  placements: readonly Placement[],
  table: ServiceTable,
): void {
  const service = serviceRule(server, entry)
  table.addService(service)
  for (const { target, weight } of placements) {
    table.addDestination(service, destinationRule(entry, target, weight))
  }
}

/** Whether the servers that are taken to be up are enough for the quorum. */
export function startsWithQuorum({ servers, quorum, hysteresis }: VirtualServer): boolean {
  const sum = servers.reduce((all, each) => all + (each.startsDown ? 0 : each.weight), 0)
  return sum > 0 && sum >= quorum + hysteresis
}

/** In the order of adding: the servers of the file, then the sorry server. */
function placementsOf(server: VirtualServer): Placement[] {
  const { servers, sorry } = server
  const isSorry = sorry !== null && !startsWithQuorum(server)
  const placements: Placement[] = []
  for (const target of servers) {
    const isUp = !target.startsDown && !isSorry
    if (isUp) placements.push({ target, weight: target.weight })
    else if (target.isInhibited) placements.push({ target, weight: 0 })
  }
  if (sorry !== null && (isSorry || sorry.isInhibited)) {
    placements.push({ target: sorry, weight: isSorry ? 1 : 0 })
  }
  return placements
}
