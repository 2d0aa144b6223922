// Whether the load makes sense: frames that fit, connections that the clients' ports allow, things
// that are legal and yet most likely not meant.
import { ETHERNET_BYTES, SMALLEST_FRAME_BYTES, ipHeaderBytes } from '../net/packet.ts'
import { checkArp } from './arp-checks.ts'
import { counted } from './counted.ts'
import { rangeOf } from './distribution.ts'
import type { Findings } from './findings.ts'
import { checkGateways } from './gateways.ts'
import { loadedServices, loadOf, loadsOf } from './loads.ts'
import { checkPackets } from './packets-checks.ts'
import { checkMany } from './phases.ts'
import { populationsOf, sendersOf, type PopulationShare } from './populations.ts'
import { highestRate, requestsIn } from './rates.ts'
import { countCut } from './replayed-sizes.ts'
import type { ClientsSpec, Scenario, ServiceSpec } from './scenario.ts'
import { directorsOf } from './served-by.ts'
import type { Path } from './source.ts'
import { Topology } from './topology.ts'
import { checkTunnels } from './tunnel-checks.ts'
import { isAmong } from '../wire/address.ts'

const UDP_HEADER_BYTES = 8

/** Checks all load of a scenario whose names are right. */
export function checkLoad(scenario: Scenario, findings: Findings): void {
  for (const load of loadsOf(scenario)) {
    const { to } = load.workload
    const isOwn = load === scenario
    checkLoadOf(load, isOwn ? ['workload'] : ['workload', 'services', to], findings)
    if (!isOwn) checkFurther(load, findings)
  }
  checkGateways(scenario, findings)
  checkArp(scenario, findings)
  checkReplay(scenario, findings)
  checkPackets(scenario, findings)
  checkIdle(scenario, findings)
}

/** Of one service, given at that place. */
function checkLoadOf(scenario: Scenario, place: Path, findings: Findings): void {
  const service = scenario.services[scenario.workload.to]!
  if (service.protocol === 'udp') checkFrames(scenario, place, findings)
  else for (const each of populationsOf(scenario)) checkConnections(scenario, each, findings)
  checkKeepAlive(scenario, service, place, findings)
  checkTunnels(scenario, service, place, findings)
  for (const { clients } of populationsOf(scenario)) {
    checkQueues(scenario, service, clients, findings)
  }
}

/** What readTime says of the phases' own load. */
function checkFurther({ workload, time }: Scenario, findings: Findings): void {
  const { to, phases } = workload
  const place = ['workload', 'services', to]
  if (phases.every((phase) => highestRate(phase) === 0)) {
    findings.warn(place, `its rate is 0 in all phases: service "${to}" gets no load`)
  }
  checkMany(phases, time.durationPs, place, findings)
}

function mtuOf(scenario: Scenario): number {
  const links = populationsOf(scenario).map(({ clients }) => scenario.links[clients.link]!)
  return Math.min(...links.map(({ mtuBytes }) => mtuBytes))
}

/** The smallest MTU of a network with real servers of the service: what they can send. */
function serverMtu({ workload, services, realServers, links }: Scenario): number {
  const { destinations } = services[workload.to]!
  return Object.values(realServers)
    .filter(({ address, count }) => destinations.some((d) => isAmong(d.address, address, count)))
    .reduce((least, { link }) => Math.min(least, links[link]!.mtuBytes), Infinity)
}

function checkFrames(scenario: Scenario, place: Path, findings: Findings): void {
  const headers = ipHeaderBytes(scenario.services[scenario.workload.to]!.vip | 0) + UDP_HEADER_BYTES
  const least = Math.max(SMALLEST_FRAME_BYTES, headers + ETHERNET_BYTES)
  const what = least > SMALLEST_FRAME_BYTES ? 'a frame of IPv6 and UDP' : 'an Ethernet frame'
  for (const key of ['request', 'response'] as const) {
    const [low, high] = rangeOf(scenario.workload[key])
    const mtu = key === 'request' ? mtuOf(scenario) : serverMtu(scenario)
    const most = mtu + ETHERNET_BYTES
    if (low >= least && high <= most) continue
    const bounds = `${what} has ${least}B to ${most}B here`
    const given = high === Infinity ? 'this distribution has no bounds' : `got ${low}B to ${high}B`
    findings.error([...place, key], `${bounds}, ${low === high ? `got ${low}B` : given}`)
  }
}

