// Workloads W1 (DR) and W2 (NAT): one client, one director core at 70 ns a packet, eight servers
// that take no time, 10 Gb/s wires of 5 us without framing overhead. The director's code is the
// product's own: connection table, round robin and forwarding decide about every packet.
import { Arrivals } from '../../src/cluster/arrivals.ts'
import { ClientHosts } from '../../src/cluster/client-hosts.ts'
import { Core } from '../../src/cluster/core.ts'
import { PacketCost } from '../../src/cluster/cost.ts'
import { Director } from '../../src/cluster/director.ts'
import { Nic } from '../../src/cluster/nic.ts'
import { popularity } from '../../src/cluster/popularity.ts'
import { Draws } from '../../src/cluster/draws.ts'
import { Population } from '../../src/cluster/population.ts'
import { RealServer } from '../../src/cluster/real-server.ts'
import { ClientPort, type ServerSide } from '../../src/cluster/transport.ts'
import { UdpTransport } from '../../src/cluster/udp.ts'
import { sampler } from '../../src/kernel/distributions.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { Streams } from '../../src/kernel/random.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { Recorder } from '../../src/measure/recorder.ts'
import { AddressTable, Neighbours } from '../../src/net/address.ts'
import { Link } from '../../src/net/link.ts'
import {
  PacketPool,
  UDP,
  type DropSink,
  type Packet,
  type Port,
  type Terminus,
} from '../../src/net/packet.ts'
import { Ring } from '../../src/net/ring.ts'
import { Rss } from '../../src/net/rss.ts'
import { Switch } from '../../src/net/switch.ts'
import { directorCosts } from '../../src/scenario/costs.ts'
import { LINUX_PORTS } from '../../src/net/port-range.ts'

export const SERVERS = 8
export const VIP = 0x0a00000a
export const FIRST_SERVER = 0x0a00000b
export const FIRST_CLIENT = 0x0a010001
export const DIRECTOR_MAC = 100
export const CLIENT_MAC = 101
/** Flows used in turn: 4 addresses with 16,384 ports each. */
export const FLOWS = 65_536
const ADDRESSES = 4
const RATE_PPS = 1_000_000
/** It polls: packets are met at once. */
const CORE = { at: 'cpu0', slowness: 1, moderationPs: null, interruptPs: 0, budget: 64 }

export interface PointToPoint {
  kernel: Kernel
  recorder: Recorder
  director: Director
  servers: RealServer[]
  population: Population
  /** Packets dropped anywhere. */
  lost(): number
}

/** Wraps a port of the director; used by the untimed check run only. */
export type Tap = (port: Port) => Port

/** Builds the network for `seconds` of simulated time. */
export function pointToPoint(
  forwarding: 'dr' | 'nat',
  seconds: number,
  seed: string,
  taps: { into: Tap; outOf: Tap } = { into: (port) => port, outOf: (port) => port },
): PointToPoint {
  const kernel = new Kernel()
  const streams = new Streams(seed)
  const pool = new PacketPool()
  const phase = { name: 'steady', startPs: 0, durationPs: seconds * PS_PER_SECOND, steady: true }
  const recorder = new Recorder([phase], hostNames())
  let lost = 0
  const drops: DropSink = {
    lose(packet: Packet) {
      lost++
      pool.give(packet)
    },
  }
  const link = (at: string, target: Port, terminus: Terminus | null = null) =>
    new Link(kernel, linkOptions(at), target, drops, terminus)
  const fan = new Switch(drops)
  fan.neighbours.add(FIRST_SERVER, SERVERS, 0, SERVERS)
  fan.neighbours.add(FIRST_CLIENT, ADDRESSES, CLIENT_MAC, 1)
  const { director, nic } = buildDirector(kernel, forwarding, fan, recorder, drops, taps)
  const uplink = link('client', taps.into(nic))
  const rates = [{ ...phase, fromRate: RATE_PPS, toRate: RATE_PPS }]
  const arrivals = new Arrivals(rates, { kind: 'poisson' }, streams.stream('arrivals'))
  const draws = new Draws({
    clients: popularity({ kind: 'in-turn' }, FLOWS, streams.stream('flows')),
    requestBytes: sampler({ kind: 'constant', value: 64 }, streams.stream('request')),
    answerBytes: sampler({ kind: 'uniform', low: 64, high: 1500 }, streams.stream('answer')),
    requests: null,
  })
  const population = new Population(kernel, arrivals, draws, recorder)
  const transport = new UdpTransport({
    population: 0,
    hosts: new ClientHosts({
      firstAddress: FIRST_CLIENT,
      addresses: ADDRESSES,
      ports: LINUX_PORTS,
      firstMac: CLIENT_MAC,
      uplinks: [uplink],
      vip: VIP,
      vipPort: 80,
      nextHops: [{ mac: DIRECTOR_MAC }],
    }),
    pool,
    recorder,
    source: population,
    timeoutPs: PS_PER_SECOND,
    endPs: (seconds + 1) * PS_PER_SECOND,
  })
  population.start(transport)
  const client = new ClientPort(transport)
  fan.connect(CLIENT_MAC, link('to client', client, transport))
  const back = forwarding === 'dr' ? client : taps.into(nic)
  const servers = hostNames().map((name, index) => {
    const uplink = link(name, back, forwarding === 'dr' ? transport : null)
    const server = benchServer(kernel, index, uplink, transport, drops)
    fan.connect(index, link(`to ${name}`, server, server))
    return server
  })
  return { kernel, recorder, director, servers, population, lost: () => lost }
}

