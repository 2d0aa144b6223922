// What only the whole scenario can tell: that names exist, hosts can reach each other, addresses
// are unique, costs are known and loads make sense.
import { stepsBetween } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { directorCosts } from './costs.ts'
import { checkFamilies } from './families.ts'
import { checkFaults } from './faults.ts'
import type { Findings } from './findings.ts'
import { firstClientAddress } from './flows.ts'
import { checkHealth } from './health-check.ts'
import { checkLoad } from './load-checks.ts'
import { nearest } from './nearest.ts'
import { checkOperations } from './operations.ts'
import type { Scenario, ServiceSpec, WorkloadSpec } from './scenario.ts'
import type { Document } from './schema.ts'
import { isServedBy } from './served-by.ts'
import type { Path } from './source.ts'
import { checkRouterNames, checkTopology } from './topology-checks.ts'
import { instancesIn } from './vrrp-members.ts'

/** All checks that need more than one part of the scenario. */
export function checkReferences(scenario: Scenario, document: Document, findings: Findings): void {
  checkDirectors(scenario, findings)
  if (findings.hasErrors) return
  checkNames(scenario, document, findings)
  for (const service of Object.values(scenario.services)) checkService(scenario, service, findings)
  if (findings.hasErrors) return
  checkTopology(scenario, findings)
  if (findings.hasErrors) return
  checkFamilies(scenario, findings)
  checkAddresses(scenario, findings)
  checkCosts(scenario, findings)
  checkHealth(scenario, findings)
  checkFaults(scenario, findings)
  checkOperations(scenario, findings)
  checkLoad(scenario, findings)
}

function checkNames(scenario: Scenario, { vrrp }: Document, findings: Findings): void {
  const { links, clients, directors, realServers, services, workload } = scenario
  const known = (
    kind: string,
    name: string,
    all: object,
    path: Path,
    part: 'key' | 'value' = 'value',
  ) => {
    if (Object.hasOwn(all, name)) return
    const names = Object.keys(all)
    const hint = nearest(name, names)
    const list =
      names.length === 0 ? 'there is none' : `there is ${names.map((n) => `"${n}"`).join(', ')}`
    const none = kind === 'clients' ? 'there are no' : 'there is no'
    const message =
      name === '' ? `say which ${kind}: ${list}` : `${none} ${kind} "${name}"; ${list}`
    findings.error(path, message, hint && `"${hint}"`, part)
  }
  for (const { name, link } of Object.values(clients)) {
    known('link', link, links, ['clients', name, 'link'])
  }
  for (const { name, nics } of Object.values(directors)) {
    for (const nic of nics)
      known('link', nic.link, links, ['directors', name, 'nics', nic.name, 'link'])
  }
  for (const { name, link } of Object.values(realServers)) {
    known('link', link, links, ['realServers', name, 'link'])
  }
  for (const { name, director, directors: several } of Object.values(services)) {
    if (several === undefined)
      known('director', director, directors, ['services', name, 'director'])
    several?.forEach((each, index) => {
      known('director', each, directors, ['services', name, 'directors', index])
    })
  }
  for (const { path, document } of vrrp === undefined ? [] : instancesIn(vrrp)) {
    document.members?.forEach((member, index) => {
      known('director', member.director, directors, [...path, 'members', index, 'director'])
    })
  }
  scenario.ecmp?.directors.forEach((each, index) => {
    known('director', each, directors, ['ecmp', 'directors', index])
  })
  checkRouterNames(scenario, findings)
  for (const { place, load } of sourcesOf(workload)) {
    const { from, mix } = load
    const senders = mix?.map(({ clients: each }) => each) ?? [from]
    // Whose requests they are would be clear if packets were of the clients that were meant.
    if (from === '' && mix === undefined && hasStrangers(workload.packets, clients)) continue
    senders.forEach((sender, index) => {
      known('clients', sender, clients, [
        ...place,
        ...(mix === undefined ? [] : [index, 'clients']),
      ])
    })
  }
  for (const each of workload.packets ?? []) {
    known('clients', each.clients, clients, ['workload', 'packets', each.name, 'from'])
  }
  known('service', workload.to, services, ['workload', 'to'])
  for (const { to } of workload.services ?? []) {
    known('service', to, services, ['workload', 'services', to], 'key')
    if (to !== workload.to) continue
    const message = `service "${to}" has the load of the workload already: workload.to names it`
    findings.error(['workload', 'services', to], message, undefined, 'key')
  }
}

