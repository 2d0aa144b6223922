// A complete document becomes the scenario that is run: quantities in base units, names looked up,
// everything that the shape alone cannot tell checked. Whatever is wrong goes to the findings.
import { readDistribution } from './distribution.ts'
import type { Findings } from './findings.ts'
import { readClients, readDirector, readRealServers } from './hosts.ts'
import { readLink, readRouter } from './networks.ts'
import { readPhases, readTime } from './phases.ts'
import { checkReferences } from './references.ts'
import type { Scenario, WorkloadSpec } from './scenario.ts'
import type { Document } from './schema.ts'
import { hostsOf, readServices } from './services.ts'
import { readThresholds } from './thresholds.ts'

/** The scenario; null when something is wrong with it. */
export function resolve(document: Document, findings: Findings): Scenario | null {
  const read = <T, U>(
    things: Record<string, T> | undefined,
    one: (name: string, thing: T, findings: Findings) => U,
  ) =>
    Object.fromEntries(
      Object.entries(things ?? {}).map(([name, thing]) => [name, one(name, thing, findings)]),
    )
  const phases = readPhases(document, findings)
  const time = readTime(document, phases, findings)
  const links = read(document.links, readLink)
  const routers = read(document.routers, readRouter)
  const clients = read(document.clients, readClients)
  const directors = read(document.directors, readDirector)
  const realServers = read(document.realServers, readRealServers)
  const services = readServices(document, hostsOf(Object.values(realServers)), findings)
  const workload = readWorkload(document, findings)
  if (workload === null) return null
  const to = workload.to === '' ? (Object.keys(services)[0] ?? '') : workload.to
  const measurable = { services: Object.keys(services), directors: Object.keys(directors) }
  const names = phases.map(({ name }) => name)
  const scenario: Scenario = {
    format: 'lvs-sim/1',
    name: document.name,
    title: document.title!,
    description: document.description!,
    seed: document.seed!,
    time,
    links,
    routers,
    clients,
    directors,
    realServers,
    services,
    workload: { ...workload, to, phases },
    thresholds: readThresholds(document, measurable, names, findings),
  }
  checkReferences(scenario, findings)
  return findings.hasErrors ? null : scenario
}

function readWorkload(document: Document, findings: Findings): Omit<WorkloadSpec, 'phases'> | null {
  const {
    from = '',
    to = '',
    arrivals,
    popularity,
    request,
    response,
    dontFragment,
  } = document.workload!
  const size = (key: 'request' | 'response', given: NonNullable<typeof request>) =>
    readDistribution('size', given, ['workload', key], findings)
  const requests = size('request', request!)
  const responses = size('response', response!)
  if (requests === null || responses === null) return null
  return {
    from,
    to,
    arrivals:
      typeof arrivals === 'object' ? { kind: 'bursts', size: arrivals.size } : { kind: arrivals! },
    popularity:
      typeof popularity === 'object'
        ? { kind: 'zipf', exponent: popularity.exponent }
        : { kind: popularity! },
    request: requests,
    response: responses,
    dontFragment: dontFragment !== false,
  }
}
