// Who gets which share of the requests: destinations by their weights, addresses and hosts of the
// clients by the popularity of flows, receive queues by the real hash of real addresses.
import { power } from '../kernel/elementary.ts'
import { FIRST_PORT } from '../cluster/client-hosts.ts'
import { UDP } from '../net/packet.ts'
import { INDIRECTION_ENTRIES, Rss } from '../net/rss.ts'
import { firstClientAddress } from '../scenario/flows.ts'
import type { DestinationSpec, NicSpec, Scenario, ServiceSpec } from '../scenario/scenario.ts'

/** Flows that are looked at one by one; of more that are alike, every n-th. */
const MOST_FLOWS = 200_000
/** Schedulers that look at a weight only to see whether it is 0. */
const UNWEIGHTED = new Set(['rr', 'lc', 'dh'])

/** Share of each destination of the service, 0 for those of weight 0. */
export function destinationShares(service: ServiceSpec): number[] {
  const isEqual = UNWEIGHTED.has(service.scheduler)
  const weights = service.destinations.map(({ weight }) => (isEqual ? Math.min(1, weight) : weight))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

/** Share of the requests that comes from the busiest client host. */
export function busiestHostShare(scenario: Scenario): number {
  const { count, addresses } = scenario.clients[scenario.workload.from]!
  const hosts = new Float64Array(count)
  forEachFlow(scenario, (flow, share) => (hosts[(flow % addresses) % count]! += share))
  return hosts.reduce((most, share) => Math.max(most, share), 0)
}

/** Share of requests of each receive queue: those of clients, or the replies of a real server. */
export function queueShares(
  scenario: Scenario,
  nic: NicSpec,
  from: 'clients' | DestinationSpec,
): Float64Array {
  const service = scenario.services[scenario.workload.to]!
  const shares = new Float64Array(nic.queues)
  if (service.protocol === 'tcp') return spreadByPorts(shares)
  const clients = scenario.clients[scenario.workload.from]!
  const first = firstClientAddress(clients)
  const rss = new Rss(nic.queues, nic.rss === 'udp4')
  const packet = { src: 0, dst: 0, srcPort: 0, dstPort: 0, protocol: UDP }
  forEachFlow(scenario, (flow, share) => {
    const client = (first + (flow % clients.addresses)) | 0
    const port = FIRST_PORT + Math.floor(flow / clients.addresses)
    const isReply = from !== 'clients'
    packet.src = isReply ? from.address | 0 : client
    packet.srcPort = isReply ? from.port : port
    packet.dst = isReply ? client : service.vip | 0
    packet.dstPort = isReply ? port : service.port
    shares[rss.queueOf(packet)]! += share
  })
  return shares
}

/** Each connection of TCP comes from another port, so every entry of the table gets as much. */
function spreadByPorts(shares: Float64Array): Float64Array {
  for (let entry = 0; entry < INDIRECTION_ENTRIES; entry++) {
    shares[entry % shares.length]! += 1 / INDIRECTION_ENTRIES
  }
  return shares
}

/** Every flow (of TCP: every address) with its share of the requests. */
function forEachFlow(scenario: Scenario, take: (flow: number, share: number) => void): void {
  const { workload, services, clients } = scenario
  const { addresses, flows } = clients[workload.from]!
  const count = services[workload.to]!.protocol === 'udp' ? flows : addresses
  const { popularity } = workload
  if (popularity.kind === 'zipf') return forEachRank(popularity.exponent, count, take)
  const step = Math.ceil(count / MOST_FLOWS)
  const share = 1 / Math.ceil(count / step)
  for (let flow = 0; flow < count; flow += step) take(flow, share)
}

/** By Zipf's law no flow may be left out: the first ones have the most. */
function forEachRank(
  exponent: number,
  count: number,
  take: (flow: number, share: number) => void,
): void {
  const weights = new Float64Array(count)
  for (let flow = 0; flow < count; flow++) weights[flow] = 1 / power(flow + 1, exponent)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  weights.forEach((weight, flow) => take(flow, weight / total))
}
