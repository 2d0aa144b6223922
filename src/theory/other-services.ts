// What other services leave of a resource: each takes its rate times the seconds that a request of
// its own takes, part by part (cores of a director, hosts of a group), and the limit is where the
// first part is full.
import type { ResourceLimit, ResourceUse } from './limits.ts'
import { percent } from './places.ts'

/** A smaller share is counted and not worth a word. */
const LEAST_TOLD = 0.0005

/** Another service's load on everything that it uses. */
export interface OtherLoad {
  service: string
  pps: number
  uses: readonly ResourceUse[]
}

/** The limits with the load of the others on top. */
export function limitsBeside(
  uses: readonly ResourceUse[],
  others: readonly OtherLoad[],
): ResourceLimit[] {
  const taken = takenBy(others)
  return uses.map(({ secondsOf, ...limit }) => {
    const used = [...secondsOf].filter(([, seconds]) => seconds > 0)
    const parts = used.map(([part, seconds]) => {
      const key = `${part} ${limit.resource}`
      const share = taken.get(key)?.share ?? 0
      return { mostPps: Math.max(0, 1 - share) / seconds, share, by: taken.get(key)?.by ?? [] }
    })
    if (parts.every(({ share }) => share === 0)) return limit
    const first = parts.reduce((least, part) => (part.mostPps < least.mostPps ? part : least))
    if (first.share < LEAST_TOLD) return { ...limit, mostPps: first.mostPps }
    const note = `${limit.note}; ${percent(first.share)} of it for ${first.by.join(' and ')}`
    return { ...limit, mostPps: first.mostPps, note }
  })
}

/** By part and resource: its share that is taken, and by whom. */
function takenBy(others: readonly OtherLoad[]): Map<string, { share: number; by: string[] }> {
  const taken = new Map<string, { share: number; by: string[] }>()
  for (const { service, pps, uses } of others) {
    for (const { resource, secondsOf } of pps > 0 ? uses : []) {
      for (const [part, seconds] of secondsOf) {
        const key = `${part} ${resource}`
        const { share, by } = taken.get(key) ?? { share: 0, by: [] }
        const names = by.includes(service) ? by : [...by, service]
        taken.set(key, { share: share + pps * seconds, by: names })
      }
    }
  }
  return taken
}
