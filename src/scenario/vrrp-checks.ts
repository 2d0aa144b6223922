// What only the whole tells about directors that stand in for each other: that every address has
// somebody to hold it, and whether the members of a group can agree (spec vrrp.md, 6: what differs
// between them makes two masters).
import { formatAddress } from '../wire/address-text.ts'
import { type Address } from '../wire/address.ts'
import { OWNER_PRIORITY, type InstanceSettings } from '../keepalived/vrrp-settings.ts'
import type { Findings } from './findings.ts'
import { checkFollowed } from './followed.ts'
import { checkMovingGateway } from './gateways.ts'
import { loadsOf } from './loads.ts'
import { isHeldByNobody } from './moving-addresses.ts'
import type { Scenario } from './scenario.ts'
import { directorsOf } from './served-by.ts'
import { Topology } from './topology.ts'

/** An instance as one director has it. */
interface Member {
  director: string
  settings: InstanceSettings
}

export function checkHolders(scenario: Scenario, findings: Findings): void {
  checkStopped(scenario, findings)
  checkFollowed(scenario, findings)
  checkThresholds(scenario, findings)
  checkServices(scenario, findings)
  checkIdle(scenario, findings)
  checkMovingGateway(scenario, findings)
  const groups = groupsOf(scenario)
  for (const [name, members] of groups) checkGroup(scenario, name, members, findings)
  checkClashes(scenario, groups, findings)
}

/** Members by the name of their instance. */
function groupsOf({ vrrp }: Scenario): Map<string, Member[]> {
  const groups = new Map<string, Member[]>()
  for (const { director, settings } of vrrp?.processes ?? []) {
    for (const each of settings.instances) {
      const members = groups.get(each.name) ?? []
      groups.set(each.name, [...members, { director, settings: each }])
    }
  }
  return groups
}

function checkServices(scenario: Scenario, findings: Findings): void {
  const { services, vrrp, ecmp, directors } = scenario
  const loaded = loadsOf(scenario).map(({ workload }) => workload.to)
  const topology = new Topology(scenario)
  for (const service of Object.values(services)) {
    const { name, vip } = service
    const names = directorsOf(service)
    const fronts = new Set(names.map((each) => topology.frontOf(directors[each]!)))
    const path = ['services', name]
    if (names.length > 1 && vrrp === undefined && ecmp === undefined) {
      const list = names.join(' and ')
      const message = `${list} all serve it, and nothing says who has ${formatAddress(vip | 0)}`
      findings.error(path, `${message}: give a "vrrp" section, or "ecmp"`, undefined, 'key')
    }
    if (fronts.size > 1) {
      const list = [...fronts].map((link) => `"${link}"`).join(' and ')
      findings.error(path, `its directors meet clients on ${list}: an address moves on one network`)
    }
    if (isHeldByNobody(scenario, service)) {
      const text = formatAddress(vip | 0)
      const message = `no instance of "vrrp" has ${text}: no director answers for it`
      if (loaded.includes(name)) findings.error(path, message, undefined, 'key')
      else findings.warn(path, message)
    }
  }
}

/** Who runs no keepalived has none to stop. */
function checkStopped({ faults, vrrp }: Scenario, findings: Findings): void {
  const daemons = (vrrp?.processes ?? []).map(({ director }) => director)
  faults.forEach((fault, index) => {
    if (fault.kind !== 'keepalived-stop' || daemons.includes(fault.host)) return
    const message = `"${fault.host}" is no member of "vrrp": there is no keepalived to stop`
    findings.error(['faults', index, 'host'], message)
  })
}

/** An address that never moves is never out of service. */
function checkThresholds({ thresholds, vrrp, ecmp }: Scenario, findings: Findings): void {
  if (vrrp !== undefined || ecmp !== undefined) return
  for (const { of, measure } of thresholds) {
    if (measure !== 'outage' && measure !== 'connections') continue
    const message = `the address of "${of}" cannot move: this is measured with "vrrp" or "ecmp"`
    findings.error(['thresholds', `${of}.${measure}`], message, undefined, 'key')
  }
}

/** A director without work. */
function checkIdle({ directors, services, vrrp }: Scenario, findings: Findings): void {
  const used = new Set([
    ...Object.values(services).flatMap(directorsOf),
    ...(vrrp?.processes ?? []).map(({ director }) => director),
  ])
  for (const name of Object.keys(directors).filter((each) => !used.has(each))) {
    findings.warn(['directors', name], `no service and no "vrrp" names director "${name}"`)
  }
}

