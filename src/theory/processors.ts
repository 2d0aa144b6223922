// How many requests a second fill the processors: the director's busiest core, and the real
// servers.
import { isAmong } from '../wire/address.ts'
import { PacketCost } from '../cluster/cost.ts'
import { meanOf } from '../kernel/distributions.ts'
import { PS_PER_SECOND } from '../kernel/time.ts'
import { rateText } from '../measure/rate-text.ts'
import { counted } from '../scenario/counted.ts'
import { directorCosts } from '../scenario/costs.ts'
import { populationsOf } from '../scenario/populations.ts'
import { highestRate } from '../scenario/rates.ts'
import type { DirectorSpec, Forwarding, Scenario } from '../scenario/scenario.ts'
import { countOf, requestsPerConnection } from './frames.ts'
import type { Passage } from './passages.ts'
import { destinationShares, directorsSharing, queueShares, sharingText } from './shares.ts'
import type { ResourceUse } from './limits.ts'
import { percent } from './places.ts'
import { byPopulation } from './populations.ts'

const METHODS: Record<Forwarding, number> = { nat: 0, tun: 2, dr: 3 }
/**
 * A connection of TCP that has ended stays in the table for two minutes (FIN_WAIT and the like).
 */
const LINGER_PS = 120 * PS_PER_SECOND

/** What else the director does. */
interface DirectorAs {
  /** In its table. */
  entries: number
  /** No other service has load. */
  isAlone: boolean
  /** Every request opens a connection. */
  opensEach: boolean
}

/** Picoseconds of each core per request, and the limit of the busiest. */
export function directorLimit(
  scenario: Scenario,
  passages: readonly Passage[],
  { entries, isAlone, opensEach }: DirectorAs,
): ResourceUse {
  const service = scenario.services[scenario.workload.to]!
  const director = scenario.directors[service.director]!
  const cores = coreLoads(scenario, passages, director, entries, opensEach)
  const busiest = cores.reduce((most, ps) => Math.max(most, ps), 0)
  const total = cores.reduce((sum, ps) => sum + ps, 0)
  const { cores: count, clockHz } = director.cpu
  const sharing = directorsSharing(scenario)
  const spread = count === 1 ? '' : `, the busiest carries ${percent(busiest / total)}`
  const evenly =
    count === 1 || !isAlone
      ? ''
      : ` (spread evenly ${rateText((sharing * count * PS_PER_SECOND) / total)})`
  return {
    at: director.name,
    resource: 'cpu',
    mostPps: (sharing * PS_PER_SECOND) / busiest,
    note:
      `${counted(count, 'core')} at ${clockHz / 1e9}GHz${spread}${evenly}` +
      sharingText(scenario) +
      ringText(passages, director, total),
    secondsOf: new Map(
      [...cores].map((ps, core) => [`${director.name}.cpu${core}`, ps / PS_PER_SECOND / sharing]),
    ),
  }
}

/** A ring has no rate of its own: it says how long a burst its core may fall behind. */
function ringText(
  passages: readonly Passage[],
  { nics }: DirectorSpec,
  psOfRequest: number,
): string {
  const packets = passages.reduce((sum, { share, sent, way }) => {
    const back = way.answer.onwards === null ? 0 : countOf(sent.toClient)
    return sum + share * (countOf(sent.toServer) + back)
  }, 0)
  const smallest = nics.reduce((least, { ring }) => Math.min(least, ring ?? Infinity), Infinity)
  if (smallest === Infinity) return ''
  const ms = (smallest * psOfRequest) / packets / 1e9
  return `; a ring of ${smallest} holds ${ms.toPrecision(2)}ms of work`
}

