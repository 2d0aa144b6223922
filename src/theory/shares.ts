// Who gets which share of the requests: destinations by their weights, addresses and hosts of the
// clients by the popularity of flows, receive queues by the real hash of real addresses.
import { power } from '../kernel/elementary.ts'
import { Ipvs } from '../ipvs/ipvs.ts'
import { addressAt } from '../wire/address.ts'
import { TCP, UDP } from '../net/packet.ts'
import { INDIRECTION_ENTRIES, Rss } from '../net/rss.ts'
import { firstClientAddress } from '../scenario/flows.ts'
import type { DestinationSpec, NicSpec, Scenario, ServiceSpec } from '../scenario/scenario.ts'

/** Flows that are looked at one by one; of more that are alike, every n-th. */
const MOST_FLOWS = 1_000_000
/** Schedulers that look at a weight only to see whether it is 0. */
const UNWEIGHTED = new Set(['rr', 'lc'])

/** Share of each destination of the service, 0 for those of weight 0. */
export function destinationShares(service: ServiceSpec): number[] {
  if (service.scheduler === 'dh') return sharesOfDh(service)
  const isEqual = UNWEIGHTED.has(service.scheduler)
  const weights = service.destinations.map(({ weight }) => (isEqual ? Math.min(1, weight) : weight))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => (total === 0 ? 0 : weight / total))
}

/** One virtual address has one server: the one that the scheduler itself names. */
function sharesOfDh({ vip, port, protocol, destinations }: ServiceSpec): number[] {
  const number = protocol === 'tcp' ? TCP : UDP
  const routes = { generation: 0, find: () => null }
  const ipvs = new Ipvs({ tableSize: 1, kernel: '6.1', timers: { expireAt() {} }, routes })
  const service = ipvs.addService({
    ...{ protocol: number, address: vip | 0, port, scheduler: 'dh' },
  })
  for (const { address, port: own, weight, forwarding } of destinations) {
    ipvs.addDestination(service, { address: address | 0, port: own, weight, forwarding })
  }
  const flow = { protocol: number, src: 0, srcPort: 0, dst: vip | 0, dstPort: port }
  const chosen = service.scheduler.schedule(flow, 0)
  return destinations.map((_, index) => (index === chosen?.index ? 1 : 0))
}

/** Share of the requests that comes from each client host. */
export function hostShares(scenario: Scenario): Float64Array {
  const { count } = scenario.clients[scenario.workload.from]!
  const hosts = new Float64Array(count)
  addressShares(scenario).forEach((share, address) => (hosts[address % count]! += share))
  return hosts
}

/** Share of the requests that comes from the busiest client address. */
export function busiestAddressShare(scenario: Scenario): number {
  return addressShares(scenario).reduce((most, share) => Math.max(most, share), 0)
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
  const take = (address: number, port: number, share: number) => {
    const client = addressAt(first | 0, address)
    const isReply = from !== 'clients'
    packet.src = isReply ? from.address | 0 : client
    packet.srcPort = isReply ? from.port : port
    packet.dst = isReply ? client : service.vip | 0
    packet.dstPort = isReply ? port : service.port
    shares[rss.queueOf(packet)]! += share
  }
  if (nic.rss === 'addresses') {
    addressShares(scenario).forEach((share, address) => take(address, clients.ports.first, share))
    return shares
  }
  forEachFlow(scenario, (flow, share) => {
    const round = Math.floor(flow / clients.addresses)
    take(flow - round * clients.addresses, clients.ports.first + round, share)
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

/** Share of the requests of each client address, exactly. */
function addressShares(scenario: Scenario): Float64Array {
  const { workload, services, clients } = scenario
  const { addresses, flows } = clients[workload.from]!
  const shares = new Float64Array(addresses)
  const count = services[workload.to]!.protocol === 'udp' ? flows : addresses
  const { popularity } = workload
  if (popularity.kind === 'zipf') {
    forEachRank(popularity.exponent, count, (flow, share) => (shares[flow % addresses]! += share))
    return shares
  }
  const rounds = Math.floor(count / addresses)
  const more = count - rounds * addresses
  return shares.map((_, address) => (rounds + (address < more ? 1 : 0)) / count)
}

/** Every flow of UDP with its share of the requests. */
function forEachFlow(scenario: Scenario, take: (flow: number, share: number) => void): void {
  const { workload, clients } = scenario
  const { addresses, flows } = clients[workload.from]!
  const { popularity } = workload
  if (popularity.kind === 'zipf') return forEachRank(popularity.exponent, flows, take)
  let step = Math.ceil(flows / MOST_FLOWS)
  // A step that shares a divisor with the addresses would leave some of them out altogether.
  while (!isCoprime(step, addresses)) step++
  const share = 1 / Math.ceil(flows / step)
  for (let flow = 0; flow < flows; flow += step) take(flow, share)
}

function isCoprime(a: number, b: number): boolean {
  while (b !== 0) [a, b] = [b, a % b]
  return a === 1
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

/** Directors that a router spreads flows over, each with as much of them; else the one. */
export function directorsSharing({ ecmp }: Scenario): number {
  return ecmp?.directors.length ?? 1
}

/** ', one of 4 directors that share the flows' */
export function sharingText(scenario: Scenario): string {
  const count = directorsSharing(scenario)
  return count === 1 ? '' : `, one of ${count} directors that share the flows`
}