function checkConnections(
  scenario: Scenario,
  { clients, share }: PopulationShare,
  findings: Findings,
): void {
  const path = ['clients', clients.name]
  if (clients.established) {
    findings.error(
      [...path, 'established'],
      'only flows of UDP can exist before the run; a TCP request opens a connection',
    )
  }
  const { durationPs } = scenario.time
  const opened = scenario.workload.phases.reduce((sum, phase) => {
    return sum + requestsIn(phase, durationPs - phase.startPs) * share
  }, 0)
  const minutes = Math.max(1, durationPs / 60e12)
  const { addresses, ports } = clients
  if (opened / minutes > addresses * ports.count) {
    findings.warn(
      [...path, 'addresses'],
      `${counted(addresses, 'address opens', 'addresses open')} at most ` +
        `${counted(ports.count, 'connection')} a minute each, too few for this load`,
    )
  }
}

function checkQueues(
  scenario: Scenario,
  service: ServiceSpec,
  { addresses, name, link }: ClientsSpec,
  findings: Findings,
): void {
  const director = scenario.directors[service.director]!
  const nic = new Topology(scenario).cardTowards(director, link)
  if (nic === null || service.protocol === 'tcp' || nic.rss === 'udp4') return
  if (nic.queues > 1 && addresses < 4 * nic.queues) {
    findings.warn(
      ['clients', name, 'addresses'],
      `cards spread UDP over their queues by addresses: ` +
        `${counted(addresses, 'address fills', 'addresses fill')} some of the ${nic.queues} ` +
        `queues of ${director.name}.${nic.name} only (rss "udp4" would use ports too)`,
    )
  }
}

function checkKeepAlive(
  scenario: Scenario,
  service: ServiceSpec,
  place: Path,
  findings: Findings,
): void {
  const { requests, think } = scenario.workload
  const key = requests === undefined ? 'think' : 'requests'
  if (requests === undefined && think === undefined) return
  if (service.protocol === 'udp') {
    findings.error(
      [...place, 'connection', key],
      `service "${service.name}" is of UDP: only TCP has connections to keep`,
    )
  }
}

/** Whether the clients and frames of the scenario do for those of the file. */
function checkReplay(scenario: Scenario, findings: Findings): void {
  const { workload, services, clients } = scenario
  if (workload.replay === undefined) return
  const { name, flows, addresses } = clients[workload.from]!
  const isUdp = services[workload.to]!.protocol === 'udp'
  const [key, one, senders] = isUdp ? ['flows', 'flow', flows] : ['addresses', 'address', addresses]
  if (workload.replay.clients > senders) {
    findings.warn(
      ['clients', name, key],
      `the file has ${counted(workload.replay.clients, 'client')}, here ` +
        `${senders === 1 ? 'is' : 'are'} ${counted(senders, one, key)}: several share one`,
    )
  }
  const cut = countCut(scenario)
  if (cut > 0) {
    findings.warn(
      ['workload', 'replay', 'file'],
      `${cut} of ${counted(workload.replay.atPs.length, 'request')} or their answers ` +
        `${cut === 1 ? 'is larger than a frame and is' : 'are larger than a frame and are'} ` +
        `cut to it: over UDP each is one frame`,
    )
  }
}

/** Parts that nothing uses, thresholds on phases in which nothing is sent. */
function checkIdle(scenario: Scenario, findings: Findings): void {
  const { workload, clients, services, thresholds } = scenario
  const loaded = loadedServices(scenario)
  const senders = sendersOf(scenario).map(({ name }) => name)
  for (const name of Object.keys(clients).filter((other) => !senders.includes(other))) {
    const from = senders.map((sender) => `"${sender}"`).join(' and ')
    findings.warn(['clients', name], `clients "${name}" send nothing: the workload is from ${from}`)
  }
  for (const name of Object.keys(services).filter((other) => !loaded.includes(other))) {
    findings.warn(
      ['services', name],
      `service "${name}" gets no load: the workload is to "${workload.to}"; ` +
        `workload.services loads further ones`,
    )
  }
  const directors = new Set(loaded.flatMap((name) => directorsOf(services[name]!)))
  for (const { of, measure, phase } of thresholds) {
    const path = ['thresholds', `${of}.${measure}`]
    const isWith = measure === 'utilisation' ? directors.has(of) : loaded.includes(of)
    if (!isWith) findings.warn(path, `"${of}" gets no load`)
    const concerned = measure === 'utilisation' ? loaded : [of]
    if (isWith && isSilent(scenario, concerned, phase)) {
      findings.warn(path, `nothing is sent in phase "${phase}"`)
    }
  }
}

/** Whether the load leaves a phase out in which all of those services are to be looked at. */
function isSilent(scenario: Scenario, services: readonly string[], phase: string | null): boolean {
  return services.every((service) => {
    const { workload } = loadOf(scenario, service)!
    const isOpen = workload.users === undefined && workload.packets === undefined
    const spec = workload.phases.find(({ name }) => name === phase)
    return isOpen && spec !== undefined && highestRate(spec) === 0
  })
}
