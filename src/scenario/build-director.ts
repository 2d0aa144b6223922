// The directors of a scenario: IPVS with the services' rules, cores with the profile's costs, cards
// whose queue q is served by core q mod cores.
import { Core } from '../cluster/core.ts'
import { PacketCost } from '../cluster/cost.ts'
import { Director } from '../cluster/director.ts'
import { DirectorMachine } from '../cluster/director-machine.ts'
import { Door } from '../cluster/door.ts'
import { Nic } from '../cluster/nic.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { PS_PER_SECOND } from '../kernel/time.ts'
import type { Streams } from '../kernel/random.ts'
import type { Ipvs } from '../ipvs/ipvs.ts'
import { PERSISTENT, type ServiceSettings } from '../ipvs/service.ts'
import type { EventLog } from '../measure/event-log.ts'
import type { Recorder } from '../measure/recorder.ts'
import { TCP, UDP, type DropSink } from '../net/packet.ts'
import { AddressTable } from '../net/address.ts'
import { Oversize } from '../net/outlet.ts'
import { Ring } from '../net/ring.ts'
import { Rss } from '../net/rss.ts'
import { isChecked } from './build-checks.ts'
import type { Network } from './build-network.ts'
import { addWays, type BuiltRouters } from './build-routers.ts'
import { directorCosts } from './costs.ts'
import { isServedBy } from './served-by.ts'
import { isHeldByNobody, movingAddresses } from './moving-addresses.ts'
import type { DirectorSpec, NicSpec, Scenario, ServiceSpec } from './scenario.ts'

export interface BuiltDirector {
  director: Director
  machine: DirectorMachine
  cores: Core[]
  rings: Ring[]
}

export interface DirectorParts {
  kernel: Kernel
  scenario: Scenario
  network: Network
  routing: BuiltRouters
  /** The servers in the order of tags. */
  hosts: string[]
  recorder: Recorder
  drops: DropSink
  streams: Streams
  log: EventLog
}

/** One director, with the services that it serves. */
export function buildDirector(parts: DirectorParts, spec: DirectorSpec): BuiltDirector {
  const { kernel, scenario, network, drops, log } = parts
  const own = Object.values(scenario.services).filter((service) => isServedBy(service, spec.name))
  const cost = new PacketCost(costsOf(spec, own))
  const director = newDirector(parts, spec, own, cost)
  const cores = buildCores(kernel, spec, cost, director, drops)
  const doors: Door[] = []
  const rings = spec.nics.flatMap((nic) => buildNic(parts, spec, nic, director, cores, doors))
  const links = new Map(spec.nics.map(({ name, link }) => [name, link]))
  const machine = new DirectorMachine({ director, cores, doors, links, pool: network.pool, log })
  const moving = movingAddresses(scenario)
  const vips = heldAddresses(scenario, own)
  for (const front of network.topology.frontsOf(spec)) {
    const { mac } = director.nics[spec.nics.findIndex(({ link }) => link === front)]!
    const { neighbours } = network.switches.get(front)!
    for (const address of new Set([...vips, spec.address | 0])) {
      const isShared = scenario.ecmp !== undefined && address !== (spec.address | 0)
      if (!moving.has(address) && !isShared) neighbours.answer(address, mac)
    }
  }
  return { director, machine, cores, rings }
}

/** Virtual addresses of the services that somebody answers for. */
function heldAddresses(scenario: Scenario, own: readonly ServiceSpec[]): number[] {
  return own.filter((service) => !isHeldByNobody(scenario, service)).map(({ vip }) => vip | 0)
}

function newDirector(
  { kernel, scenario, hosts, recorder, drops, streams }: DirectorParts,
  spec: DirectorSpec,
  own: readonly ServiceSpec[],
  cost: PacketCost,
): Director {
  const chance = streams.stream(`directors/${spec.name}/ipvs`)
  const moving = movingAddresses(scenario)
  const vips = own.map(({ vip }) => vip | 0)
  const options = {
    name: spec.name,
    vips,
    held: heldAddresses(scenario, own).filter((address) => !moving.has(address)),
    cost,
    ipvs: {
      tableSize: spec.connections.tableSize,
      kernel: spec.kernel === '6.1' ? ('6.1' as const) : ('classic' as const),
      dropsReused: spec.kernel === '5.8',
      random: () => chance.uint32(),
    },
    address: spec.address | 0,
    clampMss: spec.clampMss,
    configure: (ipvs: Ipvs) => configure(ipvs, spec, own, hosts),
  }
  return new Director(kernel, options, recorder, drops)
}

function configure(
  ipvs: Ipvs,
  { connections, conntrack, pmtuDiscovery, sysctls, sync }: DirectorSpec,
  services: readonly ServiceSpec[],
  hosts: readonly string[],
): void {
  const { tcpPs, tcpFinPs, udpPs } = connections
  ipvs.machine.setTimeouts(tcpPs / PS_PER_SECOND, tcpFinPs / PS_PER_SECOND, udpPs / PS_PER_SECOND)
  ipvs.sysctls.pmtu_disc = pmtuDiscovery ? 1 : 0
  ipvs.sysctls.conntrack = conntrack ? 1 : 0
  for (const [variable, text] of Object.entries({ ...sync?.sysctls, ...sysctls })) {
    ipvs.setSysctl(variable, text, 0)
  }
  for (const service of services) if (!isChecked(service)) addService(ipvs, service, hosts)
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

function addService(ipvs: Ipvs, spec: ServiceSpec, hosts: readonly string[]): void {
  const service = ipvs.addService({
    protocol: spec.protocol === 'tcp' ? TCP : UDP,
    address: spec.vip | 0,
    port: spec.port,
    scheduler: spec.scheduler,
    schedulerFlags: spec.schedulerFlags,
    ...persistenceOf(spec),
  })
  for (const destination of spec.destinations) {
    ipvs.addDestination(service, {
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

function persistenceOf({ persistence }: ServiceSpec): Partial<ServiceSettings> {
  if (persistence === undefined) return {}
  const { timeoutSeconds, netmask } = persistence
  return { flags: PERSISTENT, timeoutSeconds, ...(netmask === null ? {} : { netmask }) }
}

function buildNic(
  { scenario, network, routing, drops }: DirectorParts,
  spec: DirectorSpec,
  nic: NicSpec,
  director: Director,
  cores: Core[],
  doors: Door[],
): Ring[] {
  const at = `${spec.name}.${nic.name}`
  const { mac, send } = network.uplink(at, nic.link, nic.txQueue)
  const { neighbours } = network.switches.get(nic.link)!
  const { mtuBytes } = scenario.links[nic.link]!
  const beyond = new AddressTable()
  addWays(network, routing, nic.link, beyond, (link) => {
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
  network.downlink(
    at,
    nic.link,
    mac,
    mayFail(scenario, spec.name) ? doorTo(card, drops, doors) : card,
  )
  return rings
}

/** Who nothing can befall needs no door, which every packet would have to pass. */
function mayFail({ vrrp, faults }: Scenario, name: string): boolean {
  return vrrp !== undefined || faults.some(({ host }) => host === name)
}

function doorTo(card: Nic, drops: DropSink, doors: Door[]): Door {
  const door = new Door(card, drops)
  doors.push(door)
  return door
}
