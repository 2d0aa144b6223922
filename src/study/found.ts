// How long health checks took to find out, over all replications.
import type { ReplicationResult } from '../measure/replication.ts'
import type { FoundOut } from '../measure/summary.ts'
import { overReplications } from './measures.ts'

const PS_PER_SECOND = 1e12

/** By what was found, in the order in which it first was; in each replication the first time. */
export function foundOf(replications: readonly ReplicationResult[]): FoundOut[] {
  const found = new Map<string, number[]>()
  for (const { timeline } of replications) {
    const here = new Set<string>()
    for (const { found: what, afterPs } of timeline) {
      if (what === undefined || afterPs === undefined || here.has(what)) continue
      here.add(what)
      found.set(what, [...(found.get(what) ?? []), afterPs / PS_PER_SECOND])
    }
  }
  return [...found].map(([what, after]) => ({
    what,
    after: overReplications(after, 's'),
    times: after.length,
  }))
}
