// Packets that came to servers past the director, by ARP: fairness knows nothing of that spread.
import type { ReplicationResult } from '../measure/replication.ts'
import type { Summary } from '../measure/summary.ts'
import { overReplications } from './measures.ts'

/** Of all servers that got any in some replication; none where nothing came past. */
export function pastDirector(replications: readonly ReplicationResult[]): Pick<Summary, 'past'> {
  const counts = new Map<string, number[]>()
  replications.forEach(({ past = [] }, replication) => {
    for (const { host, packets } of past) {
      const own = counts.get(host) ?? Array<number>(replications.length).fill(0)
      own[replication] = packets
      counts.set(host, own)
    }
  })
  if (counts.size === 0) return {}
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    past: rows.map(([host, own]) => ({ host, packets: overReplications(own, '1') })),
  }
}
