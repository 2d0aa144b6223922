// VRRP of a file as settings of every director's keepalived. What the file does not say is
// keepalived 2.2.7's default (spec vrrp.md, 3, 7 and 9). Names have been checked before.
import type { VirtualAddress } from '../keepalived/conf-instances.ts'
import type { InstanceSettings } from '../keepalived/vrrp-settings.ts'
import { ipv4, ipv6, isAmong, isIpv6, type Address } from '../wire/address.ts'
import { readAddress } from './address-text.ts'
import type { Findings } from './findings.ts'
import { readScripts } from './followed.ts'
import type { DirectorSpec, Scenario } from './scenario.ts'
import type { Document } from './schema.ts'
import type { Path } from './source.ts'
import { Topology } from './topology.ts'
import { parseQuantity } from './units.ts'
import { addressesOf, virtual } from './vrrp-addresses.ts'
import {
  FIRST_VRID,
  USUAL_PRIORITY,
  instancesIn,
  type InstanceDocument,
  type MemberDocument,
  type NamedInstance,
} from './vrrp-members.ts'
import type { VrrpSpec } from './vrrp-spec.ts'

const PS_PER_US = 1_000_000
const SECOND_US = 1_000_000
const CENTISECOND_US = 10_000
const LONGEST_V2_US = 255 * SECOND_US
const LONGEST_V3_US = 40_950_000
const LONGEST_PREEMPT_US = 1000 * SECOND_US
const PASSWORD_LETTERS = 8
const TTL = 255
const GROUPS: Record<4 | 6, Address> = { 4: ipv4(0xe0000012), 6: ipv6(0xff020000, 0, 0, 0x12) }

/** Undefined where the file has no VRRP. */
export function readVrrp(
  { vrrp }: Document,
  scenario: Scenario,
  findings: Findings,
): VrrpSpec | undefined {
  if (vrrp === undefined) return undefined
  const gateway =
    vrrp.gateway === undefined ? null : readAddress(vrrp.gateway, ['vrrp', 'gateway'], findings)
  const settings = new Map<string, InstanceSettings[]>()
  const named = instancesIn(vrrp)
  const scripts = readScripts(named, findings)
  named.forEach((instance, index) => {
    const addresses = addressesOf(instance, scenario, findings)
    const family: 4 | 6 = addresses.some(isIpv6) ? 6 : 4
    for (const [place, member] of (instance.document.members ?? []).entries()) {
      const director = scenario.directors[member.director]!
      const parts = { instance, member, place, director, scenario, family }
      const own = memberSettings(parts, findings)
      const excluded =
        index === 0 && gateway !== null ? [gatewayOf(scenario, director, gateway)] : []
      const list = settings.get(director.name) ?? []
      settings.set(director.name, [
        ...list,
        { ...own, addresses: addresses.map((address) => virtual(address, null)), excluded },
      ])
    }
  })
  return {
    processes: [...settings].map(([director, instances]) => ({
      director,
      settings: { instances, groups: [], scripts, files: [], processes: [], fatal: null },
    })),
    start: vrrp.start ?? 'settled',
    gateway,
  }
}

/** On the card towards the servers that answer through the director. */
function gatewayOf(
  { services, realServers }: Scenario,
  { nics }: DirectorSpec,
  gateway: number,
): VirtualAddress {
  const natHosts = Object.values(services).flatMap(({ destinations }) =>
    destinations.filter(({ forwarding }) => forwarding === 'nat').map(({ address }) => address),
  )
  const links = Object.values(realServers)
    .filter(({ address, count }) => natHosts.some((host) => isAmong(host, address, count)))
    .map(({ link }) => link)
  const card = nics.find(({ link }) => links.includes(link))
  return virtual(gateway | 0, card?.name ?? null)
}

interface MemberParts {
  instance: NamedInstance
  member: MemberDocument
  place: number
  director: DirectorSpec
  scenario: Scenario
  family: 4 | 6
}

