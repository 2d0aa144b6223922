// A population of clients of a scenario: its hosts and wires, the source of its requests, and the
// transport between the two.
import { Arrivals } from '../cluster/arrivals.ts'
import type { ClientHosts } from '../cluster/client-hosts.ts'
import { Draws } from '../cluster/draws.ts'
import { popularity } from '../cluster/popularity.ts'
import { Population } from '../cluster/population.ts'
import { EphemeralPorts } from '../cluster/ports.ts'
import { Replay, spread } from '../cluster/replay.ts'
import { TcpTransport } from '../cluster/tcp-transport.ts'
import { ClientPort, type Transport } from '../cluster/transport.ts'
import { UdpTransport } from '../cluster/udp.ts'
import { Users } from '../cluster/users.ts'
import { sampler } from '../kernel/distributions.ts'
import type { Stream } from '../kernel/random.ts'
import { attachHosts, type ClientParts } from './build-hosts.ts'
import type { PopulationShare } from './populations.ts'
import { ratePhases } from './rate-phases.ts'
import { replayedSizes } from './replayed-sizes.ts'
import type { ClientsSpec } from './scenario.ts'

/** Load to a service: the workload of `scenario` is that load alone (loads.ts). */
export interface LoadParts extends ClientParts {
  /** Of the service, in the measurements. */
  firstPhase: number
  /** In front of the names of its random streams: nothing for the workload's own service. */
  streamsOf: string
}

/** The population with that number, in the order in which the workload names them. */
export function buildClients(
  parts: LoadParts,
  population: PopulationShare,
  number: number,
): Transport {
  const { clients } = population
  const { hosts, connect } = attachHosts(parts, clients, number)
  const source = buildSource(parts, population)
  const transport = buildTransport(parts, clients, number, hosts, source)
  source.start(transport)
  connect(new ClientPort(transport), transport instanceof UdpTransport ? transport : null)
  return transport
}

function buildTransport(
  { kernel, scenario, recorder, pool, streams, streamsOf, sockets, watch }: LoadParts,
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
    ports: new EphemeralPorts(addresses, clients.ports),
    think:
      think === undefined
        ? null
        : sampler(think, streams.stream(`${streamsOf}clients/${name}/think`)),
    mtuBytes,
    tcp,
    sockets,
    fates: watch?.fatesOf(scenario.services[scenario.workload.to]!.vip | 0) ?? null,
  })
}

/** When requests leave: with a file, with users, or else with the phases. */
function buildSource(parts: LoadParts, population: PopulationShare): Population | Users | Replay {
  const { kernel, scenario, streams, streamsOf, recorder, firstPhase } = parts
  const { clients, share } = population
  const { workload, services } = scenario
  const isUdp = services[workload.to]!.protocol === 'udp'
  const stream = (purpose: string) =>
    streams.stream(`${streamsOf}clients/${clients.name}/${purpose}`)
  const senders = isUdp ? clients.flows : clients.addresses
  const { requests, users, replay } = workload
  const draws = new Draws({
    clients: popularity(workload.popularity, senders, stream('flows')),
    requestBytes: sampler(workload.request, stream('request')),
    answerBytes: sampler(workload.response, stream('response')),
    requests: requests === undefined ? null : sampler(requests, stream('requests')),
    firstPhase,
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
  const phases = ratePhases(workload.phases, scenario.time.durationPs, share, firstPhase)
  const arrivals = new Arrivals(phases, workload.arrivals, stream('arrivals'))
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
