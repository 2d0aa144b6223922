// A virtual server in the words in which IPVS is asked for services and destinations: the shapes
// are those of ipvs/service-spec.ts, whose numbers are the kernel's.
import type { Address } from '../wire/address.ts'
import { SCTP, TCP, UDP } from '../wire/protocols.ts'
import type { Method } from './conf-methods.ts'
import { portIn, type ServiceEntry } from './service-entries.ts'
import type { VirtualServer } from './virtual-servers.ts'

export interface ServiceRule {
  protocol: number
  address: Address
  port: number
  mark: number
  family: 4 | 6
  scheduler: string
  schedulerFlags: string[]
  flags: number
  timeoutSeconds: number
  netmask: number
  engine: string
}

export interface DestinationRule {
  address: Address
  port: number
  weight: number
  forwarding: 'nat' | 'dr' | 'tun'
  tunnelType: 0 | 1 | 2
  tunnelPort: number
  tunnelFlags: number
  upperThreshold: number
  lowerThreshold: number
}

/** What a real server and a sorry server have in common. */
export interface Target {
  address: Address
  port: number
  method: Method
  upperThreshold?: number
  lowerThreshold?: number
}

/** The kernel's numbers (spec ipvs-objects.md, 1.2). */
const PROTOCOLS = { tcp: TCP, udp: UDP, sctp: SCTP, none: 0 }
const FORWARDING = { NAT: 'nat', DR: 'dr', TUN: 'tun' } as const
const PERSISTENT = 0x1
const ONE_PACKET = 0x4
const TUNNELS = { ipip: 0, gue: 1, gre: 2 } as const
const CHECKSUMS = { nocsum: 0, csum: 1, remcsum: 2 }
export const HOST_MASK = -1
export const HOST_PREFIX = 128

export function serviceRule(server: VirtualServer, entry: ServiceEntry): ServiceRule {
  const { scheduler, persistenceSeconds, granularity, isOnePacket } = server
  const isPersistent = persistenceSeconds > 0
  const isPlain = entry.mark !== 0
  const isNamed = scheduler === 'sh' || scheduler === 'mh'
  return {
    ...{ address: entry.address, port: entry.port, mark: entry.mark, family: entry.family },
    protocol: isPlain ? 0 : PROTOCOLS[server.protocol],
    scheduler,
    // sh and mh have two flags of their own, and no third one.
    schedulerFlags: server.schedulerFlags.filter((flag) => !(isNamed && flag === 'flag-3')),
    flags: (isPersistent ? PERSISTENT : 0) | (isOnePacket ? ONE_PACKET : 0),
    timeoutSeconds: persistenceSeconds,
    netmask: granularity ?? (entry.family === 6 ? HOST_PREFIX : HOST_MASK),
    // An engine finds persistent connections alone.
    engine: isPersistent ? server.engine : '',
  }
}

export function destinationRule(
  entry: ServiceEntry,
  target: Target,
  weight: number,
): DestinationRule {
  const { address, port, method, upperThreshold = 0, lowerThreshold = 0 } = target
  return {
    ...{ address, weight, upperThreshold, lowerThreshold },
    port: portIn(entry, method, port),
    forwarding: FORWARDING[method.name],
    tunnelType: TUNNELS[method.tunnel],
    tunnelPort: method.tunnelPort,
    tunnelFlags: CHECKSUMS[method.checksum],
  }
}
