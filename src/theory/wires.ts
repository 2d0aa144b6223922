// How many requests a second fill each wire: the director's cards, the busiest real server's, the
// busiest client's, and those of the routers on the ways between them. Loss on the way, and what a
// switch's shared buffer drops of bursts, is not known here.
import type { LinkSpec, NicSpec, Scenario } from '../scenario/scenario.ts'
import { percent, bitRateText } from './places.ts'
import { passagesFrom, type Carried, type Passage } from './passages.ts'
import { routerWires } from './router-wires.ts'
import { directorsSharing, hostShares, sharingText } from './shares.ts'
import type { ResourceUse } from './limits.ts'
import { byPopulation } from './populations.ts'
import { WireLoad, loadAt } from './wire-load.ts'

/** Every wire that carries the service. */
export function wireLimits(scenario: Scenario, passages: readonly Passage[]): ResourceUse[] {
  return [
    ...directorWires(scenario, passages),
    ...routerWires(scenario, passages),
    ...serverWires(scenario, passages),
    ...clientWires(scenario, passages),
  ]
}

function directorWires(scenario: Scenario, passages: readonly Passage[]): ResourceUse[] {
  const service = scenario.services[scenario.workload.to]!
  const director = scenario.directors[service.director]!
  const loads = new Map<string, WireLoad>()
  const add = (resource: 'receive' | 'send', carried: Carried | undefined, share: number) => {
    if (carried === undefined) return
    const { link } = carried
    loadAt(loads, `${link} ${resource}`).add(carried, share, scenario.links[link]!)
  }
  for (const { share, carried, way } of passages) {
    add('receive', carried.toDirector.at(-1), share)
    add('send', carried.toServer[0], share)
    if (way.answer.onwards === null) continue
    add('receive', carried.fromServer.at(-1), share)
    add('send', carried.onwards[0], share)
  }
  const isNat = service.destinations.some(({ forwarding }) => forwarding === 'nat')
  return director.nics.flatMap((nic) =>
    (['receive', 'send'] as const).flatMap((resource) => {
      const load = loads.get(`${nic.link} ${resource}`)
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
  { bits, text }: WireLoad,
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
    note: `${text} at ${bitRateText(link.rateBps)}${both}${sharingText(scenario)}`,
    secondsOf: new Map([[at, bits / link.rateBps / directorsSharing(scenario)]]),
  }
}

function serverWires(scenario: Scenario, passages: readonly Passage[]): ResourceUse[] {
  return Object.values(scenario.realServers).flatMap((group) => {
    const { name, count } = group
    const link = scenario.links[group.link]!
    const own = passages.filter(({ way }) => way.group === group)
    if (own.length === 0) return []
    const shares = sharesOf(own)
    const limit = (resource: 'receive' | 'send', of: (passage: Passage) => Carried) => {
      const loads = new Map<string, WireLoad>()
      for (const each of own) {
        loadAt(loads, each.way.destination.host).add(of(each), each.share, link)
      }
      const [host, load] = [...loads].reduce((a, b) => (b[1].bits > a[1].bits ? b : a))
      return {
        at: `${name}${count === 1 ? '' : '*'}.eth0`,
        resource,
        mostPps: link.rateBps / load.bits,
        note:
          `${load.text} at ${bitRateText(link.rateBps)}, ` +
          `${percent(shares.get(host)!)} of the requests`,
        secondsOf: new Map(
          [...loads].map(([each, { bits }]) => [`${each}.eth0`, bits / link.rateBps]),
        ),
      }
    }
    return onWire(link, [
      limit('receive', ({ carried }) => carried.toServer.at(-1)!),
      limit('send', ({ carried }) => carried.fromServer[0]!),
    ])
  })
}

/** Of all requests, by host. */
function sharesOf(passages: readonly Passage[]): Map<string, number> {
  const shares = new Map<string, number>()
  for (const { share, way } of passages) {
    const { host } = way.destination
    shares.set(host, (shares.get(host) ?? 0) + share)
  }
  return shares
}

/** On a wire between two hosts only those who send have one. */
function onWire({ kind }: LinkSpec, limits: ResourceUse[]): ResourceUse[] {
  return kind === 'wire' ? limits.filter(({ resource }) => resource === 'send') : limits
}

function clientWires(scenario: Scenario, passages: readonly Passage[]): ResourceUse[] {
  return byPopulation(scenario).flatMap((each) => {
    return wiresOfClients(each.scenario, each.share, passages)
  })
}

function wiresOfClients(
  scenario: Scenario,
  part: number,
  passages: readonly Passage[],
): ResourceUse[] {
  const clients = scenario.clients[scenario.workload.from]!
  const { name, count } = clients
  const link = scenario.links[clients.link]!
  const own = passagesFrom(passages, clients)
  if (own.length === 0) return []
  const shares = hostShares(scenario).map((host) => part * host)
  const share = shares.reduce((most, host) => Math.max(most, host), 0)
  const limit = (resource: 'receive' | 'send', of: (passage: Passage) => Carried): ResourceUse => {
    const load = new WireLoad()
    for (const each of own) load.add(of(each), each.share, link)
    return {
      at: `${name}${count === 1 ? '' : '*'}.eth0`,
      resource,
      mostPps: link.rateBps / (share * load.bits),
      note: `${load.text} at ${bitRateText(link.rateBps)}, ${percent(share)} of the requests`,
      secondsOf: new Map(
        [...shares].map((host, index) => [`${name} ${index}`, (host * load.bits) / link.rateBps]),
      ),
    }
  }
  return onWire(link, [
    limit('send', ({ carried }) => carried.toDirector[0]!),
    limit('receive', ({ carried }) => (carried.onwards.at(-1) ?? carried.fromServer.at(-1))!),
  ])
}
