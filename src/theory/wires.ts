// How many requests a second fill each wire: the director's cards, the busiest real server's, the
// busiest client's, and those of the routers on the ways between them. Loss on the way, and what a
// switch's shared buffer drops of bursts, is not known here.
import type { LinkSpec, NicSpec, Scenario } from '../scenario/scenario.ts'
import { describe, framesOf, outerBytesOf, wireBits, type Frames } from './frames.ts'
import { linkOfHost, percent, rateText } from './places.ts'
import { routerWires } from './router-wires.ts'
import { destinationShares, directorsSharing, hostShares, sharingText } from './shares.ts'
import { Topology } from '../scenario/topology.ts'
import { isAmong } from '../wire/address.ts'
import { populationsOf } from '../scenario/populations.ts'
import type { ResourceUse } from './limits.ts'
import { byPopulation } from './populations.ts'

/** Bits of one request on a wire, and of which frames. */
interface Load {
  bits: number
  frames: string[]
}

/** Every wire that carries the service. */
export function wireLimits(scenario: Scenario): ResourceUse[] {
  return [
    ...directorWires(scenario),
    ...routerWires(scenario),
    ...serverWires(scenario),
    ...clientWires(scenario),
  ]
}

function directorWires(scenario: Scenario): ResourceUse[] {
  const service = scenario.services[scenario.workload.to]!
  const director = scenario.directors[service.director]!
  const topology = new Topology(scenario)
  const fronts = populationsOf(scenario).map(({ clients, share }) => {
    return { link: topology.cardTowards(director, clients.link)!.link, part: share }
  })
  const { toServer, toClient } = framesOf(scenario)
  const loads = new Map<string, Load>()
  const add = (link: string, resource: string, frames: Frames[], share: number, outer = 0) => {
    const nic = topology.cardTowards(director, link)!
    const key = `${nic.name} ${resource}`
    const load = loads.get(key) ?? { bits: 0, frames: [] }
    load.bits += share * wireBits(frames, scenario.links[nic.link]!.overheadBytes, outer)
    const words = describe(frames, outer)
    if (!load.frames.includes(words)) load.frames.push(words)
    loads.set(key, load)
  }
  for (const { link, part } of fronts) add(link, 'receive', toServer, part)
  destinationShares(service).forEach((share, index) => {
    const destination = service.destinations[index]!
    const { host, forwarding } = destination
    if (share === 0) return
    const link = linkOfHost(scenario, host)
    add(link, 'send', toServer, share, outerBytesOf(destination))
    if (forwarding !== 'nat') return
    add(link, 'receive', toClient, share)
    for (const front of fronts) add(front.link, 'send', toClient, share * front.part)
  })
  const isNat = service.destinations.some(({ forwarding }) => forwarding === 'nat')
  return director.nics.flatMap((nic) =>
    (['receive', 'send'] as const).flatMap((resource) => {
      const load = loads.get(`${nic.name} ${resource}`)
      const isNone = resource === 'receive' && scenario.links[nic.link]!.kind === 'wire'
      return load === undefined || isNone
        ? []
        : [cardLimit(scenario, director.name, nic, resource, load, isNat)]
    }),
  )
}

function cardLimit(
  scenario: Scenario,
  director: string,
  nic: NicSpec,
  resource: 'receive' | 'send',
  { bits, frames }: Load,
  isNat: boolean,
): ResourceUse {
  const link = scenario.links[nic.link]!
  const isOneArmed = scenario.directors[director]!.nics.length === 1
  const both = isNat && isOneArmed ? ', requests and replies share it (one arm)' : ''
  const at = `${director}.${nic.name}`
  return {
    at,
    resource,
    mostPps: (directorsSharing(scenario) * link.rateBps) / bits,
    note: `${frames.join(' and ')} at ${rateText(link.rateBps)}${both}${sharingText(scenario)}`,
    secondsOf: new Map([[at, bits / link.rateBps / directorsSharing(scenario)]]),
  }
}

function serverWires(scenario: Scenario): ResourceUse[] {
  const service = scenario.services[scenario.workload.to]!
  const { toServer, toClient } = framesOf(scenario)
  const shares = destinationShares(service)
  return Object.values(scenario.realServers).flatMap(({ name, count, address, link: linkName }) => {
    const link = scenario.links[linkName]!
    const own = service.destinations
      .map((destination, index) => ({ ...destination, share: shares[index]! }))
      .filter((d) => d.share > 0 && isAmong(d.address, address, count))
    if (own.length === 0) return []
    const most = own.reduce((a, b) => (b.share > a.share ? b : a))
    const outer = outerBytesOf(most)
    const limit = (resource: 'receive' | 'send', frames: Frames[], outerBytes: number) => ({
      at: `${name}${count === 1 ? '' : '*'}.eth0`,
      resource,
      mostPps: link.rateBps / (most.share * wireBits(frames, link.overheadBytes, outerBytes)),
      note:
        `${describe(frames, outerBytes)} at ${rateText(link.rateBps)}, ` +
        `${percent(most.share)} of the requests`,
      secondsOf: new Map(
        own.map((each) => {
          const header = resource === 'receive' ? outerBytesOf(each) : 0
          const bits = each.share * wireBits(frames, link.overheadBytes, header)
          return [`${each.host}.eth0`, bits / link.rateBps]
        }),
      ),
    })
    return onWire(link, [limit('receive', toServer, outer), limit('send', toClient, 0)])
  })
}

/** On a wire between two hosts only those who send have one. */
function onWire({ kind }: LinkSpec, limits: ResourceUse[]): ResourceUse[] {
  return kind === 'wire' ? limits.filter(({ resource }) => resource === 'send') : limits
}

function clientWires(scenario: Scenario): ResourceUse[] {
  return byPopulation(scenario).flatMap((each) => wiresOfClients(each.scenario, each.share))
}

function wiresOfClients(scenario: Scenario, part: number): ResourceUse[] {
  const { name, count, link: linkName } = scenario.clients[scenario.workload.from]!
  const link = scenario.links[linkName]!
  const { toServer, toClient } = framesOf(scenario)
  const shares = hostShares(scenario).map((host) => part * host)
  const share = shares.reduce((most, host) => Math.max(most, host), 0)
  const limit = (resource: 'receive' | 'send', frames: Frames[]): ResourceUse => ({
    at: `${name}${count === 1 ? '' : '*'}.eth0`,
    resource,
    mostPps: link.rateBps / (share * wireBits(frames, link.overheadBytes, 0)),
    note: `${describe(frames, 0)} at ${rateText(link.rateBps)}, ${percent(share)} of the requests`,
    secondsOf: new Map(
      [...shares].map((host, index) => [
        `${name} ${index}`,
        (host * wireBits(frames, link.overheadBytes, 0)) / link.rateBps,
      ]),
    ),
  })
  return onWire(link, [limit('send', toServer), limit('receive', toClient)])
}
