// Workloads W4 and W5: TCP connections from 64 addresses through one DR director to eight servers
// that take no time, over the wires of W1. A request has 200 B, an answer 2 KiB, so that a
// client's ACKs are a good part of what the director sees: SYN, ACK, for each request two, FIN,
// ACK.
import { Arrivals } from '../../src/cluster/arrivals.ts'
import { ClientHosts } from '../../src/cluster/client-hosts.ts'
import { Draws } from '../../src/cluster/draws.ts'
import { popularity } from '../../src/cluster/popularity.ts'
import { Population } from '../../src/cluster/population.ts'
import { EphemeralPorts } from '../../src/cluster/ports.ts'
import type { RealServer } from '../../src/cluster/real-server.ts'
import { ServerSocket } from '../../src/cluster/server-stack.ts'
import { TcpTransport } from '../../src/cluster/tcp-transport.ts'
import { ClientPort } from '../../src/cluster/transport.ts'
import { sampler } from '../../src/kernel/distributions.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { Streams } from '../../src/kernel/random.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { Recorder } from '../../src/measure/recorder.ts'
import { Link } from '../../src/net/link.ts'
import { PacketPool, TCP, type Packet, type Port } from '../../src/net/packet.ts'
import { Switch } from '../../src/net/switch.ts'
import { LINUX_LISTEN, LINUX_TCP } from '../../src/tcp/options.ts'
import { LINUX_PORTS } from '../../src/net/port-range.ts'
import {
  CLIENT_MAC,
  DIRECTOR_MAC,
  FIRST_CLIENT,
  FIRST_SERVER,
  VIP,
  benchServer,
  buildDirector,
  hostNames,
  linkOptions,
} from './point-to-point.ts'

const ADDRESSES = 64
const RATE = 100_000
export const REQUEST_BYTES = 200
export const ANSWER_BYTES = 2048

export interface ConnectionsOptions {
  /** Connections are opened for so long, at 100,000 a second. */
  openSeconds: number
  /** The load goes on for so long on those that are open. */
  restSeconds: number
  requests: number
  thinkSeconds: number
}

export interface Connections {
  kernel: Kernel
  recorder: Recorder
  transport: TcpTransport
  pool: PacketPool
  /** Wires of the client and of the servers. */
  fromClient: Link
  fromServers: Link[]
  lost(): number
}

export function connections(options: ConnectionsOptions, seed: string): Connections {
  const kernel = new Kernel()
  const streams = new Streams(seed)
  const pool = new PacketPool()
  const recorder = new Recorder(phasesOf(options), hostNames())
  let lost = 0
  const drops = {
    lose(packet: Packet) {
      lost++
      pool.give(packet)
    },
  }
  const link = (at: string, target: Port) => new Link(kernel, linkOptions(at), target, drops)
  const fan = new Switch(drops)
  fan.neighbours.add(FIRST_SERVER, 8, 0, 8)
  fan.neighbours.add(FIRST_CLIENT, ADDRESSES, CLIENT_MAC, 1)
  const through = { into: (port: Port) => port, outOf: (port: Port) => port }
  const { nic } = buildDirector(kernel, 'dr', fan, recorder, drops, through, TCP, 1 << 20)
  const fromClient = link('client', nic)
  const population = populationOf(kernel, options, streams, recorder)
  const sockets = new Map<RealServer, ServerSocket>()
  const transport: TcpTransport = new TcpTransport({
    kernel,
    population: 0,
    hosts: new ClientHosts({
      firstAddress: FIRST_CLIENT,
      addresses: ADDRESSES,
      ports: LINUX_PORTS,
      firstMac: CLIENT_MAC,
      uplinks: [fromClient],
      vip: VIP,
      vipPort: 80,
      nextHops: [{ mac: DIRECTOR_MAC }],
    }),
    ports: new EphemeralPorts(ADDRESSES, LINUX_PORTS),
    pool,
    recorder,
    source: population,
    think:
      options.thinkSeconds === 0
        ? null
        : constant(options.thinkSeconds * PS_PER_SECOND, streams, 'think'),
    mtuBytes: 1500,
    tcp: LINUX_TCP,
    sockets,
    timeoutPs: PS_PER_SECOND,
  })
  population.start(transport)
  const client = new ClientPort(transport)
  fan.connect(CLIENT_MAC, link('to client', client))
  const fromServers = hostNames().map((name, tag) => {
    const uplink = link(name, client)
    const server = benchServer(kernel, tag, uplink, transport, drops)
    sockets.set(server, new ServerSocket(server, tag, 1500, { ...LINUX_TCP, ...LINUX_LISTEN }))
    fan.connect(tag, link(`to ${name}`, server))
    return uplink
  })
  return { kernel, recorder, transport, pool, fromClient, fromServers, lost: () => lost }
}

function phasesOf({ openSeconds, restSeconds }: ConnectionsOptions) {
  const openPs = openSeconds * PS_PER_SECOND
  const open = { name: 'open', startPs: 0, durationPs: openPs, steady: true }
  const restPs = restSeconds * PS_PER_SECOND
  if (restPs === 0) return [open]
  return [open, { name: 'rest', startPs: openPs, durationPs: restPs, steady: false }]
}

function populationOf(
  kernel: Kernel,
  options: ConnectionsOptions,
  streams: Streams,
  recorder: Recorder,
): Population {
  const draws = new Draws({
    clients: popularity({ kind: 'in-turn' }, ADDRESSES, streams.stream('clients')),
    requestBytes: constant(REQUEST_BYTES, streams, 'request'),
    answerBytes: constant(ANSWER_BYTES, streams, 'answer'),
    requests: constant(options.requests, streams, 'requests'),
  })
  const rates = [{ ...phasesOf(options)[0]!, fromRate: RATE, toRate: RATE }]
  const arrivals = new Arrivals(rates, { kind: 'poisson' }, streams.stream('arrivals'))
  return new Population(kernel, arrivals, draws, recorder)
}

function constant(value: number, streams: Streams, name: string) {
  return sampler({ kind: 'constant', value }, streams.stream(name))
}
