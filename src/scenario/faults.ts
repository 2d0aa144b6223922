// Faults of a file in base units, and what only the whole scenario can tell of them: that their
// hosts exist, that they lie within the run, and that two of one kind do not meet.
import { hostNames, namesInWords } from './host-names.ts'
import type { Findings } from './findings.ts'
import { nearest } from './nearest.ts'
import { readRate, readShare } from './networks.ts'
import type { Scenario } from './scenario.ts'
import type { Document } from './schema.ts'
import type { Path } from './source.ts'
import { endOf, followedBy, isLinkFault, type FaultSpec } from './timeline-spec.ts'
import { formatQuantity, parseQuantity } from './units.ts'

type FaultDocument = NonNullable<Document['faults']>[number]

/** In the order of the file. */
export function readFaults(document: Document, findings: Findings): FaultSpec[] {
  return (document.faults ?? []).map((fault, index) =>
    readFault(fault, ['faults', index], findings),
  )
}

function readFault(fault: FaultDocument, path: Path, findings: Findings): FaultSpec {
  const atPs = Math.round(parseQuantity('time', fault.at)!)
  const forPs = readLength(fault.for, [...path, 'for'], findings)
  const moment = { atPs, forPs }
  switch (fault.kind) {
    case 'link-cut':
      return { ...moment, kind: fault.kind, ...placeOf(fault, path, findings) }
    case 'link-loss': {
      const share = readShare(fault.loss, [...path, 'loss'], findings)
      return { ...moment, kind: fault.kind, share, ...placeOf(fault, path, findings) }
    }
    case 'link-rate': {
      const rateBps = readRate(fault.rate, [...path, 'rate'], findings)
      return { ...moment, kind: fault.kind, rateBps, ...placeOf(fault, path, findings) }
    }
    case 'slow-host':
      return { ...moment, kind: fault.kind, host: fault.host, factor: fault.factor }
    case 'script-fails':
      return { ...moment, kind: fault.kind, host: fault.host, script: fault.script }
    case 'process-down':
      return { ...moment, kind: fault.kind, host: fault.host, process: fault.process }
    case 'file-value': {
      const { kind, host, file, value } = fault
      return { ...moment, kind, host, file, value }
    }
    default:
      return { ...moment, kind: fault.kind, host: fault.host }
  }
}

/** Null: no end is given. */
export function readLength(
  text: string | undefined,
  path: Path,
  findings: Findings,
): number | null {
  if (text === undefined) return null
  const ps = Math.round(parseQuantity('time', text)!)
  if (ps <= 0) findings.error(path, `must be more than 0, got "${text}"`)
  return ps
}

function placeOf(
  { host, link }: { host?: string | undefined; link?: string | undefined },
  path: Path,
  findings: Findings,
): { host: string | null; link: string | null } {
  if (host === undefined && link === undefined) {
    findings.error(path, 'say whose wire: "host", like "rs3", or "link" for all of a network')
  }
  return { host: host ?? null, link: link ?? null }
}

/** Names, times and meetings of all faults. */
export function checkFaults(scenario: Scenario, findings: Findings): void {
  scenario.faults.forEach((fault, index) => {
    const path = ['faults', index]
    if (isLinkFault(fault)) checkPlace(scenario, fault, path, findings)
    else checkHost(scenario, fault, path, findings)
    checkReached(scenario, `${fault.kind}${subjectOf(fault)}`, fault.atPs, path, findings)
    const earlier = scenario.faults.slice(0, index).findIndex((other) => meets(other, fault))
    if (earlier >= 0) {
      const kinds = `${scenario.faults[earlier]!.kind} and ${fault.kind}`
      const message = `${kinds}${subjectOf(fault)} are in force at the same time`
      findings.error([...path, 'at'], `${message} (faults[${earlier}])`)
    }
  })
}

/** ' of rs3', ' of lan', ' of chk_nginx on lb1' */
export function subjectOf(fault: FaultSpec): string {
  const followed = followedBy(fault)
  if (followed !== null) return ` of ${followed} on ${fault.host!}`
  return ` of ${fault.host ?? (isLinkFault(fault) ? fault.link : '')}`
}

/** What is to happen when the run is over is told, and happens to nobody. */
export function checkReached(
  { time }: Scenario,
  what: string,
  atPs: number,
  path: Path,
  findings: Findings,
): void {
  if (atPs < time.durationPs) return
  const lasts = formatQuantity('time', time.durationPs)
  findings.warn(
    [...path, 'at'],
    `${what} at ${formatQuantity('time', atPs)} is not reached: the run lasts ${lasts}`,
  )
}

