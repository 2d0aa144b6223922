// A scenario becomes a cluster: network, director, real servers, clients and the measurements
// between them. The order in which elements are made is the order in which simultaneous events
// fire.
import { addressAt } from '../wire/address.ts'
import { Arrivals, type RatePhase } from '../cluster/arrivals.ts'
import { ClientHosts, FIRST_PORT } from '../cluster/client-hosts.ts'
import type { Core } from '../cluster/core.ts'
import type { Demand } from '../cluster/demand.ts'
import type { Director } from '../cluster/director.ts'
import { Draws } from '../cluster/draws.ts'
import { EphemeralPorts } from '../cluster/ports.ts'
import type { PastDirector } from '../cluster/past-director.ts'
import { popularity } from '../cluster/popularity.ts'
import { Population } from '../cluster/population.ts'
import type { RealServer } from '../cluster/real-server.ts'
import type { ServerSocket } from '../cluster/server-stack.ts'
import { TcpTransport } from '../cluster/tcp-transport.ts'
import type { Transport } from '../cluster/transport.ts'
import { UdpTransport } from '../cluster/udp.ts'
import { sampler } from '../kernel/distributions.ts'
import { Kernel } from '../kernel/kernel.ts'
import { Streams } from '../kernel/random.ts'
import type { Time } from '../kernel/time.ts'
import { Recorder } from '../measure/recorder.ts'
import { BrokenPackets } from '../net/fragments.ts'
import { Packet, PacketPool, UDP, type DropSink } from '../net/packet.ts'
import type { Ring } from '../net/ring.ts'
import { buildDirector } from './build-director.ts'
import { Network } from './build-network.ts'
import { buildRouters, learnDirectors, type BuiltRouters } from './build-routers.ts'
import { buildServers, listeningSockets } from './build-servers.ts'
import { firstClientAddress } from './flows.ts'
import { hostNames } from './host-names.ts'
import type { Scenario } from './scenario.ts'

export interface Cluster {
  kernel: Kernel
  network: Network
  routing: BuiltRouters
  pool: PacketPool
  recorder: Recorder
  director: Director
  cores: Core[]
  rings: Ring[]
  servers: RealServer[]
  /** In front of servers that answer ARP for the virtual address. */
  past: PastDirector[]
  /** Weight of each server in the service, in the order of `servers`; 0 when it is not in it. */
  weights: number[]
}

/** Tells the transport of every packet that is dropped; it is known last, when all else stands. */
class Drops implements DropSink {
  transport!: Transport

  lose(packet: Packet, now: Time): void {
    this.transport.lost(packet, now)
  }
}

/** Hands the transport's calls on, so that servers can be built before it. */
class LateTransport implements Transport {
  actual!: Transport

  request(demand: Demand, now: Time): void {
    this.actual.request(demand, now)
  }
  atClient(packet: Packet, now: Time): void {
    this.actual.atClient(packet, now)
  }
  atServer(packet: Packet, server: RealServer, now: Time): void {
    this.actual.atServer(packet, server, now)
  }
  answer(packet: Packet, server: RealServer, now: Time): void {
    this.actual.answer(packet, server, now)
  }
  lost(packet: Packet, now: Time): void {
    this.actual.lost(packet, now)
  }
}

/** Builds the cluster of one replication. */
export function build(scenario: Scenario, replication: number): Cluster {
  const kernel = new Kernel()
  const drops = new Drops()
  const pool = new PacketPool()
  const streams = new Streams(`${scenario.seed}/${replication}`)
  const groups = Object.values(scenario.realServers)
  const hosts = groups.flatMap((group) => hostNames(group))
  const recorder = new Recorder(recordedPhases(scenario), hosts)
  const whole = new BrokenPackets(pool, drops)
  const network = new Network(kernel, scenario, pool, whole, streams)
  const routing = buildRouters(kernel, scenario, network, whole)
  const built = buildDirector(
    ...([kernel, scenario, network, routing, hosts, recorder, whole, streams] as const),
  )
  const { director } = built
  const late = new LateTransport()
  const isUdp = scenario.services[scenario.workload.to]!.protocol === 'udp'
  const past: PastDirector[] = []
  const servers = groups.flatMap((group) =>
    buildServers(kernel, scenario, group, network, director, streams, late, whole, isUdp, past),
  )
  learnDirectors(scenario, network, routing)
  const sockets = listeningSockets(scenario, servers)
  late.actual = buildClients(kernel, scenario, network, streams, recorder, pool, sockets)
  drops.transport = late.actual
  if (scenario.clients[scenario.workload.from]!.established) establish(scenario, director)
  const service = scenario.services[scenario.workload.to]!
  const weights = hosts.map(
    (host) => service.destinations.find((destination) => destination.host === host)?.weight ?? 0,
  )
  return { kernel, network, routing, pool, recorder, ...built, servers, past, weights }
}

