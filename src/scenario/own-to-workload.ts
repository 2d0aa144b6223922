// Keys of the workload that loads to further services have not, and why: who writes them there has
// read of them, and is told where they belong.
import type { Path } from './source.ts'

const REASONS: ReadonlyMap<string, string> = new Map([
  ['users', 'users wait for the service of the workload; further services have rates'],
  ['replay', 'a file has the requests of one service, the workload; further services have rates'],
  ['packets', 'packets without connections go to the service of the workload'],
  ['phases', 'the phases are those of the workload; give "rates" by their names'],
  ['dontFragment', 'hosts set DF for all that they send: it is said in the workload'],
  ['to', 'the key itself is the name of the service'],
])

/** Why the key is not taken at that place; undefined where nothing is known of it. */
export function reasonElsewhere(path: Path, key: string): string | undefined {
  const [first, second, ...rest] = path
  const isFurtherLoad = first === 'workload' && second === 'services' && rest.length === 1
  const reason = isFurtherLoad ? REASONS.get(key) : undefined
  return reason === undefined ? undefined : `"${key}" is the workload's own: ${reason}`
}
