// The real servers of a scenario, on their networks, and the sockets they listen on.
import type { Director } from '../cluster/director.ts'
import { PastDirector } from '../cluster/past-director.ts'
import { RealServer } from '../cluster/real-server.ts'
import { ServerSocket } from '../cluster/server-stack.ts'
import type { ServerSide } from '../cluster/transport.ts'
import { sampler } from '../kernel/distributions.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Streams } from '../kernel/random.ts'
import type { Neighbours } from '../net/address.ts'
import type { DropSink, Port } from '../net/packet.ts'
import { addressAt } from '../wire/address.ts'
import type { Network } from './build-network.ts'
import { hostNames } from './host-names.ts'
import type { RealServersSpec, Scenario } from './scenario.ts'

export function buildServers(
  kernel: Kernel,
  scenario: Scenario,
  group: RealServersSpec,
  network: Network,
  director: Director,
  streams: Streams,
  transport: ServerSide,
  drops: DropSink,
  isUdp: boolean,
  past: PastDirector[],
): RealServer[] {
  const { neighbours } = network.switches.get(group.link)!
  const gateway = director.nics.find((nic) => nic.neighbours === neighbours) ?? director.nics[0]!
  neighbours.add(group.address, group.count, network.upcomingMac, group.count)
  const attachments = hostNames(group).map((name) => ({
    name,
    ...network.uplink(`${name}.eth0`, group.link),
  }))
  if (group.arp === 'answers') answerForServices(scenario, neighbours, attachments)
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
        gatewayMac: gateway.mac,
        uplink: send,
      },
      transport,
      drops,
    )
    // What may fail, or is changed meanwhile, cannot be told of packets ahead of time.
    const isEventful = scenario.faults.length > 0
    const isPassing = isUdp && !isEventful && group.perRequest === null && group.arp === 'silent'
    let port: Port = server
    if (group.arp === 'answers') {
      const counted = new PastDirector(server, new Set(director.nics.map((nic) => nic.mac)))
      past.push(counted)
      port = counted
    }
    network.downlink(`${name}.eth0`, group.link, mac, port, isPassing ? server : null)
    return server
  })
}

/** The listening socket of every server, in their order. */
export function listeningSockets(
  scenario: Scenario,
  servers: readonly RealServer[],
): Map<RealServer, ServerSocket> {
  const groups = Object.values(scenario.realServers).flatMap((group) =>
    hostNames(group).map(() => group),
  )
  return new Map(
    servers.map((server, tag) => {
      const { link, tcp } = groups[tag]!
      return [server, new ServerSocket(server, tag, scenario.links[link]!.mtuBytes, tcp)]
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
