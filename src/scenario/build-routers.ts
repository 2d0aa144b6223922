// The routers of a scenario, and the way to every address of it from every network.
import type { Kernel } from '../kernel/kernel.ts'
import { AddressTable } from '../net/address.ts'
import { Oversize, type Outlet } from '../net/outlet.ts'
import type { DropSink, Port } from '../net/packet.ts'
import { Router } from '../net/router.ts'
import { Policer, Shaper } from '../net/token-bucket.ts'
import type { Network } from './build-network.ts'
import type { RouterPortSpec } from './network-spec.ts'
import type { Scenario } from './scenario.ts'

export interface BuiltRouters {
  routers: Router[]
  shapers: Shaper[]
  policers: Policer[]
  /** MAC address of a router on a network. */
  macOf(router: string, link: string): number
}

/** All routers with their wires, and hosts' ways over them. */
export function buildRouters(
  kernel: Kernel,
  scenario: Scenario,
  network: Network,
  drops: DropSink,
): BuiltRouters {
  const macs = new Map<string, number>()
  const built: BuiltRouters = {
    routers: [],
    shapers: [],
    policers: [],
    macOf: (router, link) => macs.get(`${router}/${link}`)!,
  }
  const specs = Object.values(scenario.routers)
  for (const spec of specs) {
    const router = new Router(spec, drops)
    for (const port of spec.ports) {
      const outlet = attach(kernel, scenario, network, router, port, built, drops)
      macs.set(`${spec.name}/${port.link}`, outlet.mac)
    }
    built.routers.push(router)
  }
  for (const spec of specs) {
    const { outlets } = built.routers[specs.indexOf(spec)]!
    spec.ports.forEach((port, index) => {
      const reaches = (link: string) => network.topology.portTowards(spec, link) === port.link
      addWays(network, built, port.link, outlets[index]!.beyond, reaches)
    })
  }
  for (const link of Object.keys(scenario.links)) {
    addWays(network, built, link, network.beyondOf(link), () => true)
  }
  return built
}

function attach(
  kernel: Kernel,
  scenario: Scenario,
  network: Network,
  router: Router,
  port: RouterPortSpec,
  built: BuiltRouters,
  drops: DropSink,
): Outlet {
  const at = `${router.name}.${port.link}`
  const { mac, send } = network.uplink(at, port.link)
  const { mtuBytes } = scenario.links[port.link]!
  let wire: Port = send
  if (port.shaper !== null) {
    const shaper = new Shaper(kernel, { at, ...port.shaper }, wire, drops)
    built.shapers.push(shaper)
    wire = shaper
  }
  if (port.policer !== null) {
    const policer = new Policer({ at, ...port.policer }, wire, drops)
    built.policers.push(policer)
    wire = policer
  }
  send.oversize = new Oversize(mtuBytes, network.pool, send, router)
  const { neighbours } = network.switches.get(port.link)!
  const outlet = { mac, mtuBytes, neighbours, beyond: new AddressTable(), wire }
  router.connect(outlet)
  network.passage(at, port.link, mac, router, null)
  return outlet
}

/**
 * Fills a table with the addresses on other networks, by the router on `link` that comes next on
 * the way there; `reaches` tells which networks are meant to be reached by this link.
 */
export function addWays(
  network: Network,
  { macOf }: Pick<BuiltRouters, 'macOf'>,
  link: string,
  table: AddressTable,
  reaches: (link: string) => boolean,
): void {
  const { topology } = network
  for (const { first, size, link: there } of topology.places(link)) {
    const hop = reaches(there) ? topology.way(link, there)?.[0] : undefined
    if (hop !== undefined) table.add(first | 0, size, macOf(hop.router, link), 1)
  }
}

/** Every router asks for the directors' addresses and the virtual ones where they are. */
export function learnDirectors(
  scenario: Scenario,
  network: Network,
  { routers }: BuiltRouters,
): void {
  const specs = Object.values(scenario.routers)
  const { services, directors } = scenario
  const moving = [
    ...Object.values(services).map(({ vip, director }) => ({ address: vip, director })),
    ...Object.values(directors).map(({ address, name }) => ({ address, director: name })),
  ]
  for (const { address, director } of moving) {
    const fronts = network.topology.frontsOf(directors[director]!)
    for (const [index, router] of routers.entries()) {
      const { ports } = specs[index]!
      const front = fronts.find((each) => ports.some(({ link }) => link === each))
      if (front === undefined) continue
      const { neighbours } = network.switches.get(front)!
      const outlet = ports.findIndex(({ link }) => link === front)
      const { mac } = router.outlets[outlet]!
      const host = neighbours.ask(address | 0, network.choiceOn(front), mac)
      if (host !== null) router.learn(address | 0, outlet, host)
    }
  }
}
