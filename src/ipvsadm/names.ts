// How ipvsadm names services and servers (spec 8.2): numbers with -n, else the names of ports.
// Hosts keep their numbers in any case: a simulation asks nobody for names.
import { SCTP, TCP, UDP } from '../ipvs/headers.ts'
import { SCHED_FLAG_1, SCHED_FLAG_2, SCHED_FLAG_3, type Service } from '../ipvs/service.ts'
import { isIpv6, type Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { serviceName } from './service-names.ts'

export type ProtocolName = 'tcp' | 'udp' | 'sctp'

const PROTOCOLS: Record<number, ProtocolName> = { [TCP]: 'tcp', [UDP]: 'udp', [SCTP]: 'sctp' }

export function protocolOf({ protocol }: Pick<Service, 'protocol'>): ProtocolName {
  return PROTOCOLS[protocol] ?? 'tcp'
}

/** `10.0.0.1:80`, `[2001:db8::1]:http` */
export function endName(
  address: Address,
  port: number,
  protocol: ProtocolName,
  isNumeric: boolean,
): string {
  const host = isIpv6(address) ? `[${formatAddress(address)}]` : formatAddress(address)
  const name = isNumeric ? null : serviceName(port, protocol)
  return `${host}:${name ?? port}`
}

/** `sh-fallback,sh-port`; flags of other schedulers have numbers alone. */
export function flagNames({ flags, schedulerName }: Service): string {
  const isNamed = schedulerName === 'sh' || schedulerName === 'mh'
  const names = [
    [SCHED_FLAG_1, isNamed ? `${schedulerName}-fallback` : 'flag-1'],
    [SCHED_FLAG_2, isNamed ? `${schedulerName}-port` : 'flag-2'],
    [SCHED_FLAG_3, 'flag-3'],
  ] as const
  return names
    .filter(([flag]) => (flags & flag) !== 0)
    .map(([, name]) => name)
    .join(',')
}

/** The mask of persistence as text; '' when every host is on its own. */
export function maskText({ family, netmask }: Service): string {
  if (family === 6) return netmask === 128 ? '' : `${netmask}`
  const mask = netmask >>> 0
  if (mask === 0xffffffff) return ''
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.')
}
