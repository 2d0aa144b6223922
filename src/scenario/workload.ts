// The load of a file in base units: who sends, when, how much, how often on one connection; and
// which of these do not go together.
import type { DistributionSpec } from '../kernel/distributions.ts'
import { readDistribution } from './distribution.ts'
import type { Findings } from './findings.ts'
import type { WorkloadSpec } from './scenario.ts'
import type { DistributionDocument, Document } from './schema.ts'
import type { Path } from './source.ts'

type WorkloadDocument = NonNullable<Document['workload']>

/** What the workload and the loads to further services both say. */
export type LoadDocument = Pick<
  WorkloadDocument,
  'from' | 'arrivals' | 'popularity' | 'request' | 'response' | 'connection'
>
export type LoadSpec = Pick<
  WorkloadSpec,
  'from' | 'mix' | 'arrivals' | 'popularity' | 'request' | 'response' | 'requests' | 'think'
>

/** All but phases, further services and recorded requests; null with findings. */
export function readWorkload(
  document: Document,
  findings: Findings,
): Omit<WorkloadSpec, 'phases' | 'replay' | 'services'> | null {
  const workload = document.workload!
  checkTogether(workload, findings)
  const { to = '', users } = workload
  const load = readLoad(workload, ['workload'], findings)
  const place = ['workload', 'users', 'think']
  const usersThink = readDistribution('time', users?.think ?? '0ps', place, findings)
  if (load === null || usersThink === null) return null
  const { from, mix, arrivals, popularity, request, response, requests, think } = load
  return {
    ...{ from, ...(mix === undefined ? {} : { mix }) },
    ...{ to, arrivals, popularity, request, response },
    dontFragment: workload.dontFragment !== false,
    ...(requests === undefined ? {} : { requests }),
    ...(think === undefined ? {} : { think }),
    ...(users === undefined ? {} : { users: { count: users.count, think: usersThink } }),
  }
}

/** Load to one service, given there; null with findings. */
export function readLoad(load: LoadDocument, path: Path, findings: Findings): LoadSpec | null {
  const { arrivals, popularity, connection } = load
  const read = (kind: 'size' | 'time', given: DistributionDocument | undefined, ...at: string[]) =>
    readDistribution(kind, given ?? '0ps', [...path, ...at], findings)
  const request = read('size', load.request, 'request')
  const response = read('size', load.response, 'response')
  const think = read('time', connection?.think, 'connection', 'think')
  if (request === null || response === null || think === null) return null
  const requests = requestsOf(connection?.requests, path, findings)
  return {
    ...readFrom(load.from ?? '', path, findings),
    arrivals:
      typeof arrivals === 'object' ? { kind: 'bursts', size: arrivals.size } : { kind: arrivals! },
    popularity:
      typeof popularity === 'object'
        ? { kind: 'zipf', exponent: popularity.exponent }
        : { kind: popularity! },
    request,
    response,
    ...(requests === null ? {} : { requests }),
    ...(connection?.think === undefined ? {} : { think }),
  }
}

function readFrom(
  from: NonNullable<WorkloadDocument['from']>,
  path: Path,
  findings: Findings,
): Pick<WorkloadSpec, 'from' | 'mix'> {
  if (typeof from === 'string') return { from }
  const total = from.reduce((sum, { share }) => sum + share, 0)
  const names = from.map(({ clients }) => clients)
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0) {
    const place = [...path, 'from', twice, 'clients']
    findings.error(place, `clients "${names[twice]!}" are given twice: add their shares up`)
  }
  if (from.length === 1) return { from: names[0]! }
  const mix = from.map(({ clients, share }) => ({ clients, share: share / total }))
  return { from: names[0]!, mix }
}

type Requests = NonNullable<WorkloadDocument['connection']>['requests']

/** Requests of a connection; null when it is one each. */
function requestsOf(requests: Requests, path: Path, findings: Findings): DistributionSpec | null {
  if (requests === undefined || requests === 1) return null
  if (typeof requests === 'number') return { kind: 'constant', value: requests }
  if (requests.kind === 'geometric') return { kind: 'geometric', mean: requests.mean }
  const { low, high } = requests
  if (low > high) {
    findings.error([...path, 'connection', 'requests'], 'low lies above high')
    return null
  }
  // Drawn values are rounded: half a step more on either side makes whole numbers equally likely.
  return { kind: 'uniform', low: low - 0.5, high: high + 0.5 }
}

function checkTogether(workload: WorkloadDocument, findings: Findings): void {
  const { replay, users, connection, from, phases = [] } = workload
  if (replay !== undefined) {
    const refuse = (key: string, why: string) => {
      findings.error(['workload', key], `not with workload.replay: ${why}`, undefined, 'key')
    }
    if (users !== undefined) refuse('users', 'the file says when requests leave')
    if (connection !== undefined) refuse('connection', 'a file has one request a connection')
    if (Array.isArray(from) && from.length > 1) refuse('from', 'a file is of one population')
  }
  if (users === undefined) return
  for (const [index, { rate }] of phases.entries()) {
    if (rate === undefined) continue
    const message = 'not used: workload.users ask as often as they are answered'
    findings.warn(['workload', 'phases', index, 'rate'], message)
  }
}
