// Whether everybody can reach those that they talk to: networks hang together, wires have two ends,
// and each forwarding method finds the networks that it needs.
import type { Findings } from './findings.ts'
import { nearest } from './nearest.ts'
import { sendersTo } from './populations.ts'
import type { ClientsSpec, DirectorSpec, Forwarding, Scenario, ServiceSpec } from './scenario.ts'
import { directorsOf } from './served-by.ts'
import { Topology } from './topology.ts'
import { isAmong } from '../wire/address.ts'

const ANSWER_DIRECTLY: ReadonlySet<Forwarding> = new Set<Forwarding>(['dr', 'tun'])

/** Routers join networks that exist. */
export function checkRouterNames({ routers, links }: Scenario, findings: Findings): void {
  for (const { name, ports } of Object.values(routers)) {
    for (const { link } of ports.filter((port) => !Object.hasOwn(links, port.link))) {
      const names = Object.keys(links)
      const meant = nearest(link, names)
      const list = names.map((n) => `"${n}"`).join(', ')
      findings.error(
        ['routers', name, 'links', link],
        `there is no link "${link}"; there is ${list}`,
        meant && `"${meant}"`,
        'key',
      )
    }
  }
}

/** Checks the networks of a scenario whose names are right. */
export function checkTopology(scenario: Scenario, findings: Findings): void {
  checkWires(scenario, findings)
  const topology = new Topology(scenario)
  for (const service of Object.values(scenario.services)) {
    checkService(scenario, topology, service, findings)
  }
  checkJoined(scenario, findings)
  checkBursts(scenario, findings)
}

function checkService(
  scenario: Scenario,
  topology: Topology,
  service: ServiceSpec,
  findings: Findings,
): void {
  for (const name of directorsOf(service)) {
    const director = scenario.directors[name]!
    for (const clients of sendersTo(scenario, service.name)) {
      checkServiceFor(scenario, topology, service, director, clients, findings)
    }
  }
}

function checkServiceFor(
  scenario: Scenario,
  topology: Topology,
  service: ServiceSpec,
  director: DirectorSpec,
  clients: ClientsSpec,
  findings: Findings,
): void {
  const cards = cardsText(director)
  const noWay =
    Object.keys(scenario.routers).length === 0 ? 'and there is no router' : 'no router joins them'
  if (topology.cardTowards(director, clients.link) === null) {
    findings.error(
      ['clients', clients.name, 'link'],
      `clients are on "${clients.link}", ${cards}; ${noWay}`,
    )
    return
  }
  for (const [group, modes] of modesByGroup(scenario, service)) {
    const { link } = scenario.realServers[group]!
    const path = ['realServers', group, 'link']
    const onLan = director.nics.some((nic) => nic.link === link)
    if (topology.cardTowards(director, link) === null) {
      findings.error(path, `real servers are on "${link}", ${cards}; ${noWay}`)
    } else if (modes.has('dr') && !onLan) {
      findings.error(path, `real servers are on "${link}", ${cards}: ${DR_REASON}`)
    } else if (modes.has('nat') && !onLan) {
      findings.error(path, `real servers are on "${link}", ${cards}: ${NAT_REASON}`)
    } else if (
      [...modes].some((mode) => ANSWER_DIRECTLY.has(mode)) &&
      topology.way(link, clients.link) === null
    ) {
      findings.error(
        path,
        `with ${[...modes].join(' and ')} real servers answer clients directly, and there is no ` +
          `router from "${link}" to "${clients.link}"`,
      )
    }
  }
}

const DR_REASON =
  'with dr the director changes nothing but the MAC address, so both must be on one network ' +
  '(a router would send the packet back to the virtual address); "tun" crosses routers'
const NAT_REASON =
  'with nat replies must come back through the director, the gateway of its servers, so both ' +
  'must be on one network'

function cardsText({ name, nics }: DirectorSpec): string {
  const links = nics.map(({ link }) => `"${link}"`).join(' and ')
  return `director "${name}" has a card on ${links} only`
}

/** How each group of real servers is reached by a service. */
function modesByGroup(scenario: Scenario, service: ServiceSpec): Map<string, Set<Forwarding>> {
  const groups = new Map<string, Set<Forwarding>>()
  for (const { address, forwarding } of service.destinations) {
    const group = Object.values(scenario.realServers).find(({ address: first, count }) =>
      isAmong(address, first, count),
    )!
    groups.set(group.name, (groups.get(group.name) ?? new Set()).add(forwarding))
  }
  return groups
}

/** Ports on each link: routers, directors and hosts. */
function portsOn({ routers, directors, clients, realServers }: Scenario, link: string): string[] {
  const hosts = [...Object.values(clients), ...Object.values(realServers)]
  return [
    ...Object.values(routers).flatMap(({ name, ports }) =>
      ports.filter((port) => port.link === link).map(() => `router "${name}"`),
    ),
    ...Object.values(directors).flatMap(({ name, nics }) =>
      nics.filter((nic) => nic.link === link).map(() => `director "${name}"`),
    ),
    ...hosts
      .filter((host) => host.link === link)
      .flatMap(({ name, count }) => Array.from({ length: count }, () => `host of "${name}"`)),
  ]
}

function checkWires(scenario: Scenario, findings: Findings): void {
  for (const { name } of Object.values(scenario.links).filter(({ kind }) => kind === 'wire')) {
    const ports = portsOn(scenario, name)
    if (ports.length === 2) continue
    const few = ports.length === 0 ? 'nothing' : ports.slice(0, 3).join(', ')
    const more = ports.length > 3 ? ` and ${ports.length - 3} more` : ''
    findings.error(
      ['links', name, 'kind'],
      `a wire has two ends, on this one there is ${few}${more}; more hosts need a "switch"`,
    )
  }
}

/** Parts of the topology that nothing joins to the network of the clients. */
function checkJoined(scenario: Scenario, findings: Findings): void {
  const { links, clients, directors, routers, workload } = scenario
  const joints = [
    ...Object.values(routers).map(({ ports }) => ports.map(({ link }) => link)),
    ...Object.values(directors).map(({ nics }) => nics.map(({ link }) => link)),
  ]
  const start = clients[workload.from]!.link
  const reached = new Set([start])
  for (const link of reached) {
    for (const joint of joints.filter((all) => all.includes(link))) {
      joint.forEach((other) => reached.add(other))
    }
  }
  const apart = Object.keys(links).filter((link) => !reached.has(link))
  for (const link of apart.filter((each) => portsOn(scenario, each).length > 0)) {
    const there = [...new Set(portsOn(scenario, link))].join(', ')
    findings.error(
      ['links', link],
      `nothing joins link "${link}" (${there}) to "${start}", where the clients are`,
      undefined,
      'key',
    )
  }
  for (const link of apart.filter((each) => portsOn(scenario, each).length === 0)) {
    findings.warn(['links', link], `nothing is on link "${link}"`)
  }
}

/** A bucket that never holds the largest frame would stop it for good. */
function checkBursts({ routers, links }: Scenario, findings: Findings): void {
  for (const { name, ports } of Object.values(routers)) {
    for (const { link, shaper, policer } of ports) {
      const frame = links[link]!.mtuBytes + 18
      for (const [kind, limit] of [
        ['shaper', shaper],
        ['policer', policer],
      ] as const) {
        if (limit === null || limit.burstBytes >= frame) continue
        findings.error(
          ['routers', name, 'links', link, kind, 'burst'],
          `must hold a frame of ${frame}B, the largest of link "${link}", got ${limit.burstBytes}B`,
        )
      }
    }
  }
}
