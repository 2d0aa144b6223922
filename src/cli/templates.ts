// First scenarios for `new`, and the cluster that is put around rules of ipvsadm.
import { parseRules, type RuleService } from '../ipvsadm/rules.ts'
import { peerConf } from '../keepalived/peer-conf.ts'
import { formatAddress } from '../wire/address-text.ts'
import { isIpv6 } from '../wire/address.ts'

const SCHEMA = 'node_modules/lvs-sim/src/scenario/scenario.schema.json'

export interface Template {
  about: string
  document: Record<string, unknown>
}

/** What `lvs-sim new <template>` prints. */
export const TEMPLATES: Record<string, Template> = {
  'one-director': {
    about: 'direct routing, UDP, one director on a 10G LAN',
    document: first('one-director', 'Direct routing: replies go straight to the clients', {
      services: { web: { forwarding: 'dr', scheduler: 'rr' } },
      rate: '1Mpps',
    }),
  },
  nat: {
    about: 'NAT: requests and replies both pass the director',
    document: first('nat', 'NAT with one arm: replies pass the director too', {
      services: { web: { forwarding: 'nat', scheduler: 'wrr' } },
      rate: '500kpps',
    }),
  },
  tunnel: {
    about: 'IP tunnels: real servers may be anywhere',
    document: first('tunnel', 'IP tunnels: 20 bytes more per packet to the real servers', {
      services: { web: { forwarding: 'tun', scheduler: 'wlc' } },
      rate: '1Mpps',
    }),
  },
  tcp: {
    about: 'TCP: a connection per request',
    document: first('tcp', 'TCP connections, balanced by the fewest open', {
      services: { web: { protocol: 'tcp', forwarding: 'dr', scheduler: 'wlc' } },
      rate: '100kpps',
    }),
  },
}

function first(
  name: string,
  title: string,
  { services, rate }: { services: Record<string, unknown>; rate: string },
): Record<string, unknown> {
  return {
    $schema: SCHEMA,
    format: 'lvs-sim/1',
    name,
    title,
    extends: 'preset:one-director-10g',
    services,
    workload: { phases: [{ name: 'steady', for: '50ms', rate }] },
    thresholds: { 'web.loss': { check: 'ratio < 0.1%', phase: 'steady' } },
  }
}

/** How long rules alone are simulated, and with how many requests a second. */
const RULES_FOR = '30s'
export const RULES_LOAD = '1kpps'

/** Of clients that speak IPv6 (RFC 3849). */
const CLIENTS_6 = '2001:db8:1::/64'

/**
 * A scenario around rules of ipvsadm, or the lines of a keepalived.conf that makes them; null when
 * they make no service.
 */
export function documentAround(
  rules: string,
  name: string,
  load: string = RULES_LOAD,
  keepalived?: readonly string[],
): Record<string, unknown> | null {
  const service = parseRules(rules).services[0]
  if (service === undefined) return null
  return {
    $schema: SCHEMA,
    format: 'lvs-sim/1',
    name,
    title: `${keepalived === undefined ? 'Rules of ipvsadm' : 'A keepalived.conf'} under ${load}`,
    extends: 'preset:one-director-10g',
    ...(isIpv6(service.address | 0) ? { clients: { users: { subnet: CLIENTS_6 } } } : {}),
    directors: keepalived === undefined ? { lb1: { rules } } : keptBy(keepalived),
    workload: {
      to: serviceName(service),
      phases: [{ name: 'steady', for: RULES_FOR, rate: load }],
    },
  }
}

/** One director; with VRRP two, of which the other has the same file as its peer. */
function keptBy(keepalived: readonly string[]): Record<string, unknown> {
  const peer = peerConf(keepalived)
  if (peer === null) return { lb1: { keepalived } }
  const { lines, addresses } = peer
  const [own, other] = addresses === null ? [{}, {}] : addresses.map((address) => ({ address }))
  return { lb1: { ...own, keepalived }, lb2: { ...other, keepalived: lines } }
}

/** What a service from text is called in scenarios: `tcp-203.0.113.10-80`. */
function serviceName({ protocol, address, port }: RuleService): string {
  return `${protocol}-${formatAddress(address | 0).replaceAll(':', '-')}-${port}`
}

/** As it is printed and read: two spaces, a newline at the end. */
export function documentText(document: Record<string, unknown>): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
