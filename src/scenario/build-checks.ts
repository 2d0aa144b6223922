// The health checks of a scenario: on every director whose services are checked a keepalived with
// its probes.
import { CheckedIpvs } from '../cluster/checked-ipvs.ts'
import { HealthChecks } from '../cluster/health-checks.ts'
import { Probes } from '../cluster/probes.ts'
import type { RealServer } from '../cluster/real-server.ts'
import type { ServerSocket } from '../cluster/server-stack.ts'
import type { Transports } from '../cluster/transport.ts'
import type { QuorumEvent } from '../keepalived/quorum.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Streams } from '../kernel/random.ts'
import type { Time } from '../kernel/time.ts'
import type { EventLog } from '../measure/event-log.ts'
import type { PacketPool } from '../net/packet.ts'
import { checkConf, configurationOf } from './check-conf.ts'
import type { BuiltDirector } from './build-director.ts'
import { HostNames } from './host-addresses.ts'
import { keptServers } from './kept-services.ts'
import type { Scenario, ServiceSpec } from './scenario.ts'
import { directorsOf, isServedBy } from './served-by.ts'

export interface CheckParts {
  kernel: Kernel
  scenario: Scenario
  transports: Transports
  pool: PacketPool
  streams: Streams
  sockets: Map<RealServer, ServerSocket>
  log: EventLog
}

/** Services whose rules keepalived makes, not the scenario. */
export function isChecked({ healthCheck, isKept }: ServiceSpec): boolean {
  return healthCheck !== undefined || isKept === true
}

/**
 * The checks of a director's services, from the start of the run on; null where none is checked.
 * `population` is the number of its probes among those of clients.
 */
export function buildChecks(
  parts: CheckParts,
  built: BuiltDirector,
  population: number,
): HealthChecks | null {
  const { kernel, scenario, transports, streams, log } = parts
  const { director, machine } = built
  const services = Object.values(scenario.services).filter((service) => {
    return isServedBy(service, director.name) && isChecked(service)
  })
  if (services.length === 0) return null
  const names = new HostNames(scenario)
  const isOnly = services.every((service) => directorsOf(service).length === 1)
  const host = {
    get ipvs() {
      return director.ipvs
    },
    get now() {
      return kernel.now
    },
  }
  const probes = buildProbes(parts, built, population, (...told) => checks.tell(...told))
  const checks = new HealthChecks(kernel, {
    table: new CheckedIpvs(host, { director: director.name, names, log }),
    probes,
    chance: streams.stream(`directors/${director.name}/checks`),
    numberIn: (file) => machine.things.numberIn(file),
    say: (event, now) => tell(event, names, { director: director.name, isOnly }, log, now),
  })
  transports.all[population] = probes
  director.local = probes
  machine.checkers = checks
  const { keepalived } = scenario.directors[director.name]!
  checks.servers =
    keepalived === undefined
      ? configurationOf(checkConf(scenario, services)).servers
      : keptServers(keepalived)
  if (services.some(({ healthCheck }) => healthCheck?.started === 'now')) checks.start(0)
  else log.without(() => checks.settle(0))
  return checks
}

function buildProbes(
  { kernel, pool, sockets, transports }: CheckParts,
  { director, machine }: BuiltDirector,
  population: number,
  tell: HealthChecks['tell'],
): Probes {
  const mtus = director.nics.map(({ mtuBytes }) => mtuBytes)
  return new Probes({
    ...{ population, kernel, pool, sockets, tell },
    address: director.address,
    mtuBytes: Math.min(...mtus),
    send: (packet, now) => {
      if (machine.isWorking) director.send(packet, now)
      else transports.lost(packet, now)
    },
  })
}

const WORDS: Record<QuorumEvent['kind'], string> = {
  'server up': 'is up',
  'server down': 'is down',
  'quorum gained': 'has its quorum',
  'quorum lost': 'has lost its quorum',
}

function tell(
  { kind, server, entries }: QuorumEvent,
  names: HostNames,
  { director, isOnly }: { director: string; isOnly: boolean },
  log: EventLog,
  now: Time,
): void {
  const service = [...new Set(entries.map((entry) => names.serviceOf(entry)))].join(' and ')
  const host = server === null ? null : names.serverAt(server.address)
  const who = host === null ? service : `${host} of ${service}`
  const what = `${who} ${WORDS[kind]}`
  // Of a pair each looks for itself, and what the master knows is what counts.
  log.find(`${director} checks`, what, host, now, isOnly ? what : `${director}: ${what}`)
}
