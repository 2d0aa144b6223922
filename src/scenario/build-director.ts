// The director of a scenario: IPVS with the services' rules, cores with the profile's costs, cards
// whose queue q is served by core q mod cores.
import { Core } from '../cluster/core.ts'
import { PacketCost } from '../cluster/cost.ts'
import { Director } from '../cluster/director.ts'
import { Nic } from '../cluster/nic.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { PS_PER_SECOND } from '../kernel/time.ts'
import type { Streams } from '../kernel/random.ts'
import type { Recorder } from '../measure/recorder.ts'
import { TCP, UDP, type DropSink } from '../net/packet.ts'
import { AddressTable } from '../net/address.ts'
import { Oversize } from '../net/outlet.ts'
import { Ring } from '../net/ring.ts'
import { Rss } from '../net/rss.ts'
import type { Network } from './build-network.ts'
import { addWays, type BuiltRouters } from './build-routers.ts'
import { directorCosts } from './costs.ts'
import { populationsOf } from './populations.ts'
import type { DirectorSpec, NicSpec, Scenario, ServiceSpec } from './scenario.ts'

export interface BuiltDirector {
  director: Director
  cores: Core[]
  rings: Ring[]
}

/**
 * The director of the service that the workload goes to; `hosts` are the servers in the order of
 * tags.
 */
export function buildDirector(
  kernel: Kernel,
  scenario: Scenario,
  network: Network,
  routers: BuiltRouters,
  hosts: string[],
  recorder: Recorder,
  drops: DropSink,
  streams: Streams,
): BuiltDirector {
  const service = scenario.services[scenario.workload.to]!
  const spec = scenario.directors[service.director]!
  const own = Object.values(scenario.services).filter((other) => other.director === spec.name)
  const chance = streams.stream(`directors/${spec.name}/ipvs`)
  const cost = new PacketCost(costsOf(spec, own))
  const director = new Director(
    kernel,
    {
      name: spec.name,
      vips: own.map((other) => other.vip | 0),
      cost,
      ipvs: {
        tableSize: spec.connections.tableSize,
        kernel: spec.kernel,
        random: () => chance.uint32(),
      },
      address: spec.address | 0,
      clampMss: spec.clampMss,
    },
    recorder,
    drops,
  )
  const { tcpPs, tcpFinPs, udpPs } = spec.connections
  director.ipvs.machine.setTimeouts(
    tcpPs / PS_PER_SECOND,
    tcpFinPs / PS_PER_SECOND,
    udpPs / PS_PER_SECOND,
  )
  director.ipvs.sysctls.pmtu_disc = spec.pmtuDiscovery ? 1 : 0
  for (const [variable, text] of Object.entries(spec.sysctls ?? {})) {
    director.ipvs.setSysctl(variable, text, 0)
  }
  for (const other of own) addService(director, other, hosts)
  const cores = buildCores(kernel, spec, cost, director, drops)
  const rings = spec.nics.flatMap((nic) =>
    buildNic(scenario, spec, nic, network, routers, director, cores),
  )
  for (const front of frontsOf(scenario, spec, network)) {
    const { mac } = director.nics[spec.nics.findIndex(({ link }) => link === front)]!
    for (const address of new Set([...own.map(({ vip }) => vip | 0), spec.address | 0])) {
      network.switches.get(front)!.neighbours.answer(address, mac)
    }
  }
  return { director, cores, rings }
}

/** Networks on which populations of clients find the director. */
function frontsOf(scenario: Scenario, spec: DirectorSpec, { topology }: Network): Set<string> {
  const cards = populationsOf(scenario).map(({ clients }) =>
    topology.cardTowards(spec, clients.link),
  )
  return new Set([topology.frontOf(spec), ...cards.flatMap((card) => card?.link ?? [])])
}

function costsOf(
  spec: DirectorSpec,
  services: ServiceSpec[],
): ConstructorParameters<typeof PacketCost>[0] {
  const modes = new Set(services.flatMap((s) => s.destinations.map((d) => d.forwarding)))
  const result = directorCosts(spec, [...modes])
  if ('problem' in result) throw new Error(`directors.${spec.name}.cpu: ${result.problem}`)
  return result.costs
}

/** A core serves queues of all cards, so the card that interrupts most often sets its pace. */
function buildCores(
  kernel: Kernel,
  spec: DirectorSpec,
  cost: PacketCost,
  director: Director,
  drops: DropSink,
): Core[] {
  const paces = spec.nics.flatMap(({ moderationPs }) => (moderationPs === null ? [] : moderationPs))
  const common = {
    moderationPs: paces.length === 0 ? null : Math.min(...paces),
    interruptPs: cost.interruptPs,
    budget: Math.min(...spec.nics.map(({ napiBudget }) => napiBudget)),
  }
  return Array.from({ length: spec.cpu.cores }, (_, index) => {
    const at = `${spec.name}.cpu${index}`
    return new Core(kernel, { at, slowness: cost.slownessOf(index), ...common }, director, drops)
  })
}

function addService(director: Director, spec: ServiceSpec, hosts: string[]): void {
  const service = director.ipvs.addService({
    protocol: spec.protocol === 'tcp' ? TCP : UDP,
    address: spec.vip | 0,
    port: spec.port,
    scheduler: spec.scheduler,
    schedulerFlags: spec.schedulerFlags,
  })
  for (const destination of spec.destinations) {
    director.ipvs.addDestination(service, {
      address: destination.address | 0,
      port: destination.port,
      weight: destination.weight,
      forwarding: destination.forwarding,
      upperThreshold: destination.upperThreshold,
      lowerThreshold: destination.lowerThreshold,
      tag: hosts.indexOf(destination.host),
    })
  }
}

function buildNic(
  scenario: Scenario,
  spec: DirectorSpec,
  nic: NicSpec,
  network: Network,
  routers: BuiltRouters,
  director: Director,
  cores: Core[],
): Ring[] {
  const at = `${spec.name}.${nic.name}`
  const { mac, send } = network.uplink(at, nic.link, nic.txQueue)
  const { neighbours } = network.switches.get(nic.link)!
  const { mtuBytes } = scenario.links[nic.link]!
  const beyond = new AddressTable()
  addWays(network, routers, nic.link, beyond, (link) => {
    return network.topology.cardTowards(spec, link) === nic
  })
  send.oversize = new Oversize(mtuBytes, network.pool, send, director)
  const rings = Array.from(
    { length: nic.queues },
    (_, queue) => new Ring(`${at} ring ${queue}`, nic.ring),
  )
  const card = new Nic({
    name: nic.name,
    mac,
    rings,
    cores: rings.map((_, queue) => cores[queue % cores.length]!),
    rss: new Rss(nic.queues, nic.rss === 'udp4'),
    neighbours,
    beyond,
    mtuBytes,
    wire: send,
  })
  director.nics.push(card)
  network.downlink(at, nic.link, mac, card)
  return rings
}
