// How a transport sends requests and answers through a path: TCP in segments that both ends have
// agreed on (scenario/told-mss.ts) and that shrink where somebody tells their sender (RFC 1191;
// tcp/tcp.ts), UDP in datagrams that do not. What nobody cuts and nobody is told of is lost.
import { isIpv6 } from '../wire/address.ts'
import type { DistributionSpec } from '../kernel/distributions.ts'
import { ETHERNET_BYTES, ipHeaderBytes } from '../net/packet.ts'
import { rangeOf } from '../scenario/distribution.ts'
import type { RequestWay } from '../scenario/request-way.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { toldMss } from '../scenario/told-mss.ts'
import type { Topology } from '../scenario/topology.ts'
import type { TcpOptions } from '../tcp/options.ts'
import { SegmentSizes, segmentHeaderBytes } from '../tcp/segment-sizes.ts'
import type { Crossing, Legs } from './crossings.ts'
import type { TooBig } from './limits.ts'
import { datagramsOf, segmentsOf, sizesOf, type FramesOfRequest, type TcpEnd } from './frames.ts'

interface SendingEnd extends TcpEnd {
  /** Some of its packets are cut on their way. */
  isCut: boolean
  shrinks: string[]
  /** Bytes of the largest packet with a payload of that size. */
  packetOf: (bytes: number) => number
}

export interface Transported {
  sent: FramesOfRequest
  tooBig: TooBig[]
  /** Where connections find out that their segments are too large. */
  shrinks: string[]
}

export function transported(
  scenario: Scenario,
  topology: Topology,
  way: RequestWay,
  legs: Legs,
): Transported {
  const there = [...legs.toDirector, ...legs.toServer]
  const back = [...legs.fromServer, ...legs.onwards]
  return way.service.protocol === 'udp'
    ? byUdp(scenario, there, back)
    : byTcp(scenario, topology, way, there, back)
}

function byUdp(
  scenario: Scenario,
  there: readonly Crossing[],
  back: readonly Crossing[],
): Transported {
  const { request, response } = scenario.workload
  const largest = (spec: DistributionSpec) => rangeOf(spec)[1] - ETHERNET_BYTES
  const isDrawn =
    there.some((each) => exceeds(largest(request), each)) ||
    back.some((each) => exceeds(largest(response), each))
  const lost = (spec: DistributionSpec, crossings: readonly Crossing[]) =>
    lostOn(scenario, crossings, sizesOf(spec), (bytes) => bytes - ETHERNET_BYTES)
  return {
    sent: datagramsOf(scenario, isDrawn),
    tooBig: [...lost(request, there), ...lost(response, back)],
    shrinks: [],
  }
}

function byTcp(
  scenario: Scenario,
  topology: Topology,
  way: RequestWay,
  there: readonly Crossing[],
  back: readonly Crossing[],
): Transported {
  const { workload } = scenario
  const { clients, group } = way
  const ip = ipHeaderBytes(way.service.vip | 0)
  const told = toldMss(scenario, topology, way)
  const client = endOf(scenario, ip, clients, told.toClient, workload.request, there)
  const server = endOf(scenario, ip, group, told.toServer, workload.response, back)
  const isDrawn = client.isCut || server.isCut
  return {
    sent: segmentsOf(scenario, ip, client, server, isDrawn),
    tooBig: [
      ...lostOn(scenario, there, sizesOf(workload.request), client.packetOf),
      ...lostOn(scenario, back, sizesOf(workload.response), server.packetOf),
    ],
    shrinks: [...client.shrinks, ...server.shrinks],
  }
}

/** What an end sends that was told of so large segments. */
function endOf(
  { links }: Scenario,
  ipHeaderSize: number,
  { tcp, link }: { tcp: TcpOptions; link: string },
  toldBytes: number,
  payload: DistributionSpec,
  crossings: readonly Crossing[],
): SendingEnd {
  const sizes = new SegmentSizes(tcp, links[link]!.mtuBytes, ipHeaderSize)
  const headers = ipHeaderSize + segmentHeaderBytes(tcp)
  const [, high] = rangeOf(payload)
  let mssBytes = sizes.mssTowards(toldBytes)
  const packetOf = (bytes: number) => headers + Math.min(mssBytes, bytes)
  const shrinks: string[] = []
  for (const crossing of crossings) {
    if (!isDeadOn(packetOf(high), crossing) || !crossing.isTold) continue
    shrinks.push(`at ${crossing.from}, ${exceeding(`${packetOf(high)}B`, crossing)}`)
    mssBytes = Math.min(mssBytes, sizes.mssThrough(crossing.mtuBytes - crossing.outerBytes))
  }
  const isCut = crossings.some((each) => each.isCutting && exceeds(packetOf(high), each))
  return { tcp, mssBytes, isCut, shrinks, packetOf }
}

function exceeds(ipBytes: number, { mtuBytes, outerBytes }: Crossing): boolean {
  return ipBytes + outerBytes > mtuBytes
}

function isDeadOn(ipBytes: number, crossing: Crossing): boolean {
  return !crossing.isCutting && exceeds(ipBytes, crossing)
}

/** "packets of 1500B and their outer header exceed the MTU of 1500B" */
function exceeding(bytes: string, { mtuBytes, outerBytes }: Crossing): string {
  const outer = outerBytes > 0 ? ' and their outer header' : ''
  return `packets of ${bytes}${outer} exceed the MTU of ${mtuBytes}B`
}

/** Where the first of them die, and how many die there and further on. */
function lostOn(
  { workload, services }: Scenario,
  crossings: readonly Crossing[],
  sizes: readonly number[],
  packetOf: (bytes: number) => number,
): TooBig[] {
  const packets = sizes.map(packetOf)
  const dead = packets.filter((bytes) => crossings.some((each) => isDeadOn(bytes, each)))
  const largest = packets.reduce((most, bytes) => Math.max(most, bytes), 0)
  const first = crossings.find((each) => isDeadOn(largest, each))
  if (first === undefined) return []
  const { vip, protocol } = services[workload.to]!
  const bytes = sizes.length > 1 ? `up to ${largest}B` : `${largest}B`
  const why = [
    isIpv6(vip | 0) ? 'IPv6 is not cut on the way' : 'DF forbids to cut them',
    ...(protocol === 'tcp' ? ['no ICMP error reaches their sender'] : []),
  ]
  return [
    {
      share: dead.length / sizes.length,
      at: first.from,
      text: `${exceeding(bytes, first)}, ${why.join(', ')}`,
    },
  ]
}
