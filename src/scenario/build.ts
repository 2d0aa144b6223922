// A scenario becomes a cluster: network, directors, real servers, clients and the measurements
// between them. The order in which elements are made is the order in which simultaneous events
// fire.
import { addressAt } from '../wire/address.ts'
import type { AddressWatch } from '../cluster/address-watch.ts'
import type { Director } from '../cluster/director.ts'
import type { FaultyHost } from '../cluster/faulty-host.ts'
import type { PastDirector } from '../cluster/past-director.ts'
import type { RealServer } from '../cluster/real-server.ts'
import type { RawPackets } from '../cluster/raw-packets.ts'
import type { ServerSocket } from '../cluster/server-stack.ts'
import { Transports } from '../cluster/transport.ts'
import { Kernel } from '../kernel/kernel.ts'
import { Streams } from '../kernel/random.ts'
import type { Time } from '../kernel/time.ts'
import { EventLog } from '../measure/event-log.ts'
import { Recorder } from '../measure/recorder.ts'
import { BrokenPackets } from '../net/fragments.ts'
import { Packet, PacketPool, UDP, type DropSink } from '../net/packet.ts'
import type { Ring } from '../net/ring.ts'
import { buildChecks } from './build-checks.ts'
import { buildClients } from './build-clients.ts'
import { buildDirector, type BuiltDirector } from './build-director.ts'
import { buildEcmp, type BuiltEcmp } from './build-ecmp.ts'
import { Network } from './build-network.ts'
import { buildPackets } from './build-packets.ts'
import { buildRouters, learnDirectors, type BuiltRouters } from './build-routers.ts'
import { buildServers, listeningSockets } from './build-servers.ts'
import { buildVrrp } from './build-vrrp.ts'
import type { Wires } from './build-hosts.ts'
import { firstClientAddress } from './flows.ts'
import { HostNames } from './host-addresses.ts'
import { hostNames } from './host-names.ts'
import { keptServers } from './kept-services.ts'
import type { OperationParts } from './operation-deeds.ts'
import { loadsOf } from './loads.ts'
import { populationsOf, type PopulationShare } from './populations.ts'
import { recordedPhases } from './recorded-phases.ts'
import type { ClientsSpec, Scenario } from './scenario.ts'
import { sharedClients } from './shared-clients.ts'
import { Timeline } from './timeline.ts'
import { reloadedVrrp } from './vrrp-files.ts'

export interface Cluster {
  kernel: Kernel
  network: Network
  routing: BuiltRouters
  pool: PacketPool
  recorder: Recorder
  /** The one that is meant to serve the load. */
  director: Director
  directors: BuiltDirector[]
  /** Of all directors. */
  rings: Ring[]
  servers: RealServer[]
  /** Packets without connections. */
  floods: RawPackets[]
  sockets: Map<RealServer, ServerSocket>
  /** In front of servers that answer ARP for the virtual address. */
  past: PastDirector[]
  /**
   * Services with load, in the order in which they are measured: the weight of each server in it,
   * in the order of `servers`; 0 when it is not in it.
   */
  loads: { service: string; weights: number[] }[]
  /** What has happened. */
  log: EventLog
  /** Of addresses that move or are shared; null where none is. */
  watch: AddressWatch | null
  /** What spreads flows over the directors; null where one has each address. */
  ecmp: BuiltEcmp | null
}

/** Tells the transports of every packet that is dropped; of messages nobody is told. */
class Drops implements DropSink {
  private readonly transports: Transports
  private readonly pool: PacketPool

  constructor(transports: Transports, pool: PacketPool) {
    this.transports = transports
    this.pool = pool
  }

  lose(packet: Packet, now: Time): void {
    if (packet.message !== null) this.pool.endMessage(packet)
    else this.transports.lost(packet, now)
  }
}

