// Health checks of services as a keepalived.conf, so that all that is known of keepalived holds for
// them as well: defaults, inheritance, what is corrected and what is complained about.
import type { Complaint } from '../keepalived/conf-complaints.ts'
import { readConf } from '../keepalived/conf.ts'
import { virtualServersOf, type VirtualServer } from '../keepalived/virtual-servers.ts'
import { formatAddress } from '../wire/address-text.ts'
import { addressAt, isIpv6 } from '../wire/address.ts'
import type { HealthCheckSpec } from './health-check.ts'
import { hostNames } from './host-names.ts'
import type { DestinationSpec, Scenario, ServiceSpec } from './scenario.ts'

const PS_PER_SECOND = 1_000_000_000_000
const CHECKERS: Record<HealthCheckSpec['type'], string> = {
  tcp: 'TCP_CHECK',
  http: 'HTTP_GET',
  https: 'SSL_GET',
  udp: 'UDP_CHECK',
  dns: 'DNS_CHECK',
  smtp: 'SMTP_CHECK',
  ping: 'PING_CHECK',
  misc: 'MISC_CHECK',
}

/** Of services that are checked, in their order. */
export function checkConf(scenario: Scenario, services: readonly ServiceSpec[]): string {
  return services
    .filter(({ healthCheck }) => healthCheck !== undefined)
    .map((service) => virtualServer(scenario, service, service.healthCheck!))
    .join('\n')
}

export interface Configuration {
  servers: VirtualServer[]
  complaints: Complaint[]
  remarks: string[]
}

/** What keepalived makes of the text. */
export function configurationOf(text: string, file = 'keepalived.conf'): Configuration {
  const { root, complaints } = readConf({ file, text, id: '' }, ['checkers'])
  return { complaints, ...virtualServersOf(root) }
}

function virtualServer(scenario: Scenario, service: ServiceSpec, check: HealthCheckSpec): string {
  const { vip, port, protocol, scheduler, schedulerFlags, destinations } = service
  const sorry = check.sorryServer === null ? null : addressOf(scenario, check.sorryServer)
  const [first] = destinations
  return block(`virtual_server ${formatAddress(vip | 0)} ${port}`, [
    `protocol ${protocol.toUpperCase()}`,
    `lvs_sched ${scheduler}`,
    ...schedulerFlags,
    ...persistenceOf(service),
    `lvs_method ${(first?.forwarding ?? 'dr').toUpperCase()}`,
    `delay_loop ${seconds(check.intervalPs)}`,
    `warmup ${seconds(check.warmupPs)}`,
    `connect_timeout ${seconds(check.timeoutPs)}`,
    `delay_before_retry ${seconds(check.delayBeforeRetryPs)}`,
    ...(check.alpha && check.started === 'now' ? ['alpha'] : []),
    ...(check.onFail === 'quiesce' ? ['inhibit_on_failure'] : []),
    `quorum ${check.quorum}`,
    `hysteresis ${check.hysteresis}`,
    ...(sorry === null ? [] : [`sorry_server ${formatAddress(sorry)} ${port}`]),
    ...destinations.map((destination) => realServer(destination, check)),
  ])
}

function persistenceOf({ vip, persistence }: ServiceSpec): string[] {
  if (persistence === undefined) return []
  const { timeoutSeconds, netmask } = persistence
  const timeout = `persistence_timeout ${timeoutSeconds}`
  if (netmask === null) return [timeout]
  const granularity = isIpv6(vip | 0) ? netmask : formatAddress(netmask)
  return [timeout, `persistence_granularity ${granularity}`]
}

function realServer(destination: DestinationSpec, check: HealthCheckSpec): string {
  const { address, port, weight, forwarding, upperThreshold, lowerThreshold } = destination
  return block(`real_server ${formatAddress(address | 0)} ${port}`, [
    `weight ${weight}`,
    `lvs_method ${forwarding.toUpperCase()}`,
    ...(upperThreshold === 0 ? [] : [`uthreshold ${upperThreshold}`]),
    ...(lowerThreshold === 0 ? [] : [`lthreshold ${lowerThreshold}`]),
    block(CHECKERS[check.type], [`retry ${check.retries}`, ...particulars(check)]),
  ])
}

function particulars({ type, requireReply, timeoutPs }: HealthCheckSpec): string[] {
  switch (type) {
    case 'http':
    case 'https':
      return [block('url', ['path /'])]
    case 'misc':
      return ['misc_path /bin/check', `misc_timeout ${seconds(timeoutPs)}`]
    case 'udp':
      return requireReply ? ['require_reply'] : []
    default:
      return []
  }
}

function block(head: string, lines: readonly string[]): string {
  const inner = lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`)
  return [`${head} {`, ...inner, '}'].join('\n')
}

/** Decimals as keepalived takes them, up to the microsecond. */
function seconds(ps: number): string {
  const whole = Math.floor(ps / PS_PER_SECOND)
  const rest = Math.round((ps - whole * PS_PER_SECOND) / 1_000_000)
  return rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(6, '0')}`
}

/** Of a real server by its name. */
export function addressOf({ realServers }: Scenario, host: string): number | null {
  for (const group of Object.values(realServers)) {
    const index = hostNames(group).indexOf(host)
    if (index >= 0) return addressAt(group.address | 0, index)
  }
  return null
}
