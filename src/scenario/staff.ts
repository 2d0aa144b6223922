// Who works on the requests of a group of real servers: how many at once, sharing cores or not, how
// many connections they take, and which hosts are slow.
import type { Findings } from './findings.ts'
import { hostNames } from './host-names.ts'
import { nearest } from './nearest.ts'
import type { RealServersSpec } from './scenario.ts'
import type { Document } from './schema.ts'

/** Any number of them, in a number that JSON knows. */
const MOST_WORKERS = 1_000_000_000

/** Workers, limits and slow hosts, as far as they are given. */
export function readStaff(
  name: string,
  servers: NonNullable<Document['realServers']>[string],
  findings: Findings,
): Pick<RealServersSpec, 'workers' | 'maxConnections' | 'slow'> {
  const { discipline = 'fifo', workers, maxConnections, slow, cpu } = servers
  const path = ['realServers', name]
  if (discipline === 'ps' && workers !== undefined && workers <= cpu!.cores!) {
    findings.warn(
      [...path, 'workers'],
      `${workers} workers have a core each of ${cpu!.cores}: nothing is shared, as with "fifo"`,
    )
  }
  const hosts = hostNames({ name, count: servers.count! })
  for (const host of Object.keys(slow ?? {}).filter((other) => !hosts.includes(other))) {
    const hint = nearest(host, hosts)
    const range = hosts.length === 1 ? `"${hosts[0]!}"` : `"${hosts[0]!}" to "${hosts.at(-1)!}"`
    const message = `there is no host "${host}" in "${name}", but ${range}`
    findings.error([...path, 'slow', host], message, hint && `"${hint}"`, 'key')
  }
  const shared = discipline === 'ps' ? MOST_WORKERS : undefined
  const most = workers ?? shared
  return {
    ...(most === undefined ? {} : { workers: most }),
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(slow === undefined ? {} : { slow }),
  }
}
