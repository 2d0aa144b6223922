// Virtual services of a scenario: said in the file itself, or made by the director's rules. A
// service of the rules gets its name by `match`, or one of its own ('tcp-203.0.113.10-80');
// destinations find their hosts by address.
import { parseRules, type RuleProblem, type RuleService } from '../ipvsadm/rules.ts'
import { addressAt } from '../wire/address.ts'
import { formatAddress, formatEndpoint } from '../wire/address-text.ts'
import { readEndpoint } from './address-text.ts'
import type { Findings } from './findings.ts'
import { readHealthCheck } from './health-check.ts'
import { hostNames } from './host-names.ts'
import { checkKept, rulesOf } from './kept-services.ts'
import { nearest } from './nearest.ts'
import { directorsOf } from './served-by.ts'
import type { Document } from './schema.ts'
import type { DestinationSpec, RealServersSpec, ServiceSpec } from './scenario.ts'

type ServiceDocument = NonNullable<Document['services']>[string]

/** A host of a group, with its address. */
export interface Host {
  name: string
  group: string
  address: number
  weight: number
}

export function hostsOf(groups: readonly RealServersSpec[]): Host[] {
  return groups.flatMap((group) =>
    hostNames(group).map((name, index) => ({
      name,
      group: group.name,
      address: addressAt(group.address | 0, index) >>> 0,
      weight: group.weight,
    })),
  )
}

/** Services by name, in the order of the file, those of rules behind their director's others. */
export function readServices(
  document: Document,
  hosts: readonly Host[],
  findings: Findings,
): Record<string, ServiceSpec> {
  const services: Record<string, ServiceSpec> = {}
  const fromRules = readRules(document, findings)
  for (const [name, service] of Object.entries(document.services ?? {})) {
    const spec = isOfRules(service, document)
      ? ofRules(name, service, fromRules, hosts, findings)
      : ofDocument(name, service, document, hosts, findings)
    if (spec !== null) services[name] = { ...spec, ...checkOf(name, service, findings) }
  }
  for (const each of fromRules) {
    if (each.rule !== null) {
      const name = nameOfRule(each.rule)
      const known = services[name]
      services[name] =
        known === undefined
          ? serviceOfRule(name, each, each.rule, hosts)
          : alsoServedBy(each.director, known)
    }
  }
  return services
}

function checkOf(
  name: string,
  { healthCheck }: ServiceDocument,
  findings: Findings,
): Pick<ServiceSpec, 'healthCheck'> {
  if (healthCheck === undefined) return {}
  const path = ['services', name, 'healthCheck']
  return { healthCheck: readHealthCheck(healthCheck, path, findings) }
}

interface Rule {
  director: string
  /** Made by keepalived, which looks after its servers. */
  isKept: boolean
  /** null when a service of the file has taken it. */
  rule: RuleService | null
}

const NOTHING_LEFT = 'make no virtual service that can be simulated'

/** The rules of all directors; `rules` has been made one text before. */
function readRules(document: Document, findings: Findings): Rule[] {
  return Object.entries(document.directors ?? {}).flatMap(([director, given]) => {
    checkKept(director, given, findings)
    const text = rulesOf(given)
    if (text === undefined) return []
    const { services, problems, leftOut } = parseRules(text)
    const isKept = given.rules === undefined
    if (isKept) return services.map((rule): Rule => ({ director, rule, isKept }))
    const path = ['directors', director, 'rules']
    const told = ({ line, column, message }: RuleProblem): string => {
      return `${message} (line ${line}, column ${column} of the rules)`
    }
    for (const problem of problems) findings.error(path, told(problem), problem.suggestion)
    for (const problem of leftOut) findings.warn(path, told(problem))
    if (services.length === 0 && problems.length === 0) {
      const like = 'they begin with one, like "-A -t 203.0.113.10:80 -s rr"'
      const what = leftOut.length === 0 ? `make no virtual service; ${like}` : NOTHING_LEFT
      findings.error(path, `these rules ${what}`)
    }
    return services.map((rule): Rule => ({ director, rule, isKept }))
  })
}

function isOfRules(service: ServiceDocument, document: Document): boolean {
  const hasRules = Object.values(document.directors ?? {}).some((each) => {
    return each.rules !== undefined || each.keepalived !== undefined
  })
  return service.match !== undefined || (hasRules && service.vip === undefined)
}

