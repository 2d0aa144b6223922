// A complete document becomes the scenario that is run: quantities in base units, names looked up,
// everything that the shape alone cannot tell checked. Whatever is wrong goes to the findings.
import { checkEcmp, readEcmp } from './ecmp.ts'
import { readFaults } from './faults.ts'
import type { Findings } from './findings.ts'
import { readFurtherLoads } from './further-loads.ts'
import { readClients, readDirector, readRealServers } from './hosts.ts'
import { readLink, readRouter } from './networks.ts'
import { readOperations } from './operations.ts'
import { readPackets } from './packets.ts'
import { readPhases, readTime } from './phases.ts'
import { checkReferences } from './references.ts'
import type { ReplaySpec, Scenario } from './scenario.ts'
import type { Document } from './schema.ts'
import { hostsOf, readServices } from './services.ts'
import { checkSweep } from './sweep-checks.ts'
import { readVrrp } from './vrrp.ts'
import { checkHolders } from './vrrp-checks.ts'
import { applyConfs } from './vrrp-files.ts'
import { readSync } from './vrrp-sync.ts'
import { readThresholds } from './thresholds.ts'
import { readWorkload } from './workload.ts'

/** The scenario; null when something is wrong with it. */
export function resolve(
  document: Document,
  replay: ReplaySpec | null,
  findings: Findings,
): Scenario | null {
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
  const packets = readPackets(document, phases, findings)
  const further = readFurtherLoads(document, phases, findings)
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
    ...readEcmp(document),
    realServers,
    services,
    workload: {
      ...{ ...workload, to, phases },
      ...(packets.length === 0 ? {} : { packets }),
      ...(further.length === 0 ? {} : { services: further }),
      ...(replay === null ? {} : { replay }),
    },
    faults: readFaults(document, findings),
    operations: readOperations(document, realServers, findings),
    thresholds: readThresholds(document, measurable, names, findings),
  }
  checkReferences(scenario, document, findings)
  if (!findings.hasErrors) {
    const vrrp = readVrrp(document, scenario, findings)
    if (vrrp !== undefined) scenario.vrrp = vrrp
    readSync(document, scenario, findings)
    applyConfs(scenario, document, findings)
    checkHolders(scenario, findings)
    checkEcmp(scenario, findings)
  }
  checkSweep(document, findings)
  return findings.hasErrors ? null : scenario
}