function recordedPhases(scenario: Scenario): ConstructorParameters<typeof Recorder>[0] {
  const { durationPs } = scenario.time
  return scenario.workload.phases.map((phase) => ({
    name: phase.name,
    startPs: phase.startPs,
    // A phase that is cut has its hundred windows in what is left of it.
    durationPs:
      phase.startPs < durationPs
        ? Math.min(phase.durationPs, durationPs - phase.startPs)
        : phase.durationPs,
    steady: phase.fromRate === phase.toRate,
  }))
}

function buildClients(
  kernel: Kernel,
  scenario: Scenario,
  network: Network,
  streams: Streams,
  recorder: Recorder,
  pool: PacketPool,
  sockets: Map<RealServer, ServerSocket>,
): Transport {
  const { workload } = scenario
  const clients = scenario.clients[workload.from]!
  const service = scenario.services[workload.to]!
  const { neighbours } = network.switches.get(clients.link)!
  const firstAddress = firstClientAddress(clients)
  const firstMac = network.upcomingMac
  const names = hostNames(clients)
  neighbours.add(firstAddress, clients.addresses, firstMac, clients.count)
  const uplinks = names.map((name) => network.uplink(`${name}.eth0`, clients.link).send)
  const choose = network.choiceOn(clients.link)
  const router = { mac: network.beyondOf(clients.link).macOf(service.vip | 0) }
  const nextHops = names.map(() => neighbours.ask(service.vip | 0, choose) ?? router)
  const stream = (purpose: string) => streams.stream(`clients/${clients.name}/${purpose}`)
  const hosts = new ClientHosts({
    firstAddress,
    addresses: clients.addresses,
    firstMac,
    uplinks,
    vip: service.vip,
    vipPort: service.port,
    nextHops,
  })
  const senders = service.protocol === 'udp' ? clients.flows : clients.addresses
  const draws = new Draws({
    clients: popularity(workload.popularity, senders, stream('flows')),
    requestBytes: sampler(workload.request, stream('request')),
    answerBytes: sampler(workload.response, stream('response')),
    requests: null,
  })
  const arrivals = new Arrivals(phasesWithin(scenario), workload.arrivals, stream('arrivals'))
  const population = new Population(kernel, arrivals, draws, recorder)
  const { timeoutPs } = clients
  const common = { hosts, pool, recorder, source: population, timeoutPs }
  const transport =
    service.protocol === 'udp'
      ? new UdpTransport({
          ...common,
          endPs: scenario.time.durationPs + scenario.time.cooldownPs,
        })
      : new TcpTransport({
          ...common,
          kernel,
          ports: new EphemeralPorts(clients.addresses),
          think: null,
          mtuBytes: scenario.links[clients.link]!.mtuBytes,
          tcp: clients.tcp,
          sockets,
        })
  population.start(transport)
  const terminus = transport instanceof UdpTransport ? transport : null
  names.forEach((name, host) =>
    network.downlink(`${name}.eth0`, clients.link, firstMac + host, population, terminus),
  )
  return transport
}

/** The phases as far as the duration reaches; a ramp that is cut ends at the rate it has got to. */
function phasesWithin(scenario: Scenario): RatePhase[] {
  const { durationPs } = scenario.time
  return scenario.workload.phases
    .filter((phase) => phase.startPs < durationPs)
    .map(({ startPs, durationPs: wholePs, fromRate, toRate }) => {
      const keptPs = Math.min(wholePs, durationPs - startPs)
      const endRate = fromRate + (toRate - fromRate) * (keptPs / wholePs)
      return { startPs, durationPs: keptPs, fromRate, toRate: endRate }
    })
}

/** Every flow's connection exists at time 0, placed by the scheduler in flow order, at no cost. */
function establish(scenario: Scenario, director: Director): void {
  const clients = scenario.clients[scenario.workload.from]!
  const service = scenario.services[scenario.workload.to]!
  const first = firstClientAddress(clients)
  const packet = new Packet()
  packet.protocol = UDP
  packet.dst = service.vip | 0
  packet.dstPort = service.port
  for (let i = 0; i < clients.flows; i++) {
    const round = Math.floor(i / clients.addresses)
    packet.src = addressAt(first | 0, i - round * clients.addresses)
    packet.srcPort = FIRST_PORT + round
    director.ipvs.establish(packet, 0)
  }
}
