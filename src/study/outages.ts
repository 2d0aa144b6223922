// Spans without service over all replications, by address and cause: how long, what a take-over was
// made of, and what became of connections. Of a service all its address went through, together.
import type { FateCounts, OutageResult, OutageSummary } from '../measure/outages.ts'
import type { ReplicationResult } from '../measure/replication.ts'
import type { ServiceSummary } from '../measure/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { formatAddress } from '../wire/address-text.ts'
import { overReplications, sum } from './measures.ts'

const PS_PER_SECOND = 1_000_000_000_000
type Part = 'detectionPs' | 'electionPs' | 'arpPs'

/** Null where no address moves. */
export function outageSummaries(
  replications: readonly ReplicationResult[],
): OutageSummary[] | null {
  if (replications.every(({ outages }) => outages === undefined)) return null
  const lists = replications.map(({ outages = [] }) => outages)
  const keys = [...new Map(lists.flat().map((each) => [keyOf(each), each])).values()]
  return keys.map((first) => {
    const own = lists.map((list) => list.filter((each) => keyOf(each) === keyOf(first)))
    return summaryOf(first, own)
  })
}

/** What a service's address went through in a replication; nothing where it cannot move. */
export function availabilityOf(
  replications: readonly ReplicationResult[],
  { services }: Scenario,
  service: string,
): Pick<ServiceSummary, 'outage' | 'connections'> {
  const { vip, protocol } = services[service]!
  const text = formatAddress(vip | 0)
  if (replications.every(({ outages }) => outages === undefined)) return {}
  const lists = replications.map(({ outages = [] }) => {
    return outages.filter(({ address }) => address === text)
  })
  const lengths = lists.map((list) => list.map(({ fromPs, toPs }) => toPs - fromPs))
  const seconds = (lengthOf: (own: readonly number[]) => number) => {
    return overReplications(
      lengths.map((own) => lengthOf(own) / PS_PER_SECOND),
      's',
    )
  }
  const counts = (fate: keyof FateCounts) => {
    return overReplications(
      lists.map((list) => sum(list.map(({ connections }) => connections[fate]))),
      '1',
    )
  }
  return {
    outage: { total: seconds(sum), longest: seconds((own) => Math.max(0, ...own)) },
    ...(protocol === 'udp'
      ? {}
      : {
          connections: { kept: counts('kept'), reset: counts('reset'), stuck: counts('stuck') },
        }),
  }
}

function keyOf({ address, cause }: OutageResult): string {
  return `${address} ${cause}`
}

/** `own`: those of each replication, which may have none. */
function summaryOf(first: OutageResult, own: readonly OutageResult[][]): OutageSummary {
  const all = own.flat()
  const lastPs = ({ fromPs, toPs }: OutageResult): number => toPs - fromPs
  const seconds = (values: number[]) => values.map((ps) => ps / PS_PER_SECOND)
  const takenBy = [...new Set(all.flatMap(({ takenBy: by }) => by ?? []))]
  const part = (name: Part) => {
    const known = all.flatMap((each) => each[name] ?? [])
    return known.length === 0 ? null : overReplications(seconds(known), 's')
  }
  const counts = (name: keyof FateCounts) => {
    return overReplications(
      own.map((list) => sum(list.map(({ connections }) => connections[name]))),
      '1',
    )
  }
  return {
    ...{ address: first.address, cause: first.cause, takenBy },
    times: overReplications(
      own.map(({ length }) => length),
      '1',
    ),
    isOver: all.every(({ isOver }) => isOver),
    length: overReplications(seconds(all.map(lastPs)), 's'),
    withoutService: overReplications(seconds(own.map((list) => sum(list.map(lastPs)))), 's'),
    ...{ detection: part('detectionPs'), election: part('electionPs'), arp: part('arpPs') },
    connections: {
      ...{ open: counts('open'), kept: counts('kept'), reset: counts('reset') },
      ...{ stuck: counts('stuck'), tried: counts('tried'), answered: counts('answered') },
      failed: counts('failed'),
    },
  }
}
