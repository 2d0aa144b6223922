// The networks that a request and its answer cross one after the other, how large packets may be
// there, and what becomes of larger ones: cut by who sends them on (RFC 791, 3.2; of tunnels
// ipvs/forward.ts), or dead, with or without a word to their sender (RFC 1191).
import { isIpv6 } from '../wire/address.ts'
import { ipHeaderBytes } from '../net/packet.ts'
import type { RequestWay } from '../scenario/request-way.ts'
import type { DirectorSpec, Scenario } from '../scenario/scenario.ts'
import type { Hop, Topology } from '../scenario/topology.ts'

/** One network, and who sends into it. */
export interface Crossing {
  link: string
  /** 'users', 'r.wan', 'lb1.eth0' */
  from: string
  mtuBytes: number
  /** Of a tunnel; 0 outside. */
  outerBytes: number
  /** Whether packets that exceed the MTU are cut. */
  isCutting: boolean
  /** Whether the sender of one that is not cut hears that it has died. */
  isTold: boolean
}

/** From one host that takes packets whole to the next: cut ones are put together in front of it. */
export type Leg = Crossing[]

export interface Legs {
  toDirector: Leg
  toServer: Leg
  /** To the client, or with NAT to the director. */
  fromServer: Leg
  /** From there to the client; empty where answers pass the director by. */
  onwards: Leg
}

/** The routers that an error passes from the crossing of that number to who is to hear of it. */
type ErrorWay = (index: number) => readonly Hop[]

export function legsOf(scenario: Scenario, topology: Topology, way: RequestWay): Legs {
  const { clients, group, director, front, toDirector, toServer, destination, answer } = way
  const { fromServer, onwards } = answer
  const isNat = onwards !== null
  // Routers pass errors on that are in a tunnel themselves.
  const first = (index: number) => (destination.forwarding === 'tun' ? index - 1 : 0)
  // An error about an answer goes to the virtual address, and from there to the server.
  const overVip: ErrorWay = (index) => {
    const hop = fromServer[index - 1]
    return hop === undefined ? [] : [hop, ...(topology.way(hop.from, front) ?? [])]
  }
  return {
    toDirector: legOf(scenario, clients.link, clients.name, toDirector, (index) =>
      toDirector.slice(0, index),
    ),
    toServer: legOf(scenario, way.inner, cardOn(director, way.inner), toServer, (index) => [
      ...toServer.slice(Math.max(0, first(index)), index),
      ...toDirector,
    ]).map((crossing, index) => inTunnel(scenario, way, crossing, index)),
    fromServer: legOf(scenario, group.link, group.name, fromServer, (index) =>
      isNat ? fromServer.slice(0, index) : overVip(index),
    ),
    onwards: !isNat
      ? []
      : legOf(scenario, onwards.link, cardOn(director, onwards.link), onwards.hops, (index) => [
          ...onwards.hops.slice(0, index),
          ...fromServer,
        ]),
  }
}

function legOf(
  { links, routers, workload, services }: Scenario,
  link: string,
  from: string,
  hops: readonly Hop[],
  errorWay: ErrorWay,
): Leg {
  const isCutting = !workload.dontFragment && !isIpv6(services[workload.to]!.vip | 0)
  const later = hops.map(({ router, to }) => ({ link: to, from: `${router}.${to}` }))
  return [{ link, from }, ...later].map((place, index) => ({
    ...place,
    mtuBytes: links[place.link]!.mtuBytes,
    outerBytes: 0,
    isCutting,
    isTold: errorWay(index).every(({ router }) => routers[router]!.icmp),
  }))
}

/** The director looks at what goes into a tunnel, routers at the outer header alone. */
function inTunnel(
  { workload }: Scenario,
  { director, destination, service }: RequestWay,
  crossing: Crossing,
  index: number,
): Crossing {
  const outer = destination.address | 0
  if (destination.forwarding !== 'tun') return crossing
  const hasDf = workload.dontFragment && director.pmtuDiscovery
  const isRefused = index === 0 && isIpv6(service.vip | 0)
  const isCutting = !hasDf && !isIpv6(outer) && !isRefused
  return { ...crossing, outerBytes: ipHeaderBytes(outer), isCutting }
}

function cardOn({ name, nics }: DirectorSpec, link: string): string {
  return `${name}.${nics.find((nic) => nic.link === link)?.name ?? link}`
}
