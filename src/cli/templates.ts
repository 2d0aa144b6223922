// First scenarios for `new`, and the cluster that is put around rules of ipvsadm.
import { parseRules, type RuleService } from '../ipvsadm/rules.ts'
import { peerConf } from '../keepalived/peer-conf.ts'
import { formatAddress } from '../wire/address-text.ts'
import {
  freeClients,
  freeDirectors,
  freeServers,
  namedIn,
  type NamedAddresses,
} from './free-addresses.ts'

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

/** Where the preset has them. */
const CLIENTS = '10.1.0.0/16'
const DIRECTORS = ['10.0.0.1', '10.0.0.2']

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
  const { services } = parseRules(rules)
  const [service] = services
  if (service === undefined) return null
  const named = namedIn(services, keepalived)
  const subnet = freeClients(named, service.address | 0)
  const rs = freeServers(named)
  return {
    $schema: SCHEMA,
    format: 'lvs-sim/1',
    name,
    title: `${keepalived === undefined ? 'Rules of ipvsadm' : 'A keepalived.conf'} under ${load}`,
    extends: 'preset:one-director-10g',
    ...(subnet === CLIENTS ? {} : { clients: { users: { subnet } } }),
    directors: directorsOf(rules, keepalived, named),
    ...(rs === null ? {} : { realServers: { rs } }),
    workload: {
      to: serviceName(service),
      phases: [{ name: 'steady', for: RULES_FOR, rate: load }],
    },
  }
}

/** One director; with VRRP two, of which the other has the same file as its peer. */
function directorsOf(
  rules: string,
  keepalived: readonly string[] | undefined,
  named: NamedAddresses,
): Record<string, unknown> {
  const [first, second] = freeDirectors(named, 2)
  const at = (address: string | undefined, index: number): object => {
    return address === undefined || address === DIRECTORS[index] ? {} : { address }
  }
  if (keepalived === undefined) return { lb1: { ...at(first, 0), rules } }
  const peer = peerConf(keepalived)
  if (peer === null) return { lb1: { ...at(first, 0), keepalived } }
  const { lines, addresses } = peer
  const [own, other] = addresses ?? [first, second]
  return {
    lb1: { ...at(own, 0), keepalived },
    lb2: { ...at(other, 1), keepalived: lines },
  }
}

/** What a service from text is called in scenarios: `tcp-203.0.113.10-80`. */
function serviceName({ protocol, address, port }: RuleService): string {
  return `${protocol}-${formatAddress(address | 0).replaceAll(':', '-')}-${port}`
}

/** As it is printed and read: two spaces, a newline at the end. */
export function documentText(document: Record<string, unknown>): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
