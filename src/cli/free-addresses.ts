// Addresses of the cluster around rules or a keepalived.conf: the preset's, but where those name
// the same ones themselves. Then directors, clients and servers move out of the way.
import { importVrrp } from '../keepalived/vrrp-import.ts'
import { keptServers } from '../scenario/kept-services.ts'
import type { RuleService } from '../ipvsadm/rules.ts'
import { addressAt, isAmong, isIpv6, type Address } from '../wire/address.ts'
import { formatAddress, groupsOf, parseAddress } from '../wire/address-text.ts'

/** What rules and configuration say of who has which address. */
export interface NamedAddresses {
  /** Real servers and sorry servers. */
  servers: Address[]
  /** Virtual addresses, and those of directors. */
  others: Address[]
}

/** Of the preset. */
const SERVERS = { first: '10.0.0.11', count: 8 }
const DIRECTORS = '10.0.0.'
const LAST_OF_NETWORK = 254
const LAST_NETWORK = 255

export function namedIn(
  services: readonly RuleService[],
  keepalived: readonly string[] | undefined,
): NamedAddresses {
  const servers = services.flatMap(({ destinations }) => destinations.map((d) => d.address | 0))
  const others = services.map(({ address }) => address | 0)
  if (keepalived === undefined) return { servers, others }
  const text = keepalived.join('\n')
  const sorry = keptServers(text).flatMap((each) => each.sorry?.address ?? [])
  const moving = importVrrp(text, 'lb1').vrrp.instances.flatMap((instance) => {
    const virtual = [...instance.addresses, ...instance.excluded].map(({ address }) => address)
    return [...virtual, ...instance.peers, ...(instance.source === null ? [] : [instance.source])]
  })
  return { servers: [...servers, ...sorry], others: [...others, ...moving] }
}

/** The preset's network of clients, or the next that nobody is in; `like`: its family. */
export function freeClients(named: NamedAddresses, like: Address): string {
  const all = [...named.servers, ...named.others]
  for (let network = 1; network <= LAST_NETWORK; network++) {
    if (isIpv6(like)) {
      const inside = [0x2001, 0xdb8, network, 0].join(':')
      const isFree = all.every((each) => groupsOf(each).slice(0, 4).join(':') !== inside)
      if (isFree) return `2001:db8:${network.toString(16)}::/64`
    } else if (all.every((each) => isIpv6(each) || each >>> 16 !== ((10 << 8) | network))) {
      return `10.${network}.0.0/16`
    }
  }
  return isIpv6(like) ? '2001:db8:1::/64' : '10.1.0.0/16'
}

/** For so many directors: the preset's addresses, or the next ones that nobody has. */
export function freeDirectors(named: NamedAddresses, count: number): string[] {
  const taken = new Set([...named.servers, ...named.others])
  const own = parseAddress(SERVERS.first)!
  const free: string[] = []
  for (let last = 1; last <= LAST_OF_NETWORK && free.length < count; last++) {
    const text = `${DIRECTORS}${last}`
    const address = parseAddress(text)!
    if (!taken.has(address) && !isAmong(address, own, SERVERS.count)) free.push(text)
  }
  return free
}

/** Servers in the place of the preset's, if somebody else has one of their addresses. */
export function freeServers(named: NamedAddresses): { address: string; count: number } | null {
  const preset = parseAddress(SERVERS.first)!
  const [first] = named.servers
  const isTaken = named.others.some((address) => isAmong(address, preset, SERVERS.count))
  if (!isTaken || first === undefined) return null
  let count = 1
  while (named.servers.includes(addressAt(first, count))) count++
  return { address: formatAddress(first), count }
}
