// The real servers of a scenario, on their networks, and the sockets they listen on.
import { PastDirector } from '../cluster/past-director.ts'
import { RealServer } from '../cluster/real-server.ts'
import { ServerSocket } from '../cluster/server-stack.ts'
import type { ServerSide } from '../cluster/transport.ts'
import { sampler } from '../kernel/distributions.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Streams } from '../kernel/random.ts'
import { AddressTable, type Learnt, type Neighbours } from '../net/address.ts'
import type { DropSink, Port } from '../net/packet.ts'
import { addressAt } from '../wire/address.ts'
import { isChecked } from './build-checks.ts'
import type { BuiltDirector } from './build-director.ts'
import type { Network } from './build-network.ts'
import { gatewayDirector } from './gateways.ts'
import { hostNames } from './host-names.ts'
import type { RealServersSpec, Scenario } from './scenario.ts'

export interface ServerParts {
  kernel: Kernel
  scenario: Scenario
  network: Network
  directors: readonly BuiltDirector[]
  streams: Streams
  transports: ServerSide
  drops: DropSink
  /** Filled with what stands in front of servers that answer ARP. */
  past: PastDirector[]
}

export function buildServers(
  parts: ServerParts,
  group: RealServersSpec,
  isUdp: boolean,
): RealServer[] {
  const { kernel, scenario, network, directors, streams, transports, drops, past } = parts
  const { neighbours } = network.switches.get(group.link)!
  neighbours.add(group.address, group.count, network.upcomingMac, group.count)
  const attachments = hostNames(group).map((name) => ({
    name,
    ...network.uplink(`${name}.eth0`, group.link),
  }))
  if (group.arp === 'answers') answerForServices(scenario, neighbours, attachments)
  const ownAddresses = ownAddressesOn(parts, group)
  const directorMacs = new Set(directors.flatMap(({ director }) => director.nics.map(macOf)))
  return attachments.map(({ name, mac, send }, index) => {
    const server = new RealServer(
      kernel,
      {
        name,
        address: addressAt(group.address | 0, index),
        mac,
        cores: group.cores,
        workers: group.workers ?? group.cores,
        backlog: group.backlog,
        maxConnections: group.maxConnections ?? null,
        slowness: group.slow?.[name] ?? 1,
        service:
          group.perRequest === null
            ? null
            : sampler(group.perRequest, streams.stream(`servers/${name}/service`)),
        neighbours,
        beyond: network.beyondOf(group.link),
        directors: ownAddresses,
        gateway: gatewayOf(parts, group, mac),
        uplink: send,
      },
      transports,
      drops,
    )
    // What may fail, or is changed meanwhile, cannot be told of packets ahead of time.
    const isEventful =
      scenario.faults.length + scenario.operations.length > 0 ||
      Object.values(scenario.services).some(isChecked)
    const isPassing = isUdp && !isEventful && group.perRequest === null && group.arp === 'silent'
    let port: Port = server
    if (group.arp === 'answers') {
      const counted = new PastDirector(server, directorMacs)
      past.push(counted)
      port = counted
    }
    network.downlink(`${name}.eth0`, group.link, mac, port, isPassing ? server : null)
    return server
  })
}

function macOf({ mac }: { mac: number }): number {
  return mac
}

/** Where servers find the directors' own addresses: on their network, or behind a router. */
function ownAddressesOn(
  { network, directors }: ServerParts,
  { link }: RealServersSpec,
): AddressTable {
  const { neighbours } = network.switches.get(link)!
  const table = new AddressTable()
  for (const { director } of directors) {
    const card = director.nics.find((nic) => nic.neighbours === neighbours)
    const mac = card?.mac ?? network.beyondOf(link).macOf(director.address)
    table.add(director.address, 1, mac, 1)
  }
  return table
}

/** Where a server sends what goes back through the director: an address that moves, or its card. */
function gatewayOf(
  { scenario, network, directors }: ServerParts,
  group: RealServersSpec,
  server: number,
): Learnt {
  const { link } = group
  const { neighbours } = network.switches.get(link)!
  const name = gatewayDirector(scenario, group)
  const { director } = directors.find(({ director: each }) => each.name === name)!
  const card = director.nics.find((nic) => nic.neighbours === neighbours) ?? director.nics[0]!
  const gateway = scenario.vrrp?.gateway ?? null
  if (gateway === null) return { mac: card.mac }
  return neighbours.ask(gateway | 0, network.choiceOn(link), server) ?? { mac: card.mac }
}

/** The listening socket of every server, in their order; where all load is of UDP nobody waits. */
export function listeningSockets(
  scenario: Scenario,
  servers: readonly RealServer[],
  isUdp: boolean,
): Map<RealServer, ServerSocket> {
  const groups = Object.values(scenario.realServers).flatMap((group) =>
    hostNames(group).map(() => group),
  )
  return new Map(
    servers.map((server, tag) => {
      const { link, tcp } = groups[tag]!
      const socket = new ServerSocket(server, tag, scenario.links[link]!.mtuBytes, tcp)
      if (!isUdp) server.waiting = socket.listener
      return [server, socket]
    }),
  )
}

/** The "ARP problem": hosts that have a virtual address answer for it, too. */
function answerForServices(
  scenario: Scenario,
  neighbours: Neighbours,
  attachments: readonly { name: string; mac: number }[],
): void {
  for (const { vip, destinations } of Object.values(scenario.services)) {
    for (const { host, forwarding } of destinations) {
      const attachment = attachments.find(({ name }) => name === host)
      if (attachment === undefined || forwarding === 'nat') continue
      neighbours.answer(vip | 0, attachment.mac)
    }
  }
}
