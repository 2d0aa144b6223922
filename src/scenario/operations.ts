// Operations of a file in base units, and what only the whole scenario can tell of them.
import { readChanges } from '../ipvsadm/changes.ts'
import { isChecked } from './build-checks.ts'
import { checkReached, meetsAny, readLength, serverNames, tellUnknown } from './faults.ts'
import type { Findings } from './findings.ts'
import { hostNames } from './host-names.ts'
import { tellConf } from './kept-services.ts'
import { nearest } from './nearest.ts'
import { doneAt, stepsOf, titleOf, type OperationSpec } from './operation-spec.ts'
import type { RealServersSpec, Scenario } from './scenario.ts'
import type { Document } from './schema.ts'
import { isServedBy } from './served-by.ts'
import type { Path } from './source.ts'
import { parseQuantity } from './units.ts'
import { checkReloadedVrrp } from './vrrp-files.ts'

type OperationDocument = NonNullable<Document['operations']>[number]

/** In the order of the file; one that is wrong is left out. */
export function readOperations(
  document: Document,
  groups: Record<string, RealServersSpec>,
  findings: Findings,
): OperationSpec[] {
  return (document.operations ?? []).flatMap((operation, index) => {
    const path = ['operations', index]
    const director = directorOf(operation, document, path, findings)
    return readOperation(operation, director, groups, path, findings) ?? []
  })
}

function readOperation(
  operation: OperationDocument,
  director: string,
  groups: Record<string, RealServersSpec>,
  path: Path,
  findings: Findings,
): OperationSpec | null {
  const atPs = Math.round(parseQuantity('time', operation.at)!)
  switch (operation.kind) {
    case 'ipvsadm': {
      const text = [operation.run].flat().join('\n')
      const { commands, problems } = readChanges(text)
      for (const { line, message, suggestion } of problems) {
        findings.error([...path, 'run'], `${message} (line ${line})`, suggestion)
      }
      if (commands.length === 0 && problems.length === 0) {
        findings.error(
          [...path, 'run'],
          'there is no command, like "-e -t VIP:PORT -r RS:PORT -w 0"',
        )
      }
      return { atPs, kind: 'ipvsadm', director, lines: commands.map((words) => words.join(' ')) }
    }
    case 'weight':
    case 'drain': {
      const forPs = readLength(operation.for, [...path, 'for'], findings)
      const weight = operation.kind === 'weight' ? operation.weight : 0
      return { atPs, kind: 'weight', host: operation.host, weight, forPs }
    }
    case 'withdraw': {
      const forPs = readLength(operation.for, [...path, 'for'], findings)
      return { atPs, kind: 'withdraw', director, forPs }
    }
    case 'restart':
      return readRestart(operation, atPs, groups, path, findings)
    case 'reload':
      return {
        atPs,
        kind: 'reload',
        director,
        keepalived: [operation.keepalived].flat().join('\n'),
      }
  }
}

function readRestart(
  operation: OperationDocument & { kind: 'restart' },
  atPs: number,
  groups: Record<string, RealServersSpec>,
  path: Path,
  findings: Findings,
): OperationSpec | null {
  const { host, servers } = operation
  if ((host === undefined) === (servers === undefined)) {
    findings.error(path, 'say what is restarted: "host", like "rs3", or "servers", a group of them')
    return null
  }
  const group = servers === undefined ? undefined : groups[servers]
  if (servers !== undefined && group === undefined) {
    const names = Object.keys(groups)
    const hint = nearest(servers, names)
    const list = names.map((name) => `"${name}"`).join(', ')
    const message = `there is no group of real servers "${servers}"; there is ${list}`
    findings.error([...path, 'servers'], message, hint && `"${hint}"`)
    return null
  }
  const time = (key: 'drain' | 'pause') => {
    return Math.round(parseQuantity('time', operation[key] ?? '0s')!)
  }
  return {
    ...{ atPs, kind: 'restart', drainPs: time('drain'), pausePs: time('pause') },
    hosts: group === undefined ? [host!] : hostNames(group),
    downPs: readLength(operation.down, [...path, 'down'], findings)!,
  }
}

/** The one named, or the only one there is; '' where it does not matter. */
function directorOf(
  operation: OperationDocument,
  { directors = {} }: Document,
  path: Path,
  findings: Findings,
): string {
  const { kind } = operation
  if (kind !== 'ipvsadm' && kind !== 'reload' && kind !== 'withdraw') return ''
  const names = Object.keys(directors)
  const { director = names.length === 1 ? names[0]! : '' } = operation
  if (names.includes(director)) return director
  const list = names.map((name) => `"${name}"`).join(', ')
  const hint = nearest(director, names)
  const message =
    director === ''
      ? `say on which director: there is ${list}`
      : `there is no director "${director}"; there is ${list}`
  const place = operation.director === undefined ? path : [...path, 'director']
  findings.error(place, message, hint && `"${hint}"`)
  return director
}

/** Names and times of all operations, and whether they meet faults. */
export function checkOperations(scenario: Scenario, findings: Findings): void {
  const servers = serverNames(scenario)
  scenario.operations.forEach((operation, index) => {
    const path = ['operations', index]
    checkReached(scenario, titleOf(operation), operation.atPs, path, findings)
    if (operation.kind === 'weight' && !servers.includes(operation.host)) {
      const at = [...path, 'host']
      tellUnknown(scenario, operation.host, 'real server', servers, at, findings)
    }
    if (operation.kind === 'restart') checkRestart(scenario, operation, servers, path, findings)
    if (operation.kind === 'withdraw' && !isInRoute(scenario, operation.director)) {
      const { director } = operation
      const message = `"${director}" is no director of "ecmp": it has no route to withdraw`
      findings.error([...path, 'director'], message)
    }
    if (operation.kind === 'reload') checkReload(scenario, operation, path, findings)
  })
}

function isInRoute({ ecmp }: Scenario, director: string): boolean {
  return ecmp?.directors.includes(director) ?? false
}

function checkRestart(
  scenario: Scenario,
  operation: OperationSpec & { kind: 'restart' },
  servers: readonly string[],
  path: Path,
  findings: Findings,
): void {
  const { hosts } = operation
  const unknown = hosts.find((host) => !servers.includes(host))
  if (unknown !== undefined) {
    return tellUnknown(scenario, unknown, 'real server', servers, [...path, 'host'], findings)
  }
  if (operation.atPs < scenario.time.durationPs && doneAt(operation) > scenario.time.durationPs) {
    findings.warn(path, `the ${titleOf(operation)} is not done when the run ends`)
  }
  for (const { host, downPs, upPs } of stepsOf(operation)) {
    const down = { kind: 'app-down' as const, host, atPs: downPs, forPs: upPs - downPs }
    const met = meetsAny(down, scenario.faults)
    if (met === undefined) continue
    findings.error(path, `${met.kind} of ${host} is in force while it is restarted`)
  }
}

function checkReload(
  scenario: Scenario,
  { director, keepalived }: OperationSpec & { kind: 'reload' },
  path: Path,
  findings: Findings,
): void {
  const isChecking = Object.values(scenario.services).some((service) => {
    return isChecked(service) && isServedBy(service, director)
  })
  if (!isChecking) {
    const message = `no service of ${director} has a healthCheck: no keepalived runs there`
    return findings.error(path, message)
  }
  const at = [...path, 'keepalived']
  const { fatal, rules } = tellConf(keepalived, director, at, findings)
  if (fatal !== null) return
  if (rules === '') findings.error(at, 'it has no virtual_server that can be simulated')
  checkReloadedVrrp(scenario, director, keepalived, at, findings)
}