function ofRules(
  name: string,
  service: ServiceDocument,
  rules: Rule[],
  hosts: readonly Host[],
  findings: Findings,
): ServiceSpec | null {
  const path = ['services', name]
  for (const key of ['vip', 'scheduler', 'forwarding', 'protocol'] as const) {
    if (service[key] !== undefined) {
      findings.error(
        [...path, key],
        `the rules of the director already say this; give either rules or ${key}`,
        undefined,
        'key',
      )
    }
  }
  const free = rules.filter(({ rule }) => rule !== null)
  const found =
    service.match === undefined
      ? new Set(free.map(({ rule }) => matchOf(rule!))).size === 1
        ? free[0]
        : undefined
      : free.find(({ rule }) => matchOf(rule!) === normalMatch(service.match!))
  if (found === undefined) {
    const known = free.map(({ rule }) => `"${matchOf(rule!)}"`).join(', ')
    const message =
      service.match === undefined
        ? 'say which service of the rules this is: "match"'
        : `the rules make no service "${service.match}"`
    if (rules.length > 0)
      findings.error(
        service.match === undefined ? path : [...path, 'match'],
        `${message}; they make ${known}`,
      )
    return null
  }
  const spec = serviceOfRule(name, found, found.rule!, hosts)
  const match = matchOf(found.rule!)
  found.rule = null
  const others = rules.filter(({ rule }) => rule !== null && matchOf(rule) === match)
  for (const other of others) other.rule = null
  return others.reduce((service, { director }) => alsoServedBy(director, service), spec)
}

/** Another director has the same service: its rules are taken to be the same. */
function alsoServedBy(director: string, service: ServiceSpec): ServiceSpec {
  return { ...service, directors: [...directorsOf(service), director] }
}

/** Colons of IPv6 become dashes: a name is a word. */
function nameOfRule({ protocol, address, port }: RuleService): string {
  return `${protocol}-${formatAddress(address | 0).replaceAll(':', '-')}-${port}`
}

function matchOf(rule: RuleService): string {
  const end = formatEndpoint(rule.address | 0, rule.port)
  return `-${rule.protocol === 'tcp' ? 't' : 'u'} ${end}`
}

function normalMatch(text: string): string {
  return text
    .trim()
    .replace(/^--tcp-service\b/, '-t')
    .replace(/^--udp-service\b/, '-u')
    .replace(/\s+/g, ' ')
}

function serviceOfRule(
  name: string,
  { director, isKept }: Rule,
  rule: RuleService,
  hosts: readonly Host[],
): ServiceSpec {
  return {
    name,
    protocol: rule.protocol,
    vip: rule.address,
    port: rule.port,
    scheduler: rule.scheduler,
    schedulerFlags: [...rule.flags],
    ...(rule.persistence === undefined ? {} : { persistence: rule.persistence }),
    director,
    ...(isKept ? { isKept } : {}),
    destinations: rule.destinations.map((d) => ({
      host: hosts.find(({ address }) => address === d.address)!.name,
      address: d.address,
      port: d.port,
      weight: d.weight,
      forwarding: d.forwarding,
      upperThreshold: d.upperThreshold,
      lowerThreshold: d.lowerThreshold,
    })),
  }
}

function ofDocument(
  name: string,
  service: ServiceDocument,
  document: Document,
  hosts: readonly Host[],
  findings: Findings,
): ServiceSpec | null {
  const path = ['services', name]
  const { vip = '', forwarding = 'dr', director = '', realServers = [] } = service
  const endpoint = readEndpoint(vip, [...path, 'vip'], findings)
  if (rulesOf(document.directors?.[director] ?? {}) !== undefined) {
    findings.error(
      [...path, 'vip'],
      `director "${director}" has rules: give either those or services with a vip, not both`,
    )
  }
  const destinations = realServers.flatMap((wanted, index) =>
    destinationsOf(wanted, [...path, 'realServers', index], hosts, findings).map(
      (host): DestinationSpec => ({
        host: host.name,
        address: host.address,
        port: endpoint?.port ?? 0,
        weight: host.weight,
        forwarding,
        upperThreshold: 0,
        lowerThreshold: 0,
      }),
    ),
  )
  if (endpoint === null) return null
  return {
    name,
    protocol: service.protocol ?? 'udp',
    vip: endpoint.address,
    port: endpoint.port,
    scheduler: service.scheduler ?? 'wlc',
    schedulerFlags: service.schedulerFlags ?? [],
    director,
    ...(service.directors === undefined ? {} : { directors: service.directors }),
    destinations,
  }
}

/** Hosts of a group, or one host by its name. */
function destinationsOf(
  wanted: string,
  path: readonly (string | number)[],
  hosts: readonly Host[],
  findings: Findings,
): Host[] {
  const found = hosts.filter(({ name, group }) => group === wanted || name === wanted)
  if (found.length > 0) return found
  const groups = [...new Set(hosts.map(({ group }) => group))]
  const group = groups.find((g) => wanted.startsWith(g) && /^\d+$/.test(wanted.slice(g.length)))
  const count = hosts.filter((host) => host.group === group).length
  const hint = nearest(wanted, groups)
  const more = group === undefined ? '' : ` (${group} has count ${count})`
  findings.error(
    path,
    `there is no real server "${wanted}"${more}`,
    group === undefined && hint ? `"${hint}"` : undefined,
  )
  return []
}
