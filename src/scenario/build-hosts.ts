// The hosts of a population of clients: addresses dealt in turn, a wire each, and what each has
// learnt about the virtual address. Load to several services may come from the same hosts, over the
// same wires.
import type { AddressWatch } from '../cluster/address-watch.ts'
import { ClientHosts } from '../cluster/client-hosts.ts'
import type { RealServer } from '../cluster/real-server.ts'
import type { ServerSocket } from '../cluster/server-stack.ts'
import { SharedClientPort } from '../cluster/transport.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Streams } from '../kernel/random.ts'
import type { Recorder } from '../measure/recorder.ts'
import type { PacketPool, Port, Terminus } from '../net/packet.ts'
import type { Network } from './build-network.ts'
import { firstClientAddress } from './flows.ts'
import { hostNames } from './host-names.ts'
import type { ClientsSpec, Scenario } from './scenario.ts'
import type { Sharing } from './shared-clients.ts'

export interface ClientParts {
  kernel: Kernel
  scenario: Scenario
  network: Network
  streams: Streams
  recorder: Recorder
  pool: PacketPool
  /** The listening sockets of the real servers, which populations share. */
  sockets: Map<RealServer, ServerSocket>
  /** Of addresses that move; null where none does. */
  watch: AddressWatch | null
  /** By name of the clients: filled with what their hosts are attached by. */
  wires: Map<string, Wires>
  /** Clients from which several loads come (shared-clients.ts). */
  sharing: ReadonlyMap<string, Sharing>
}

export interface AttachedHosts {
  hosts: ClientHosts
  /** Where their wires end; `terminus` if nothing else depends on when packets arrive. */
  connect: (port: Port, terminus: Terminus | null) => void
}

/** The hosts of a population as far as they are the same for all services. */
export interface Wires {
  names: string[]
  firstMac: number
  uplinks: Port[]
  /** Null where only one load comes from them. */
  shared: SharedClientPort | null
}

/** The population with that number; the scenario's workload is the load that comes from it. */
export function attachHosts(
  parts: ClientParts,
  clients: ClientsSpec,
  population: number,
): AttachedHosts {
  const { scenario, network } = parts
  const { names, firstMac, uplinks, shared } = wiresOf(parts, clients)
  const { neighbours } = network.switches.get(clients.link)!
  const service = scenario.services[scenario.workload.to]!
  const choose = network.choiceOn(clients.link)
  const router = { mac: network.beyondOf(clients.link).macOf(service.vip | 0) }
  const nextHops = names.map((_, host) => {
    return neighbours.ask(service.vip | 0, choose, firstMac + host) ?? router
  })
  const hosts = new ClientHosts({
    firstAddress: firstClientAddress(clients),
    addresses: clients.addresses,
    ports: clients.ports,
    firstMac,
    uplinks,
    vip: service.vip,
    vipPort: service.port,
    nextHops,
  })
  const connect: AttachedHosts['connect'] = (port, terminus) => {
    if (shared !== null) return shared.join(population, port, terminus)
    names.forEach((name, host) =>
      network.downlink(`${name}.eth0`, clients.link, firstMac + host, port, terminus),
    )
  }
  return { hosts, connect }
}

function wiresOf(parts: ClientParts, clients: ClientsSpec): Wires {
  const known = parts.wires.get(clients.name)
  if (known !== undefined) return known
  const { network, sharing } = parts
  const { neighbours } = network.switches.get(clients.link)!
  const firstMac = network.upcomingMac
  const names = hostNames(clients)
  neighbours.add(firstClientAddress(clients), clients.addresses, firstMac, clients.count)
  const uplinks = names.map((name) => network.uplink(`${name}.eth0`, clients.link).send)
  const shared = sharing.has(clients.name) ? new SharedClientPort() : null
  const wires = { names, firstMac, uplinks, shared }
  parts.wires.set(clients.name, wires)
  if (shared === null) return wires
  const terminus = sharing.get(clients.name) === 'udp' ? shared : null
  names.forEach((name, host) =>
    network.downlink(`${name}.eth0`, clients.link, firstMac + host, shared, terminus),
  )
  return wires
}
