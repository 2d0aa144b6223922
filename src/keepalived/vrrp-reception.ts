// Which advertisements an instance accepts (spec vrrp.md, 6): each of these reasons makes two
// masters of two nodes that differ.
import { isMulticast, type Address } from '../wire/address.ts'
import { isAuthentic } from './vrrp-ah.ts'
import type { ReceivedAdvert } from './vrrp-packets.ts'
import type { InstanceSettings } from './vrrp-settings.ts'

const ROUTER_TTL = 255
const SECOND_US = 1_000_000

export type Refusal =
  | 'own packet'
  | 'unicast and multicast'
  | 'ttl'
  | 'version'
  | 'not a peer'
  | 'password'
  | 'replay'
  | 'interval'
  | 'addresses'

/** The last advertisement of another that counted, where they are numbered. */
export interface Heard {
  source: Address
  sequence: number
}

/** Damaged, so that nothing is known of it, not even for whom it is. */
export function hasFault({ isSound }: ReceivedAdvert): boolean {
  return !isSound
}

/** Null for an advertisement that counts. */
export function refusalOf(
  advert: ReceivedAdvert,
  settings: InstanceSettings,
  own: Address,
  heard: Heard | null,
): Refusal | null {
  const isToMany = isMulticast(advert.destination)
  const { peers } = settings
  if (advert.source === own) return 'own packet'
  if (isToMany === peers.length > 0) return 'unicast and multicast'
  if (isToMany && advert.ttl !== ROUTER_TTL) return 'ttl'
  if (advert.version !== settings.version) return 'version'
  const isStranger = settings.checksSource && !isToMany && !peers.includes(advert.source)
  if (isStranger) return 'not a peer'
  if (settings.version === 2 && !knowsPassword(advert, settings)) return 'password'
  if (isReplay(advert, heard)) return 'replay'
  if (settings.checksAddresses && !hasSameAddresses(advert, settings)) return 'addresses'
  const isOther = advert.interval * SECOND_US !== settings.intervalUs
  return settings.version === 2 && isOther ? 'interval' : null
}

/** By the same kind of authentication. */
function knowsPassword(
  { header, password }: ReceivedAdvert,
  { auth, password: own }: InstanceSettings,
): boolean {
  if (own === null || auth === 'PASS') return header === undefined && password === own
  return header !== undefined && isAuthentic(header, own)
}

/** Numbers of one sender only grow. */
function isReplay({ source, sequence }: ReceivedAdvert, heard: Heard | null): boolean {
  return sequence !== undefined && source === heard?.source && sequence <= heard.sequence
}

/** The same set, in any order. */
function hasSameAddresses({ addresses }: ReceivedAdvert, settings: InstanceSettings): boolean {
  const own = new Set(settings.addresses.map(({ address }) => address))
  return addresses.length === settings.addresses.length && addresses.every((each) => own.has(each))
}
