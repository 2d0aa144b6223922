// How the networks of a scenario hang together: the shortest way from one to another over its
// routers, every crossing counted alike, the first in the scenario where two are as short. Routes
// are static.
import { firstClientAddress } from './flows.ts'
import { sendersOf } from './populations.ts'
import type { DirectorSpec, NicSpec, RouterSpec, Scenario } from './scenario.ts'

/** A router on the way, and the networks that it takes the packet from and to. */
export interface Hop {
  router: string
  from: string
  to: string
}

/** Consecutive addresses and the network they are found on. */
export interface AddressPlace {
  first: number
  size: number
  link: string
}

export class Topology {
  private readonly scenario: Scenario
  private readonly ways = new Map<string, Map<string, Hop[]>>()

  constructor(scenario: Scenario) {
    this.scenario = scenario
  }

  /** The routers on the way; none on one and the same network, null when there is no way. */
  way(from: string, to: string): Hop[] | null {
    return this.waysFrom(from).get(to) ?? null
  }

  /** The card of the director by which a network is reached; null when none does. */
  cardTowards(director: DirectorSpec, link: string): NicSpec | null {
    return nearestOf(director.nics, ({ link: own }) => this.way(own, link))
  }

  /** The network on which a router passes on what is meant for another one. */
  portTowards(router: RouterSpec, link: string): string | null {
    const port = nearestOf(router.ports, ({ link: own }) => this.way(own, link))
    return port?.link ?? null
  }

  /** The networks on which senders find the virtual addresses of a director, in their order. */
  frontsOf(director: DirectorSpec): string[] {
    const cards = sendersOf(this.scenario).map(({ link }) => this.cardTowards(director, link))
    const links = cards.flatMap((card) => card?.link ?? [])
    return links.length === 0 ? [director.nics[0]!.link] : [...new Set(links)]
  }

  /** The first of them. */
  frontOf(director: DirectorSpec): string {
    return this.frontsOf(director)[0]!
  }

  /** The one that is nearest to a network: where its routers find the director. */
  frontFor(director: DirectorSpec, link: string): string {
    const fronts = this.frontsOf(director)
    return nearestOf(fronts, (front) => this.way(link, front)) ?? fronts[0]!
  }

  /** Where every address of the scenario is, as a network sees it. */
  places(from: string): AddressPlace[] {
    const { clients, directors, realServers, services } = this.scenario
    const vips = Object.values(services).map(({ vip, director }) => ({
      first: vip,
      size: 1,
      link: this.frontFor(directors[director]!, from),
    }))
    return [
      ...vips,
      ...Object.values(directors).flatMap((director) =>
        director.nics.length === 0
          ? []
          : [{ first: director.address, size: 1, link: this.frontFor(director, from) }],
      ),
      ...Object.values(realServers).map(({ address, count, link }) => ({
        ...{ first: address, size: count, link },
      })),
      ...Object.values(clients).map((each) => ({
        ...{ first: firstClientAddress(each), size: each.addresses, link: each.link },
      })),
    ]
  }

  private waysFrom(from: string): Map<string, Hop[]> {
    const known = this.ways.get(from)
    if (known !== undefined) return known
    const ways = new Map<string, Hop[]>([[from, []]])
    // A map is walked in the order in which things come into it: breadth first.
    for (const [link, way] of ways) {
      for (const router of Object.values(this.scenario.routers)) {
        if (!router.ports.some((port) => port.link === link)) continue
        for (const { link: to } of router.ports) {
          if (!ways.has(to)) ways.set(to, [...way, { router: router.name, from: link, to }])
        }
      }
    }
    this.ways.set(from, ways)
    return ways
  }
}

/** The one with the shortest way, the first of several. */
function nearestOf<T>(all: readonly T[], wayOf: (one: T) => Hop[] | null): T | null {
  let best: T | null = null
  let least = Infinity
  for (const one of all) {
    const hops = wayOf(one)?.length ?? Infinity
    if (hops < least) [best, least] = [one, hops]
  }
  return best
}