function checkHost(
  scenario: Scenario,
  { kind, host }: FaultSpec & { host: string },
  path: Path,
  findings: Findings,
): void {
  const directors = Object.keys(scenario.directors)
  const servers = serverNames(scenario)
  const at = [...path, 'host']
  if (OF_MACHINES.has(kind)) {
    const known = [...servers, ...directors]
    if (!known.includes(host)) tellUnknown(scenario, host, 'host', known, at, findings)
    return
  }
  const isOfDirectors = OF_DIRECTORS.has(kind)
  const [known, others] = isOfDirectors ? [directors, servers] : [servers, directors]
  const [one, other] = isOfDirectors ? ['director', 'real server'] : ['real server', 'director']
  if (known.includes(host)) return
  if (!others.includes(host)) return tellUnknown(scenario, host, one, known, at, findings)
  findings.error(at, `${kind} befalls ${one}s; "${host}" is a ${other}`)
}

const OF_MACHINES: ReadonlySet<string> = new Set(['host-down', 'host-hang'])
const OF_DIRECTORS: ReadonlySet<string> = new Set([
  ...['keepalived-stop', 'script-fails', 'process-down', 'file-value'],
])

/** A host that does not exist, with what was probably meant. */
export function tellUnknown(
  { realServers }: Scenario,
  host: string,
  what: string,
  known: readonly string[],
  path: Path,
  findings: Findings,
): void {
  const group = Object.values(realServers).find(({ name, count }) => {
    return count > 1 && host.startsWith(name) && /^\d*$/.test(host.slice(name.length))
  })
  const names = namesInWords(known)
  const list = known.length === 0 ? '; there is none' : `; there is ${names}`
  const range = group && ` ("${group.name}" has "${group.name}1" to "${group.name}${group.count}")`
  const hint = group === undefined ? nearest(host, known) : undefined
  findings.error(path, `there is no ${what} "${host}"${range ?? list}`, hint && `"${hint}"`)
}

function checkPlace(
  scenario: Scenario,
  { host, link }: { host: string | null; link: string | null },
  path: Path,
  findings: Findings,
): void {
  const { links } = scenario
  if (link !== null && !Object.hasOwn(links, link)) {
    const names = Object.keys(links)
    const hint = nearest(link, names)
    const list = names.map((name) => `"${name}"`).join(', ')
    findings.error(
      [...path, 'link'],
      `there is no link "${link}"; there is ${list}`,
      hint && `"${hint}"`,
    )
    return
  }
  if (host === null) return
  const networks = networksOf(scenario)
  const own = networks.get(host)
  if (own === undefined) {
    tellUnknown(scenario, host, 'host', [...networks.keys()], [...path, 'host'], findings)
  } else if (link !== null && !own.includes(link)) {
    const list = own.map((name) => `"${name}"`).join(' and ')
    findings.error([...path, 'link'], `${host} is not on "${link}", but on ${list}`)
  }
}

export function serverNames({ realServers }: Scenario): string[] {
  return Object.values(realServers).flatMap((group) => hostNames(group))
}

/** Networks of every host, routers among them. */
function networksOf(scenario: Scenario): Map<string, string[]> {
  const { clients, directors, realServers, routers } = scenario
  const grouped = [...Object.values(clients), ...Object.values(realServers)]
  return new Map([
    ...grouped.flatMap((group) =>
      hostNames(group).map((name): [string, string[]] => [name, [group.link]]),
    ),
    ...Object.values(directors).map(({ name, nics }): [string, string[]] => {
      return [name, nics.map(({ link }) => link)]
    }),
    ...Object.values(routers).map(({ name, ports }): [string, string[]] => {
      return [name, ports.map(({ link }) => link)]
    }),
  ])
}

/** The first of some faults that is in force while another one would be. */
export function meetsAny(one: FaultSpec, others: readonly FaultSpec[]): FaultSpec | undefined {
  return others.find((other) => meets(other, one))
}

/** Two faults of one place that cannot be in force together. */
function meets(one: FaultSpec, other: FaultSpec): boolean {
  if (one.atPs >= endOf(other) || other.atPs >= endOf(one)) return false
  if (isLinkFault(one) && isLinkFault(other)) {
    const isHere = (a: string | null, b: string | null) => a === null || b === null || a === b
    return one.kind === other.kind && isHere(one.host, other.host) && isHere(one.link, other.link)
  }
  if (isLinkFault(one) || isLinkFault(other) || one.host !== other.host) return false
  return aspectOf(one) === aspectOf(other)
}

/** What of a host a fault is about: two of one aspect cannot be in force together. */
function aspectOf(fault: FaultSpec): string {
  const followed = followedBy(fault)
  if (followed !== null) return `${fault.kind} ${followed}`
  return fault.kind === 'slow-host' ? 'speed' : 'machine'
}
