// What the "ARP problem" has led to, in words: who was taken for the virtual address where several
// hosts answer for it, and what came past the director because of it.
import { formatAddress } from '../wire/address-text.ts'
import type { ReplicationResult } from '../measure/replication.ts'
import type { Cluster } from './build.ts'
import { counted } from './counted.ts'
import type { Scenario } from './scenario.ts'

interface Happened {
  atPs: number
  text: string
}

export function arpOutcome(scenario: Scenario, cluster: Cluster): Happened[] {
  const { network, kernel, past } = cluster
  const fronts = Object.values(scenario.services).flatMap(({ vip, director }) =>
    network.topology.frontsOf(scenario.directors[director]!).map((link) => ({ vip, link })),
  )
  const asked = fronts.flatMap(({ vip, link }): Happened[] => {
    const { answering, learnt: hosts } = network.switches.get(link)!.neighbours.outcome(vip | 0)
    if (answering < 2) return []
    const counts = new Map<string, number>()
    for (const { mac } of hosts) {
      const name = hostOf(network.ports[mac]!)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    const taken = [...counts].map(([name, count]) => `${count} learnt ${name}`).join(', ')
    const outcome =
      hosts.length === 1
        ? `the host that asked learnt ${[...counts.keys()][0]!}`
        : `of ${hosts.length} that asked, ${taken}`
    const where = `${answering} hosts on "${link}" answer ARP for ${formatAddress(vip | 0)}`
    return [{ atPs: 0, text: `${where}: ${outcome}` }]
  })
  const came = past
    .filter(({ packets }) => packets > 0)
    .map(({ server, packets }) => ({
      atPs: kernel.now,
      text: `${server.name} has got ${counted(packets, 'packet')} past the director, by ARP`,
    }))
  return [...asked, ...came]
}

/** The same as numbers: who spreads requests evenly did not spread these. */
export function cameToServers({ past }: Pick<Cluster, 'past'>): Pick<ReplicationResult, 'past'> {
  const came = past.flatMap(({ server, packets }) =>
    packets === 0 ? [] : [{ host: server.name, packets }],
  )
  return came.length === 0 ? {} : { past: came }
}

function hostOf(port: string): string {
  return port.slice(0, port.lastIndexOf('.'))
}