/** Builds the cluster of one replication. */
export function build(scenario: Scenario, replication: number): Cluster {
  const kernel = new Kernel()
  const transports = new Transports()
  const pool = new PacketPool()
  const drops = new Drops(transports, pool)
  const streams = new Streams(`${scenario.seed}/${replication}`)
  const groups = Object.values(scenario.realServers)
  const hosts = groups.flatMap((group) => hostNames(group))
  const recorder = new Recorder(recordedPhases(scenario), hosts)
  const log = new EventLog()
  const whole = new BrokenPackets(pool, drops)
  const network = new Network(kernel, scenario, pool, whole, streams)
  const routing = buildRouters(kernel, scenario, network, whole)
  const parts = { kernel, scenario, network, routing, hosts, recorder, drops: whole, streams, log }
  const directors = Object.values(scenario.directors).map((spec) => buildDirector(parts, spec))
  const ecmp = buildEcmp(parts, directors)
  const watch = ecmp?.watch ?? buildVrrp(kernel, scenario, network, directors, streams)
  const service = scenario.services[scenario.workload.to]!
  const { director } = directors.find(({ director: each }) => each.name === service.director)!
  const populations = loadedPopulations(scenario)
  const isUdp = populations.every(({ load }) => load.services[load.workload.to]!.protocol === 'udp')
  const past: PastDirector[] = []
  const servers = groups.flatMap((group) =>
    buildServers({ ...parts, transports, directors, past }, group, isUdp),
  )
  learnDirectors(scenario, network, routing)
  const sockets = listeningSockets(scenario, servers, isUdp)
  const checkParts = { kernel, scenario, transports, pool, streams, sockets, log }
  directors.forEach((built, index) => {
    buildChecks(checkParts, built, populations.length + index)
  })
  const sharing = sharedClients(scenario)
  const clientParts = {
    ...{ kernel, scenario, network, streams, recorder, pool, sockets, watch },
    ...{ sharing, wires: new Map<string, Wires>() },
  }
  populations.forEach(({ load, population, ...place }, number) => {
    const loadParts = { ...clientParts, ...place, scenario: load }
    transports.all[number] = buildClients(loadParts, population, number)
    if (population.clients.established) establish(load, population.clients, directors, ecmp)
  })
  const floods = (scenario.workload.packets ?? []).map((spec, index) => {
    const number = populations.length + directors.length + index
    const packets = buildPackets(clientParts, spec, number)
    transports.all[number] = packets
    return packets
  })
  watch?.look(0)
  planAll(scenario, { kernel, network, servers, directors, log, ecmp })
  return {
    ...{ kernel, network, routing, pool, recorder, director, directors, servers, past, log, watch },
    ...{ floods, sockets, ecmp },
    rings: directors.flatMap(({ rings }) => rings),
    loads: loadsOf(scenario).map(({ workload, services }) => {
      const { destinations } = services[workload.to]!
      const weights = hosts.map((host) => destinations.find((d) => d.host === host)?.weight ?? 0)
      return { service: workload.to, weights }
    }),
  }
}

interface LoadedPopulation {
  /** The scenario as its service sees it (loads.ts). */
  load: Scenario
  population: PopulationShare
  firstPhase: number
  streamsOf: string
}

/** All that send requests, service by service. */
function loadedPopulations(scenario: Scenario): LoadedPopulation[] {
  const { phases } = scenario.workload
  return loadsOf(scenario).flatMap((load, place) =>
    populationsOf(load).map((population) => ({
      ...{ load, population, firstPhase: place * phases.length },
      streamsOf: place === 0 ? '' : `services/${load.workload.to}/`,
    })),
  )
}

/** Faults and operations go into the agenda. */
function planAll(
  scenario: Scenario,
  cluster: Pick<Cluster, 'kernel' | 'network' | 'servers' | 'directors' | 'log' | 'ecmp'>,
): void {
  const { kernel, network, servers, directors, log, ecmp } = cluster
  const machines = directors.map(({ machine }) => machine)
  const hosts = new Map<string, FaultyHost>(
    [...servers, ...machines].map((host) => [host.name, host] as const),
  )
  const timeline = new Timeline(kernel, { network, servers, directors: machines, hosts, log })
  timeline.planFaults(scenario.faults)
  const names = new HostNames(scenario)
  const route = ecmp?.route ?? null
  const confOf: OperationParts['confOf'] = (name, text) => ({
    servers: keptServers(text),
    vrrp: reloadedVrrp(scenario, name, text),
  })
  const parts = { directors: machines, servers, names, route, log, confOf }
  timeline.planOperations(scenario.operations, parts)
}

/** Every flow's connection exists at time 0, placed by the scheduler in flow order, at no cost. */
function establish(
  scenario: Scenario,
  clients: ClientsSpec,
  directors: readonly BuiltDirector[],
  ecmp: BuiltEcmp | null,
): void {
  const service = scenario.services[scenario.workload.to]!
  const first = firstClientAddress(clients)
  const packet = new Packet()
  packet.protocol = UDP
  packet.dst = service.vip | 0
  packet.dstPort = service.port
  for (let i = 0; i < clients.flows; i++) {
    const round = Math.floor(i / clients.addresses)
    packet.src = addressAt(first | 0, i - round * clients.addresses)
    packet.srcPort = clients.ports.first + round
    const path = ecmp?.route.multipath.pathOf(packet, 0)
    const name = path === undefined ? service.director : scenario.ecmp!.directors[path]!
    const { director } = directors.find(({ director: each }) => each.name === name)!
    director.ipvs.establish(packet, 0)
  }
}