function memberSettings(
  parts: MemberParts,
  findings: Findings,
): Omit<InstanceSettings, 'addresses' | 'excluded'> {
  const { instance, member, place, director, scenario, family } = parts
  const { document, path } = instance
  const advert = member.advert ?? document.advert ?? '1s'
  const advertPath = member.advert === undefined ? path : [...path, 'members', place]
  const intervalUs = usOf(advert)
  const isWhole = usOf(document.advert ?? '1s') % SECOND_US === 0
  const version = document.version ?? (isWhole && family === 4 ? 2 : 3)
  const front = new Topology(scenario).frontOf(director)
  checkInterval(version, intervalUs, advert, [...advertPath, 'advert'], findings)
  const priority = member.priority ?? USUAL_PRIORITY
  const isPreempting = (member.preempt ?? document.preempt ?? true) || priority === 255
  return {
    ...{ name: instance.name, family, version },
    interface: director.nics.find(({ link }) => link === front)!.name,
    ...{ priority, intervalUs, isPreempting, startupDelayUs: 0 },
    vrid: member.vrid ?? document.vrid ?? FIRST_VRID,
    downTimerAdverts: document.downAdverts ?? 3,
    preemptDelayUs: isPreempting ? preemptDelayUs(document, path, findings) : 0,
    ...authOf(instance, member.password ?? document.password, version, findings),
    ...{ source: null, group: GROUPS[family], peers: peersOf(parts, findings), ttl: TTL },
    ...{ checksSource: false, checksAddresses: true },
    ...{ answersLowerPriority: true, answersHigherPriority: false },
    garp: garpOf(document.gratuitousArp),
    ...{ followsInterface: true, interfaces: [], files: [], processes: [] },
    scripts: Object.keys(document.track ?? {}).map((name) => {
      return { name, weight: null, isReversed: false }
    }),
  }
}

function usOf(text: string): number {
  return Math.round(parseQuantity('time', text)! / PS_PER_US)
}

function checkInterval(
  version: 2 | 3,
  intervalUs: number,
  text: string,
  path: Path,
  findings: Findings,
): void {
  const [step, longest] =
    version === 2 ? [SECOND_US, LONGEST_V2_US] : [CENTISECOND_US, LONGEST_V3_US]
  if (intervalUs >= step && intervalUs <= longest && intervalUs % step === 0) return
  const range =
    version === 2
      ? 'version 2 advertises every 1s to 255s, in whole seconds'
      : 'version 3 advertises every 10ms to 40.95s, in steps of 10ms'
  findings.error(path, `${range}, got "${text}"`)
}

function preemptDelayUs(
  { preemptDelay }: InstanceDocument,
  path: Path,
  findings: Findings,
): number {
  if (preemptDelay === undefined) return 0
  const delayUs = usOf(preemptDelay)
  if (delayUs > LONGEST_PREEMPT_US) {
    findings.error([...path, 'preemptDelay'], `at most 1000s, got "${preemptDelay}"`)
  }
  return delayUs
}

function authOf(
  { document, path }: NamedInstance,
  said: string | undefined,
  version: 2 | 3,
  findings: Findings,
): Pick<InstanceSettings, 'password' | 'auth'> {
  const auth = document.authentication ?? 'pass'
  const password = passwordOf(said, auth, version, path, findings)
  return { password, auth: auth === 'ah' ? 'AH' : 'PASS' }
}

function passwordOf(
  password: string | undefined,
  auth: 'pass' | 'ah',
  version: 2 | 3,
  path: Path,
  findings: Findings,
): string | null {
  if (password === undefined) {
    if (auth === 'ah') findings.warn(path, 'authentication "ah" needs a "password": there is none')
    return null
  }
  if (version === 3) {
    findings.warn(path, 'version 3 of VRRP has no passwords: this one is ignored')
    return null
  }
  return password.slice(0, PASSWORD_LETTERS)
}

function peersOf(
  { instance, director, scenario, family }: MemberParts,
  findings: Findings,
): Address[] {
  const { unicast, members = [] } = instance.document
  if (unicast !== true) return []
  if (family === 6) {
    const message = 'unicast over IPv6 is not simulated: leave it out, and ff02::12 is spoken to'
    findings.error([...instance.path, 'unicast'], message)
    return []
  }
  return members.flatMap(({ director: name }) => {
    return name === director.name ? [] : [scenario.directors[name]!.address | 0]
  })
}

function garpOf(document: InstanceDocument['gratuitousArp']): InstanceSettings['garp'] {
  const { count = 5, interval = '0s', delay = '5s', refresh = '0s' } = document ?? {}
  const delayUs = usOf(delay)
  return {
    ...{ delayUs, repeat: count, refreshUs: usOf(refresh), refreshRepeat: 1 },
    ...{ lowerDelayUs: delayUs, lowerRepeat: count, intervalUs: usOf(interval) },
  }
}
