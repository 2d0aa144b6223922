// What MSS the ends of a connection hear from each other: each announces its own, and every clamp
// that a SYN passes may lower it (net/mss.ts). Routers mean the smaller network of the way on and
// the way back to who has sent the packet, the director the smallest of its own; a SYN in a tunnel
// passes routers untouched.
import { mostMss } from '../net/mss.ts'
import { ipHeaderBytes } from '../net/packet.ts'
import { SegmentSizes } from '../tcp/segment-sizes.ts'
import type { RequestWay } from './request-way.ts'
import type { Scenario } from './scenario.ts'
import type { Hop, Topology } from './topology.ts'

export interface ToldMss {
  /** What the SYN says when it reaches the server. */
  toServer: number
  /** What the SYN ACK says when it reaches the client. */
  toClient: number
}

export function toldMss(scenario: Scenario, topology: Topology, way: RequestWay): ToldMss {
  const { links } = scenario
  const { clients, group, front, answer } = way
  const ip = ipHeaderBytes(way.service.vip | 0)
  const announced = ({ tcp, link }: Pick<typeof clients, 'tcp' | 'link'>) =>
    new SegmentSizes(tcp, links[link]!.mtuBytes, ip).announcedBytes
  const passing = (hops: readonly Hop[], back: string) =>
    hops.map((hop) => mostPassing(scenario, topology, hop, back, ip))
  const isTunnelled = way.destination.forwarding === 'tun'
  const { onwards } = answer
  return {
    toServer: Math.min(
      announced(clients),
      ...passing(way.toDirector, clients.link),
      mostOfDirector(scenario, way, ip, isTunnelled),
      ...(isTunnelled ? [] : passing(way.toServer, clients.link)),
    ),
    // An answer that comes straight from the server bears the director's address already.
    toClient: Math.min(
      announced(group),
      ...passing(answer.fromServer, onwards === null ? front : group.link),
      ...(onwards === null ? [] : [mostOfDirector(scenario, way, ip, false)]),
      ...passing(onwards?.hops ?? [], front),
    ),
  }
}

/** `back`: where what has sent the packet is to be found. */
function mostPassing(
  { links, routers }: Scenario,
  topology: Topology,
  { router, to }: Hop,
  back: string,
  ip: number,
): number {
  const { clampMss } = routers[router]!
  if (clampMss === null) return Infinity
  const port = topology.portTowards(routers[router]!, back) ?? to
  return mostMss(clampMss, Math.min(links[to]!.mtuBytes, links[port]!.mtuBytes), ip)
}

function mostOfDirector(
  { links }: Scenario,
  { director, destination }: RequestWay,
  ip: number,
  isTunnelled: boolean,
): number {
  const { clampMss, nics } = director
  if (clampMss === null) return Infinity
  const mtu = Math.min(...nics.map(({ link }) => links[link]!.mtuBytes))
  return mostMss(clampMss, mtu - (isTunnelled ? ipHeaderBytes(destination.address | 0) : 0), ip)
}
