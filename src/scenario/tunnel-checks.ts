// Whether what clients send fits into a tunnel: the outer header needs room on the whole way to the
// server, which a full packet has not left unless somebody has made segments smaller.
import { ETHERNET_BYTES, ipHeaderBytes } from '../net/packet.ts'
import { isAmong } from '../wire/address.ts'
import { rangeOf } from './distribution.ts'
import type { Findings } from './findings.ts'
import { populationsOf } from './populations.ts'
import type { RealServersSpec, Scenario, ServiceSpec } from './scenario.ts'
import type { Path } from './source.ts'
import { Topology } from './topology.ts'

const TCP_HEADER_BYTES = 20

/** Of a load that is given at that place. */
export function checkTunnels(
  scenario: Scenario,
  service: ServiceSpec,
  place: Path,
  findings: Findings,
): void {
  const groups = tunnelledGroups(scenario, service)
  if (groups.length === 0) return
  const outer = Math.max(...groups.map(({ address }) => ipHeaderBytes(address | 0)))
  const mtu = Math.min(...groups.map((group) => tunnelMtu(scenario, service, group)))
  const packet = largestRequest(scenario, service, groups)
  if (packet + outer <= mtu) return
  findings.warn(
    [...place, 'request'],
    `a packet of ${packet}B and its outer header exceed the MTU of ${mtu}B: with DF the ` +
      `director tells its sender to send smaller ones, without it the tunnel packet is cut`,
  )
}

function tunnelledGroups(scenario: Scenario, service: ServiceSpec): RealServersSpec[] {
  const tunnels = service.destinations.filter(({ forwarding }) => forwarding === 'tun')
  return Object.values(scenario.realServers).filter(({ address, count }) =>
    tunnels.some((other) => isAmong(other.address, address, count)),
  )
}

/** The smallest MTU on the way of a tunnel. */
function tunnelMtu(scenario: Scenario, service: ServiceSpec, { link }: RealServersSpec): number {
  const topology = new Topology(scenario)
  const card = topology.cardTowards(scenario.directors[service.director]!, link)!.link
  const links = [card, ...topology.way(card, link)!.map(({ to }) => to)]
  return Math.min(...links.map((each) => scenario.links[each]!.mtuBytes))
}

/** Of UDP the largest datagram, of TCP the largest segment that any client is told to send. */
function largestRequest(
  scenario: Scenario,
  service: ServiceSpec,
  groups: readonly RealServersSpec[],
): number {
  const { workload, links } = scenario
  const [, high] = rangeOf(workload.request)
  if (service.protocol === 'udp') return high - ETHERNET_BYTES
  const headers = ipHeaderBytes(service.vip | 0) + TCP_HEADER_BYTES
  const segments = populationsOf(scenario).map(({ clients: { link } }) => {
    const told = groups.map((group) => announcedMss(scenario, group, link, headers))
    return Math.min(links[link]!.mtuBytes, Math.max(...told) + headers)
  })
  return Math.min(high + headers, Math.max(...segments))
}

/** What a client hears in the SYN ACK: what the server says, or a router on its way back. */
function announcedMss(
  scenario: Scenario,
  group: RealServersSpec,
  client: string,
  headers: number,
): number {
  const { links, routers } = scenario
  const way = new Topology(scenario).way(group.link, client) ?? []
  const clamps = way.map(({ router, from, to }) => {
    const { clampMss } = routers[router]!
    const mtu = Math.min(links[from]!.mtuBytes, links[to]!.mtuBytes)
    return clampMss === 'mtu' ? mtu - headers : (clampMss ?? Infinity)
  })
  return Math.min(links[group.link]!.mtuBytes - headers, group.tcp.advmss ?? Infinity, ...clamps)
}
