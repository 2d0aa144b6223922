// The load of a file in base units: who sends, when, how much, how often on one connection; and
// which of these do not go together.
import type { DistributionSpec } from '../kernel/distributions.ts'
import { readDistribution } from './distribution.ts'
import type { Findings } from './findings.ts'
import type { WorkloadSpec } from './scenario.ts'
import type { DistributionDocument, Document } from './schema.ts'

type WorkloadDocument = NonNullable<Document['workload']>

/** All but phases and recorded requests; null with findings. */
export function readWorkload(
  document: Document,
  findings: Findings,
): Omit<WorkloadSpec, 'phases' | 'replay'> | null {
  const workload = document.workload!
  checkTogether(workload, findings)
  const { to = '', arrivals, popularity, users, connection } = workload
  const read = (kind: 'size' | 'time', given: DistributionDocument | undefined, ...at: string[]) =>
    readDistribution(kind, given ?? '0ps', ['workload', ...at], findings)
  const request = read('size', workload.request, 'request')
  const response = read('size', workload.response, 'response')
  const usersThink = read('time', users?.think, 'users', 'think')
  const think = read('time', connection?.think, 'connection', 'think')
  if (request === null || response === null || usersThink === null || think === null) return null
  const requests = requestsOf(connection?.requests, findings)
  return {
    ...readFrom(workload.from ?? '', findings),
    to,
    arrivals:
      typeof arrivals === 'object' ? { kind: 'bursts', size: arrivals.size } : { kind: arrivals! },
    popularity:
      typeof popularity === 'object'
        ? { kind: 'zipf', exponent: popularity.exponent }
        : { kind: popularity! },
    request,
    response,
    dontFragment: workload.dontFragment !== false,
    ...(requests === null ? {} : { requests }),
    ...(connection?.think === undefined ? {} : { think }),
    ...(users === undefined ? {} : { users: { count: users.count, think: usersThink } }),
  }
}

function readFrom(
  from: NonNullable<WorkloadDocument['from']>,
  findings: Findings,
): Pick<WorkloadSpec, 'from' | 'mix'> {
  if (typeof from === 'string') return { from }
  const total = from.reduce((sum, { share }) => sum + share, 0)
  const names = from.map(({ clients }) => clients)
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0) {
    const place = ['workload', 'from', twice, 'clients']
    findings.error(place, `clients "${names[twice]!}" are given twice: add their shares up`)
  }
  if (from.length === 1) return { from: names[0]! }
  const mix = from.map(({ clients, share }) => ({ clients, share: share / total }))
  return { from: names[0]!, mix }
}

type Requests = NonNullable<WorkloadDocument['connection']>['requests']

/** Requests of a connection; null when it is one each. */
function requestsOf(requests: Requests, findings: Findings): DistributionSpec | null {
  if (requests === undefined || requests === 1) return null
  if (typeof requests === 'number') return { kind: 'constant', value: requests }
  if (requests.kind === 'geometric') return { kind: 'geometric', mean: requests.mean }
  const { low, high } = requests
  if (low > high) {
    findings.error(['workload', 'connection', 'requests'], 'low lies above high')
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