function coreLoads(
  scenario: Scenario,
  passages: readonly Passage[],
  director: DirectorSpec,
  entries: number,
  opensEach: boolean,
): Float64Array {
  const cost = costOf(scenario, director)
  const loads = new Float64Array(director.cpu.cores)
  const add = (shares: Float64Array, ps: number) => {
    shares.forEach((share, queue) => {
      const core = queue % loads.length
      loads[core]! += share * ps * cost.slownessOf(core)
    })
  }
  const cardOn = (link: string) => director.nics.find((nic) => nic.link === link)!
  const opened = opensEach ? 1 / requestsPerConnection(scenario) : 0
  for (const { scenario: own } of byPopulation(scenario)) {
    const clients = own.clients[own.workload.from]!
    const from = passages.filter(({ way }) => way.clients === clients)
    const fronts = new Map(from.map(({ way }) => [way.front, cardOn(way.front)]))
    for (const [front, card] of fronts) {
      const ps = from.reduce((sum, { way, share, sent }) => {
        if (way.front !== front) return sum
        const method = METHODS[way.destination.forwarding]
        const perPacket = cost.of(method, false, entries)
        const setup = opened * (cost.of(method, true, entries) - perPacket)
        return sum + share * (countOf(sent.toServer) * perPacket + setup)
      }, 0)
      add(queueShares(own, card, 'clients'), ps)
    }
    for (const { way, share, sent } of from) {
      if (way.answer.onwards === null) continue
      const queues = queueShares(own, cardOn(way.inner), way.destination)
      add(queues, share * countOf(sent.toClient) * cost.of(METHODS.nat, false, entries))
    }
  }
  return loads
}

function costOf(scenario: Scenario, director: DirectorSpec): PacketCost {
  const services = Object.values(scenario.services).filter((s) => s.director === director.name)
  const modes = new Set(services.flatMap((s) => s.destinations.map((d) => d.forwarding)))
  const costs = directorCosts(director, [...modes])
  if ('problem' in costs) throw new Error(`directors.${director.name}.cpu: ${costs.problem}`)
  return new PacketCost(costs.costs)
}

/** Entries that the connection table of a director comes to, of the workload alone. */
export function entriesOf(scenario: Scenario): number {
  const { workload, services, time } = scenario
  if (services[workload.to]!.protocol === 'udp') {
    const flows = populationsOf(scenario).reduce((sum, { clients: each }) => sum + each.flows, 0)
    return flows / directorsSharing(scenario)
  }
  const rate = workload.phases.reduce((most, phase) => Math.max(most, highestRate(phase)), 0)
  return (rate * Math.min(time.durationPs, LINGER_PS)) / PS_PER_SECOND / directorsSharing(scenario)
}

/** Real servers: the one whose share fills it first stands for its group. */
export function serverLimits(scenario: Scenario): ResourceUse[] {
  const service = scenario.services[scenario.workload.to]!
  const shares = destinationShares(service)
  return Object.values(scenario.realServers).flatMap((group) => {
    const { name, count, address, perRequest } = group
    if (perRequest === null) return []
    const cores = Math.min(group.cores, group.workers ?? group.cores)
    const own = service.destinations.flatMap((destination, index) => {
      const share = shares[index]!
      if (share === 0 || !isAmong(destination.address, address, count)) return []
      const { host } = destination
      return [{ host, share, meanPs: (group.slow?.[host] ?? 1) * meanOf(perRequest) }]
    })
    if (own.length === 0) return []
    const busiest = own.reduce((a, b) => (b.share * b.meanPs > a.share * a.meanPs ? b : a))
    const { share: most, meanPs } = busiest
    const words = counted(cores, 'core')
    const microseconds = Math.round(meanPs / 1e4) / 100
    return [
      {
        at: count === 1 ? name : `${name}*`,
        resource: 'cpu' as const,
        mostPps: (cores * PS_PER_SECOND) / (meanPs * most),
        note: `${words} at ${microseconds}us each, ${percent(most)} of the requests to one server`,
        secondsOf: new Map(
          own.map((each) => [each.host, (each.share * each.meanPs) / cores / PS_PER_SECOND]),
        ),
      },
    ]
  })
}