function hasStrangers(packets: WorkloadSpec['packets'], clients: object): boolean {
  return packets?.some((each) => !Object.hasOwn(clients, each.clients)) === true
}

/** Where clients are named that send requests, and how. */
function sourcesOf(
  workload: WorkloadSpec,
): { place: Path; load: Pick<WorkloadSpec, 'from' | 'mix'> }[] {
  const further = (workload.services ?? []).map((load) => {
    return { place: ['workload', 'services', load.to, 'from'], load }
  })
  return [{ place: ['workload', 'from'], load: workload }, ...further]
}

function checkDirectors(scenario: Scenario, findings: Findings): void {
  for (const { name, nics } of Object.values(scenario.directors)) {
    const path = ['directors', name, 'nics']
    if (nics.length === 0 || nics.length > 2) {
      findings.error(path, `a director has one network card or two, here are ${nics.length}`)
    }
    if (nics.length === 2 && nics[0]!.link === nics[1]!.link) {
      findings.error(
        [...path, nics[1]!.name],
        `both cards are on link "${nics[0]!.link}": two cards need a network each`,
      )
    }
  }
}

function checkService(scenario: Scenario, service: ServiceSpec, findings: Findings): void {
  const { name, destinations, scheduler, schedulerFlags } = service
  const path = ['services', name]
  const hosts = destinations.map(({ host, port }) => `${host}:${port}`)
  const twice = hosts.find((host, index) => hosts.indexOf(host) !== index)
  if (destinations.length === 0) {
    findings.error([...path, 'realServers'], `service "${name}" has no real server`)
  } else if (destinations.every(({ weight }) => weight === 0)) {
    const groups = Object.keys(scenario.realServers)[0] ?? 'rs'
    findings.error(
      ['realServers', groups, 'weight'],
      `all weights of service "${name}" are 0: nothing would be sent anywhere`,
    )
  }
  if (twice !== undefined) {
    findings.error(
      [...path, 'realServers'],
      `${twice.split(':')[0]!} is a real server of "${name}" twice`,
    )
  }
  const wrong = schedulerFlags.find((flag) => !flag.startsWith(`${scheduler}-`))
  if (wrong !== undefined) {
    findings.error(
      [...path, 'schedulerFlags'],
      `flag ${wrong} is not one of scheduler ${scheduler}`,
    )
  }
}

interface Range {
  owner: string
  path: Path
  first: number
  size: number
}

/** No two hosts have one address. */
function checkAddresses(scenario: Scenario, findings: Findings): void {
  const ranges: Range[] = [
    ...Object.values(scenario.directors).map(({ name, address }) => ({
      owner: `director "${name}"`,
      path: ['directors', name, 'address'],
      first: address,
      size: 1,
    })),
    ...Object.values(scenario.realServers).map(({ name, address, count }) => ({
      owner: `real servers "${name}"`,
      path: ['realServers', name, 'address'],
      first: address,
      size: count,
    })),
    ...[...new Map(Object.values(scenario.services).map((s) => [s.vip, s.name]))].map(
      ([vip, name]) => ({
        owner: `service "${name}"`,
        path: ['services', name, 'vip'],
        first: vip,
        size: 1,
      }),
    ),
    ...Object.values(scenario.clients).map((clients) => ({
      owner: `clients "${clients.name}"`,
      path: ['clients', clients.name, 'subnet'],
      first: firstClientAddress(clients),
      size: clients.addresses,
    })),
  ]
  for (const [index, range] of ranges.entries()) {
    const other = ranges.slice(0, index).find((before) => overlap(before, range))
    if (other === undefined) continue
    const isLater = stepsBetween(other.first | 0, range.first | 0) > 0
    const shared = formatAddress((isLater ? range.first : other.first) | 0)
    findings.error(range.path, `${range.owner} and ${other.owner} both have the address ${shared}`)
  }
}

function overlap(a: Range, b: Range): boolean {
  const steps = stepsBetween(a.first | 0, b.first | 0)
  return steps >= 0 ? steps < a.size : -steps < b.size
}

function checkCosts(scenario: Scenario, findings: Findings): void {
  for (const director of Object.values(scenario.directors)) {
    const { name } = director
    const services = Object.values(scenario.services).filter((s) => isServedBy(s, name))
    const modes = new Set(services.flatMap((s) => s.destinations.map((d) => d.forwarding)))
    const costs = directorCosts(director, [...modes])
    if ('problem' in costs) findings.error(['directors', name, 'cpu', 'profile'], costs.problem)
  }
}
