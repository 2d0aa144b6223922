// How many requests a second fill the wires and shapers of routers: requests on the way from the
// clients to the director, from there to the real servers, and answers back.
import type { RouterPortSpec } from '../scenario/network-spec.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Hop } from '../scenario/topology.ts'
import type { ResourceUse } from './limits.ts'
import type { Carried, Passage } from './passages.ts'
import { bitRateText } from './places.ts'
import { WireLoad } from './wire-load.ts'

/** One request on a wire of a router. */
interface RouterLoad {
  router: string
  link: string
  resource: 'receive' | 'send'
  load: WireLoad
}

export function routerWires(scenario: Scenario, passages: readonly Passage[]): ResourceUse[] {
  const loads = new Map<string, RouterLoad>()
  const add = (router: string, resource: 'receive' | 'send', carried: Carried, share: number) => {
    const { link } = carried
    const key = `${router}/${link}/${resource}`
    const at = loads.get(key) ?? { router, link, resource, load: new WireLoad() }
    loads.set(key, at)
    at.load.add(carried, share, scenario.links[link]!)
  }
  for (const { way, share, carried } of passages) {
    const along = (hops: readonly Hop[], leg: readonly Carried[]) => {
      hops.forEach(({ router }, index) => {
        add(router, 'receive', leg[index]!, share)
        add(router, 'send', leg[index + 1]!, share)
      })
    }
    along(way.toDirector, carried.toDirector)
    along(way.toServer, carried.toServer)
    along(way.answer.fromServer, carried.fromServer)
    along(way.answer.onwards?.hops ?? [], carried.onwards)
  }
  return [...loads.values()].flatMap((load) => limitsOf(scenario, load))
}

/** The wire, and a rate limit in front of it. On a wire between two hosts only senders have one. */
function limitsOf(
  scenario: Scenario,
  { router, link: name, resource, load }: RouterLoad,
): ResourceUse[] {
  const link = scenario.links[name]!
  const at = `${router}.${name}`
  const note = `${load.text} at ${bitRateText(link.rateBps)}`
  const wire = {
    ...{ at, resource, mostPps: link.rateBps / load.bits, note },
    secondsOf: new Map([[at, load.bits / link.rateBps]]),
  }
  if (resource === 'receive') return link.kind === 'wire' ? [] : [wire]
  const port = scenario.routers[router]!.ports.find((each) => each.link === name)!
  return [wire, ...rateLimits(port).map((limit) => limitedTo(limit, at, resource, load))]
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
  resource: 'receive' | 'send',
  { frameBits, text }: WireLoad,
): ResourceUse {
  const note = `${text} through a ${kind} of ${bitRateText(rateBps)}`
  const place = `${at} ${kind}`
  const secondsOf = new Map([[place, frameBits / rateBps]])
  return { at: place, resource, mostPps: rateBps / frameBits, note, secondsOf }
}
