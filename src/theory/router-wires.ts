// How many requests a second fill the wires and shapers of routers: requests on the way from the
// clients to the director, from there to the real servers, and answers back.
import type { RouterPortSpec } from '../scenario/network-spec.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { Topology, type Hop } from '../scenario/topology.ts'
import { describe, framesOf, outerBytesOf, wireBits, type Frames } from './frames.ts'
import type { ResourceUse } from './limits.ts'
import { linkOfHost, rateText } from './places.ts'
import { byPopulation } from './populations.ts'
import { destinationShares } from './shares.ts'

/** Bits of one request on each wire of a router, and of which frames. */
interface Load {
  router: string
  link: string
  resource: 'receive' | 'send'
  bits: number
  /** Bytes of the frames alone, which rate limits count. */
  frameBits: number
  frames: Set<string>
}

export function routerWires(scenario: Scenario): ResourceUse[] {
  const loads = new Map<string, Load>()
  const add = (way: readonly Hop[] | null, frames: Frames[], share: number, outer: number) => {
    for (const { router, from, to } of way ?? []) {
      addTo(scenario, loads, { router, link: from, resource: 'receive' }, frames, share, outer)
      addTo(scenario, loads, { router, link: to, resource: 'send' }, frames, share, outer)
    }
  }
  const topology = new Topology(scenario)
  const service = scenario.services[scenario.workload.to]!
  const director = scenario.directors[service.director]!
  const shares = destinationShares(service)
  for (const { scenario: own, share: part } of byPopulation(scenario)) {
    const { link: clientLink } = own.clients[own.workload.from]!
    const front = topology.frontFor(director, clientLink)
    const { toServer, toClient } = framesOf(own)
    add(topology.way(clientLink, front), toServer, part, 0)
    shares.forEach((share, index) => {
      const destination = service.destinations[index]!
      const link = linkOfHost(scenario, destination.host)
      const card = topology.cardTowards(director, link)!
      if (share === 0) return
      add(topology.way(card.link, link), toServer, part * share, outerBytesOf(destination))
      const back = destination.forwarding === 'nat' ? front : link
      add(topology.way(back, clientLink), toClient, part * share, 0)
    })
  }
  return [...loads.values()].flatMap((load) => limitsOf(scenario, load))
}

function addTo(
  scenario: Scenario,
  loads: Map<string, Load>,
  place: Pick<Load, 'router' | 'link' | 'resource'>,
  frames: Frames[],
  share: number,
  outer: number,
): void {
  const key = `${place.router}/${place.link}/${place.resource}`
  const load = loads.get(key) ?? { ...place, bits: 0, frameBits: 0, frames: new Set() }
  const { overheadBytes } = scenario.links[place.link]!
  load.bits += share * wireBits(frames, overheadBytes, outer)
  load.frameBits += share * wireBits(frames, 0, outer)
  load.frames.add(describe(frames, outer))
  loads.set(key, load)
}

/** The wire, and a rate limit in front of it. On a wire between two hosts only senders have one. */
function limitsOf(scenario: Scenario, load: Load): ResourceUse[] {
  const { router, link: name, resource } = load
  const link = scenario.links[name]!
  const at = `${router}.${name}`
  const words = [...load.frames].join(' and ')
  const note = `${words} at ${rateText(link.rateBps)}`
  const wire = {
    ...{ at, resource, mostPps: link.rateBps / load.bits, note },
    secondsOf: new Map([[at, load.bits / link.rateBps]]),
  }
  if (resource === 'receive') return link.kind === 'wire' ? [] : [wire]
  const port = scenario.routers[router]!.ports.find((each) => each.link === name)!
  return [wire, ...rateLimits(port).map((limit) => limitedTo(limit, at, load, words))]
}

function rateLimits({ shaper, policer }: RouterPortSpec): { kind: string; rateBps: number }[] {
  return [
    ...(shaper === null ? [] : [{ kind: 'shaper', rateBps: shaper.rateBps }]),
    ...(policer === null ? [] : [{ kind: 'policer', rateBps: policer.rateBps }]),
  ]
}

function limitedTo(
  { kind, rateBps }: { kind: string; rateBps: number },
  at: string,
  { resource, frameBits }: Load,
  words: string,
): ResourceUse {
  const note = `${words} through a ${kind} of ${rateText(rateBps)}`
  const place = `${at} ${kind}`
  const secondsOf = new Map([[place, frameBits / rateBps]])
  return { at: place, resource, mostPps: rateBps / frameBits, note, secondsOf }
}
