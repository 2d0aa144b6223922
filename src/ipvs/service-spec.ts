// What an operator asks for in a service or a server, and the kernel's checks of it (spec 1.2, 1.4)
// with its error codes.
import {
  isBooked,
  isIpv6,
  isLinkLocal,
  isLoopback,
  isMapped,
  isMulticast,
  isUnspecified,
  ipv4,
} from '../wire/address.ts'
import { GUE, type TunnelType } from './headers.ts'
import type { Routes } from './routes.ts'
import {
  IpvsError,
  SCHED_FLAG_1,
  SCHED_FLAG_2,
  SCHED_FLAG_3,
  type Service,
  type ServiceSettings,
} from './service.ts'

export interface ServiceSpec extends Partial<ServiceSettings> {
  protocol: number
  address: number
  /** 0: every port. */
  port: number
  /** Firewall mark: the service is found by it alone; its family is `family`, 4 if not said. */
  mark?: number
  family?: 4 | 6
  /** '' or 'none': no scheduler. */
  scheduler: string
  /**
   * sh-port, sh-fallback, mh-port, mh-fallback, or the kernel's flag-1 to flag-3; added to `flags`.
   */
  schedulerFlags?: string[]
}

export interface DestinationSpec {
  address: number
  /** 0: the port of the packet. */
  port: number
  weight: number
  forwarding: 'nat' | 'dr' | 'tun'
  tunnelType?: TunnelType
  tunnelPort?: number
  tunnelFlags?: number
  upperThreshold?: number
  lowerThreshold?: number
  tag?: number
}

const FLAG_NAMES: Record<string, number> = {
  'flag-1': SCHED_FLAG_1,
  'sh-fallback': SCHED_FLAG_1,
  'mh-fallback': SCHED_FLAG_1,
  'flag-2': SCHED_FLAG_2,
  'sh-port': SCHED_FLAG_2,
  'mh-port': SCHED_FLAG_2,
  'flag-3': SCHED_FLAG_3,
}
const LARGEST_THRESHOLD = 0x7fffffff
const IPV4_HOST_MASK = -1
const IPV6_HOST_PREFIX = 128
const BROADCAST = ipv4(-1)

export function settingsOf(spec: ServiceSpec, family: 4 | 6): ServiceSettings {
  const hostMask = family === 6 ? IPV6_HOST_PREFIX : IPV4_HOST_MASK
  const { flags = 0, timeoutSeconds = 0, netmask = hostMask, engine = '' } = spec
  if (family === 6 && (netmask < 1 || netmask > IPV6_HOST_PREFIX)) {
    throw new IpvsError('EINVAL', `prefix length ${netmask}: expected 1 to 128`)
  }
  const named = (spec.schedulerFlags ?? []).map(flagNamed)
  return {
    flags: named.reduce((all, flag) => all | flag, flags),
    timeoutSeconds,
    netmask,
    engine,
  }
}

function flagNamed(name: string): number {
  const flag = FLAG_NAMES[name]
  if (flag !== undefined) return flag
  const known = Object.keys(FLAG_NAMES).join(', ')
  throw new IpvsError('EINVAL', `unknown flag '${name}': expected some of ${known}`)
}

export function checkEngine(engine = ''): void {
  if (engine === '' || engine === 'sip') return
  throw new IpvsError('ENOENT', `unknown persistence engine '${engine}': expected sip`)
}

/** The kernel's checks (spec 1.2) with its error codes. */
export function checkDestination(service: Service, spec: DestinationSpec, routes: Routes): void {
  const { address, weight, upperThreshold = 0, lowerThreshold = 0 } = spec
  const family = isIpv6(address) ? 6 : 4
  if (family !== service.family && spec.forwarding !== 'tun') {
    throw new IpvsError('EINVAL', 'another family than the service: only a tunnel can')
  }
  if (!isHost(address) || routes.isBroadcast?.(address) === true)
    throw new IpvsError('EINVAL', 'the address is not unicast')
  if (spec.tunnelType === GUE && (spec.tunnelPort ?? 0) === 0) {
    throw new IpvsError('EINVAL', 'a tunnel of type gue needs a port')
  }
  if (weight < 0) throw new IpvsError('ERANGE', `weight ${weight}: expected 0 or more`)
  if (lowerThreshold > upperThreshold) {
    throw new IpvsError(
      'ERANGE',
      `lower threshold ${lowerThreshold}: expected at most the upper one, ${upperThreshold}`,
    )
  }
  if (upperThreshold > LARGEST_THRESHOLD) {
    throw new IpvsError('EINVAL', `upper threshold ${upperThreshold}: expected less than 2^31`)
  }
}

/** An address that a server can have: not for many, not for nobody; loopback counts as local. */
export function isHost(address: number): boolean {
  if (isUnspecified(address) || isMulticast(address)) return false
  if (isIpv6(address)) return (!isLinkLocal(address) && !isMapped(address)) || isLoopback(address)
  return !(isBooked(address) && address === BROADCAST)
}
