// The way of a request from its clients over the director to a real server, and of the answer back:
// straight to the client, or with NAT over the director again (spec 5). Which routers are on it,
// and on which networks the director has its part.
import { isAmong } from '../wire/address.ts'
import type {
  ClientsSpec,
  DestinationSpec,
  DirectorSpec,
  RealServersSpec,
  Scenario,
  ServiceSpec,
} from './scenario.ts'
import type { Hop, Topology } from './topology.ts'

export interface RequestWay {
  clients: ClientsSpec
  service: ServiceSpec
  director: DirectorSpec
  destination: DestinationSpec
  group: RealServersSpec
  /** The network on which the clients' side finds the director, and its own towards the server. */
  front: string
  inner: string
  toDirector: Hop[]
  toServer: Hop[]
  answer: AnswerWay
}

export interface AnswerWay {
  /** To the client, or to the director where that changes answers. */
  fromServer: Hop[]
  /** Null where answers pass the director by. */
  onwards: { link: string; hops: Hop[] } | null
}

/** Of the workload's service, where it is meant to be. */
export function requestWay(
  scenario: Scenario,
  topology: Topology,
  clients: ClientsSpec,
  destination: DestinationSpec,
): RequestWay {
  const service = scenario.services[scenario.workload.to]!
  const director = scenario.directors[service.director]!
  const group = groupOf(scenario, destination)
  const front = topology.frontFor(director, clients.link)
  const inner = topology.cardTowards(director, group.link)?.link ?? front
  return {
    ...{ clients, service, director, destination, group, front, inner },
    toDirector: topology.way(clients.link, front) ?? [],
    toServer: topology.way(inner, group.link) ?? [],
    answer: answerWay(topology, clients, director, destination, group),
  }
}

function answerWay(
  topology: Topology,
  clients: ClientsSpec,
  director: DirectorSpec,
  { forwarding }: DestinationSpec,
  { link }: RealServersSpec,
): AnswerWay {
  if (forwarding !== 'nat') {
    return { fromServer: topology.way(link, clients.link) ?? [], onwards: null }
  }
  const inner = topology.cardTowards(director, link)?.link ?? link
  const out = topology.cardTowards(director, clients.link)?.link ?? inner
  return {
    fromServer: topology.way(link, inner) ?? [],
    onwards: { link: out, hops: topology.way(out, clients.link) ?? [] },
  }
}

/** The real servers that a destination is one of. */
export function groupOf(
  { realServers }: Pick<Scenario, 'realServers'>,
  destination: DestinationSpec,
): RealServersSpec {
  return Object.values(realServers).find(({ address, count }) =>
    isAmong(destination.address, address, count),
  )!
}
