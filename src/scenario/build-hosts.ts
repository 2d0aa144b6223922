// The hosts of a population of clients: addresses dealt in turn, a wire each, and what each has
// learnt about the virtual address.
import type { AddressWatch } from '../cluster/address-watch.ts'
import { ClientHosts } from '../cluster/client-hosts.ts'
import type { RealServer } from '../cluster/real-server.ts'
import type { ServerSocket } from '../cluster/server-stack.ts'
import type { ClientPort } from '../cluster/transport.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Streams } from '../kernel/random.ts'
import type { Recorder } from '../measure/recorder.ts'
import type { PacketPool, Terminus } from '../net/packet.ts'
import type { Network } from './build-network.ts'
import { firstClientAddress } from './flows.ts'
import { hostNames } from './host-names.ts'
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
  /** Of addresses that move; null where none does. */
  watch: AddressWatch | null
}

export interface AttachedHosts {
  hosts: ClientHosts
  /** Where their wires end; `terminus` if nothing else depends on when packets arrive. */
  connect: (port: ClientPort, terminus: Terminus | null) => void
}

export function attachHosts(
  { scenario, network }: ClientParts,
  clients: ClientsSpec,
): AttachedHosts {
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
  const connect: AttachedHosts['connect'] = (port, terminus) => {
    names.forEach((name, host) =>
      network.downlink(`${name}.eth0`, clients.link, firstMac + host, port, terminus),
    )
  }
  return { hosts, connect }
}