function checkGroup(
  scenario: Scenario,
  name: string,
  members: readonly Member[],
  findings: Findings,
): void {
  const path = pathOf(scenario, name)
  const names = members.map(({ director }) => director)
  const twice = names.find((each, index) => names.indexOf(each) !== index)
  if (twice !== undefined) {
    findings.error(path, `director "${twice}" is a member of ${name} twice`)
    return
  }
  if (members.length === 1) {
    findings.warn(path, `${name} has one member, "${names[0]!}": nobody takes over from it`)
  }
  if (members.some(({ settings }) => settings.family === 6 && settings.peers.length > 0)) {
    findings.error(path, `unicast over IPv6 is not simulated, ${name} has a unicast_peer`)
  }
  if (members[0]!.settings.addresses.length === 0) {
    findings.error(path, `${name} has no address: its members serve no service`)
  }
  const reason = twoMasters(members)
  if (reason !== null) findings.warn(path, `${reason}: ${TWO_MASTERS}`)
}

const TWO_MASTERS = 'they do not obey each other, and both become master'

/** Why members do not obey each other; null when they do. */
function twoMasters(members: readonly Member[]): string | null {
  const owners = members.filter(({ settings }) => settings.priority === OWNER_PRIORITY)
  if (owners.length > 1) {
    return `${owners.map(({ director }) => director).join(' and ')} both have priority 255`
  }
  const [first, ...others] = members
  for (const { director, settings } of others) {
    const found = differenceOf(first!.settings, settings)
    if (found === null) continue
    const [what, its, own] = found
    return `${first!.director} has ${what} ${its}, ${director} has ${own}`
  }
  return null
}

function differenceOf(
  a: InstanceSettings,
  b: InstanceSettings,
): [what: string, its: string, own: string] | null {
  if (a.vrid !== b.vrid) return ['VRID', `${a.vrid}`, `${b.vrid}`]
  if (a.version !== b.version) return ['version', `${a.version}`, `${b.version}`]
  if (a.version === 2 && a.intervalUs !== b.intervalUs) {
    return ['advert', `${a.intervalUs / 1e6}s`, `${b.intervalUs / 1e6}s`]
  }
  if (a.version === 2 && a.password !== b.password) {
    const said = ({ password }: InstanceSettings) => (password === null ? 'none' : `"${password}"`)
    return ['the password', said(a), said(b)]
  }
  if (a.version === 2 && a.password !== null && a.auth !== b.auth) {
    return ['authentication by', a.auth, b.auth]
  }
  if (a.peers.length > 0 !== b.peers.length > 0) {
    const way = ({ peers }: InstanceSettings) => (peers.length > 0 ? 'unicast' : 'multicast')
    return ['advertisements by', way(a), way(b)]
  }
  const [left, right] = [addressesText(a), addressesText(b)]
  return left === right ? null : ['the addresses', left, right]
}

function addressesText({ addresses }: InstanceSettings): string {
  const texts = addresses.map(({ address }) => formatAddress(address))
  return texts.sort().join(', ')
}

/** Two instances of one number on a network, and an address that two instances have. */
function checkClashes(
  scenario: Scenario,
  groups: ReadonlyMap<string, readonly Member[]>,
  findings: Findings,
): void {
  const byVrid = new Map<string, string>()
  const byAddress = new Map<Address, string>()
  for (const [name, members] of groups) {
    for (const key of new Set(members.map((member) => placeOf(scenario, member)))) {
      const other = byVrid.get(key)
      if (other !== undefined && other !== name) {
        const [vrid, link] = key.split(' ')
        const message = `${name} and ${other} both have VRID ${vrid} on link "${link}"`
        findings.error(pathOf(scenario, name), `${message}: give each its own "vrid"`)
      }
      byVrid.set(key, name)
    }
    for (const address of new Set(members.flatMap(({ settings }) => settings.addresses))) {
      const other = byAddress.get(address.address)
      if (other !== undefined && other !== name) {
        const message = `${name} and ${other} both have ${formatAddress(address.address)}`
        findings.error(pathOf(scenario, name), `${message}: say the "addresses" of each`)
      }
      byAddress.set(address.address, name)
    }
  }
}

function placeOf({ directors }: Scenario, { director, settings }: Member): string {
  const nic = directors[director]!.nics.find(({ name }) => name === settings.interface)!
  return `${settings.vrid} ${nic.link} ${settings.family}`
}

/** Where the instance is said. */
function pathOf({ vrrp }: Scenario, name: string): string[] {
  return vrrp !== undefined && name === 'VI_1' && isAlone(vrrp)
    ? ['vrrp']
    : ['vrrp', 'instances', name]
}

function isAlone({ processes }: NonNullable<Scenario['vrrp']>): boolean {
  return processes.every(({ settings }) => settings.instances.length === 1)
}
