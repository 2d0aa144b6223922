// A population of clients of a scenario: its hosts and wires, the source of its requests, and the
// transport between the two.
import { Arrivals, type RatePhase } from '../cluster/arrivals.ts'
import { ClientHosts } from '../cluster/client-hosts.ts'
import { Draws } from '../cluster/draws.ts'
import { popularity } from '../cluster/popularity.ts'
import { Population } from '../cluster/population.ts'
import { EphemeralPorts } from '../cluster/ports.ts'
import { Replay, spread } from '../cluster/replay.ts'
import type { RealServer } from '../cluster/real-server.ts'
import type { ServerSocket } from '../cluster/server-stack.ts'
import { TcpTransport } from '../cluster/tcp-transport.ts'
import { ClientPort, type Transport } from '../cluster/transport.ts'
import { UdpTransport } from '../cluster/udp.ts'
import { Users } from '../cluster/users.ts'
import { sampler } from '../kernel/distributions.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Stream, Streams } from '../kernel/random.ts'
import type { Recorder } from '../measure/recorder.ts'
import type { PacketPool } from '../net/packet.ts'
import type { Network } from './build-network.ts'
import { firstClientAddress } from './flows.ts'
import { hostNames } from './host-names.ts'
import type { PopulationShare } from './populations.ts'
import { piecesOf } from './rates.ts'
import { replayedSizes } from './replayed-sizes.ts'
import type { ClientsSpec, Scenario } from './scenario.ts'

export interface ClientParts {
  kernel: Kernel
  scenario: Scenario
  network: Network
  streams: Streams
  recorder: Recorder
  pool: PacketPool
  /** The listening sockets of the real servers, which populations share. */
  sockets: Map<RealServer, ServerSocket>
}

/** The population with that number, in the order in which the workload names them. */
export function buildClients(
  parts: ClientParts,
  population: PopulationShare,
  number: number,
): Transport {
  const { scenario, network } = parts
  const { clients } = population
  const { neighbours } = network.switches.get(clients.link)!
  const firstAddress = firstClientAddress(clients)
  const firstMac = network.upcomingMac
  const names = hostNames(clients)
  neighbours.add(firstAddress, clients.addresses, firstMac, clients.count)
  const uplinks = names.map((name) => network.uplink(`${name}.eth0`, clients.link).send)
  const service = scenario.services[scenario.workload.to]!
  const choose = network.choiceOn(clients.link)
  const router = { mac: network.beyondOf(clients.link).macOf(service.vip | 0) }
  const nextHops = names.map((_, host) => {
    return neighbours.ask(service.vip | 0, choose, firstMac + host) ?? router
  })
  const hosts = new ClientHosts({
    firstAddress,
    addresses: clients.addresses,
    firstMac,
    uplinks,
    vip: service.vip,
    vipPort: service.port,
    nextHops,
  })
  const source = buildSource(parts, population)
  const transport = buildTransport(parts, clients, number, hosts, source)
  source.start(transport)
  const port = new ClientPort(transport)
  const terminus = transport instanceof UdpTransport ? transport : null
  names.forEach((name, host) =>
    network.downlink(`${name}.eth0`, clients.link, firstMac + host, port, terminus),
  )
  return transport
}

function buildTransport(
  { kernel, scenario, recorder, pool, streams, sockets }: ClientParts,
  clients: ClientsSpec,
  population: number,
  hosts: ClientHosts,
  source: Population | Users | Replay,
): Transport {
  const { timeoutPs, addresses, link, name, tcp } = clients
  const { think } = scenario.workload
  const common = { population, hosts, pool, recorder, source, timeoutPs }
  if (scenario.services[scenario.workload.to]!.protocol === 'udp') {
    const endPs = scenario.time.durationPs + scenario.time.cooldownPs
    return new UdpTransport({ ...common, endPs })
  }
  const { mtuBytes } = scenario.links[link]!
  return new TcpTransport({
    ...common,
    kernel,
    ports: new EphemeralPorts(addresses),
    think: think === undefined ? null : sampler(think, streams.stream(`clients/${name}/think`)),
    mtuBytes,
    tcp,
    sockets,
  })
}

/** When requests leave: with a file, with users, or else with the phases. */
function buildSource(parts: ClientParts, population: PopulationShare): Population | Users | Replay {
  const { kernel, scenario, streams, recorder } = parts
  const { clients, share } = population
  const { workload, services } = scenario
  const isUdp = services[workload.to]!.protocol === 'udp'
  const stream = (purpose: string) => streams.stream(`clients/${clients.name}/${purpose}`)
  const senders = isUdp ? clients.flows : clients.addresses
  const { requests, users, replay } = workload
  const draws = new Draws({
    clients: popularity(workload.popularity, senders, stream('flows')),
    requestBytes: sampler(workload.request, stream('request')),
    answerBytes: sampler(workload.response, stream('response')),
    requests: requests === undefined ? null : sampler(requests, stream('requests')),
  })
  if (replay !== undefined) {
    return buildReplay(parts, senders, draws, stream('replay'))
  }
  if (users !== undefined) {
    const think = sampler(users.think, stream('think'))
    const patiencePs = isUdp ? clients.timeoutPs : null
    const count = Math.max(1, Math.round(users.count * share))
    return new Users(kernel, { count, think, patiencePs }, draws, recorder)
  }
  const arrivals = new Arrivals(
    phasesWithin(scenario, share),
    workload.arrivals,
    stream('arrivals'),
  )
  return new Population(kernel, arrivals, draws, recorder)
}

function buildReplay(
  { kernel, scenario, recorder }: ClientParts,
  senders: number,
  draws: Draws,
  stream: Stream,
): Replay {
  const replay = scenario.workload.replay!
  const { atPs, coarsePs, client } = replay
  const recorded = {
    atPs: coarsePs > 0 ? spread(atPs, coarsePs, stream) : atPs,
    // More clients than there are here share them.
    client: Int32Array.from(client, (number) => number % senders),
    ...replayedSizes(scenario),
  }
  return new Replay(kernel, recorded, scenario.time.durationPs, draws, recorder)
}

/** The phases as far as the duration reaches, in straight pieces. */
function phasesWithin(scenario: Scenario, share: number): RatePhase[] {
  const { durationPs } = scenario.time
  return scenario.workload.phases.flatMap((spec, phase) =>
    piecesOf(spec, durationPs - spec.startPs).map(({ atPs, ...piece }) => ({
      startPs: spec.startPs + atPs,
      durationPs: piece.durationPs,
      fromRate: share === 1 ? piece.fromRate : piece.fromRate * share,
      toRate: share === 1 ? piece.toRate : piece.toRate * share,
      phase,
    })),
  )
}