/** A server that takes no time. */
export function benchServer(
  kernel: Kernel,
  index: number,
  uplink: Port,
  transport: ServerSide,
  drops: DropSink,
): RealServer {
  const options = {
    name: hostNames()[index]!,
    address: FIRST_SERVER + index,
    mac: index,
    ...{ cores: 1, workers: 1, backlog: 4096, maxConnections: null, slowness: 1, service: null },
    neighbours: new Neighbours(),
    beyond: new AddressTable(),
    directors: new AddressTable(),
    gateway: { mac: DIRECTOR_MAC },
    uplink,
  }
  return new RealServer(kernel, options, transport, drops)
}

export function hostNames(): string[] {
  return Array.from({ length: SERVERS }, (_, index) => `rs${index + 1}`)
}

export function linkOptions(at: string): ConstructorParameters<typeof Link>[1] {
  return {
    at,
    resource: 'send',
    rateBps: 10_000_000_000,
    delayPs: 5_000_000,
    overheadBytes: 0,
    mtuBytes: 1500,
    queuePackets: null,
    queueBytes: null,
  }
}

/** One core, one card, and all servers in one service. */
export function buildDirector(
  kernel: Kernel,
  forwarding: 'dr' | 'nat',
  fan: Switch,
  recorder: Recorder,
  drops: DropSink,
  taps: { outOf: Tap },
  protocol: number = UDP,
  tableSize = 4096,
): { director: Director; nic: Nic } {
  const cpu = {
    cores: 1,
    clockHz: 3_000_000_000,
    profile: 'kernel' as const,
    perPacketPs: 70_000,
    measuredPps: null,
    mitigations: false,
    remoteCores: 0,
  }
  const connections = { tableSize: 4096, tcpPs: 0, tcpFinPs: 0, udpPs: 0 }
  const costs = directorCosts({ cpu, connections, conntrack: false, nics: [] }, [forwarding])
  if ('problem' in costs) throw new Error(costs.problem)
  const ipvs = { tableSize, kernel: '6.1' as const }
  const cost = new PacketCost(costs.costs)
  const options = { name: 'lb1', vips: [VIP], cost, ipvs, address: 0x0a000001, clampMss: null }
  const director = new Director(kernel, options, recorder, drops)
  const service = director.ipvs.addService({
    protocol,
    address: VIP,
    port: 80,
    scheduler: 'rr',
  })
  for (let tag = 0; tag < SERVERS; tag++) {
    const address = FIRST_SERVER + tag
    director.ipvs.addDestination(service, { address, port: 80, weight: 1, forwarding, tag })
  }
  const nic = new Nic({
    name: 'eth0',
    mac: DIRECTOR_MAC,
    rings: [new Ring('ring', null)],
    cores: [new Core(kernel, CORE, director, drops)],
    rss: new Rss(1, false),
    neighbours: fan.neighbours,
    beyond: new AddressTable(),
    mtuBytes: 1500,
    wire: taps.outOf(fan),
  })
  director.nics.push(nic)
  return { director, nic }
}
