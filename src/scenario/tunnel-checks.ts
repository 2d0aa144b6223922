// Whether what clients send fits into a tunnel: the outer header needs room on the whole way to the
// server, which a full packet has not left unless somebody has made segments smaller.
import { ETHERNET_BYTES, ipHeaderBytes } from '../net/packet.ts'
import { TCP_HEADER_BYTES } from '../tcp/segment-sizes.ts'
import { rangeOf } from './distribution.ts'
import type { Findings } from './findings.ts'
import { populationsOf } from './populations.ts'
import { groupOf, requestWay, type RequestWay } from './request-way.ts'
import type { DestinationSpec, Scenario, ServiceSpec } from './scenario.ts'
import type { Path } from './source.ts'
import { toldMss } from './told-mss.ts'
import { Topology } from './topology.ts'

/** Of a load that is given at that place. */
export function checkTunnels(
  scenario: Scenario,
  service: ServiceSpec,
  place: Path,
  findings: Findings,
): void {
  const tunnels = tunnelledDestinations(scenario, service)
  if (tunnels.length === 0) return
  const topology = new Topology(scenario)
  const ways = populationsOf(scenario).flatMap(({ clients }) =>
    tunnels.map((destination) => requestWay(scenario, topology, clients, destination)),
  )
  const outer = Math.max(...tunnels.map(({ address }) => ipHeaderBytes(address | 0)))
  const mtu = Math.min(...ways.map((way) => tunnelMtu(scenario, way)))
  const packet = largestRequest(scenario, topology, service, ways)
  if (packet + outer <= mtu) return
  findings.warn(
    [...place, 'request'],
    `a packet of ${packet}B and its outer header exceed the MTU of ${mtu}B: with DF the ` +
      `director tells its sender to send smaller ones, without it the tunnel packet is cut`,
  )
}

/** Of each group of real servers that are reached by a tunnel, the first. */
function tunnelledDestinations(scenario: Scenario, service: ServiceSpec): DestinationSpec[] {
  const tunnels = service.destinations.filter(({ forwarding }) => forwarding === 'tun')
  const byGroup = new Map(tunnels.map((each) => [groupOf(scenario, each).name, each]))
  return [...byGroup.values()]
}

/** The smallest MTU on the way of a tunnel. */
function tunnelMtu({ links }: Scenario, { inner, toServer }: RequestWay): number {
  return Math.min(...[inner, ...toServer.map(({ to }) => to)].map((each) => links[each]!.mtuBytes))
}

/** Of UDP the largest datagram, of TCP the largest segment that any client is told to send. */
function largestRequest(
  scenario: Scenario,
  topology: Topology,
  service: ServiceSpec,
  ways: readonly RequestWay[],
): number {
  const { workload, links } = scenario
  const [, high] = rangeOf(workload.request)
  if (service.protocol === 'udp') return high - ETHERNET_BYTES
  const headers = ipHeaderBytes(service.vip | 0) + TCP_HEADER_BYTES
  const segments = ways.map((way) => {
    const { toClient } = toldMss(scenario, topology, way)
    return Math.min(links[way.clients.link]!.mtuBytes, toClient + headers)
  })
  return Math.min(high + headers, Math.max(...segments))
}
