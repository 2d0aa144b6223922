// Where a director of ours did not do what the kernel did.

export interface Difference {
  /** What was compared: `frames[0].ttl`, `show ipvsadm -Ln`. */
  what: string
  kernel: string
  ours: string
}

/** What was compared, whether it differed or not. */
export interface Tally {
  decisions: number
  packets: number
  bytes: number
  listings: number
}

export function noTally(): Tally {
  return { decisions: 0, packets: 0, bytes: 0, listings: 0 }
}

export function addTally(sum: Tally, more: Tally): void {
  sum.decisions += more.decisions
  sum.packets += more.packets
  sum.bytes += more.bytes
  sum.listings += more.listings
}

/** Collects what differs in one step. */
export class Comparison {
  readonly differences: Difference[] = []
  readonly tally: Tally = noTally()

  /** Two values of any shape, compared as JSON with sorted keys. */
  same(what: string, kernel: unknown, ours: unknown): void {
    const [left, right] = [textOf(kernel), textOf(ours)]
    if (left !== right) this.differs(what, left, right)
  }

  differs(what: string, kernel: string, ours: string): void {
    this.differences.push({ what, kernel, ours })
  }
}

/** JSON with the keys of objects in order; texts as they are. */
export function textOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  return typeof value === 'string' ? value : JSON.stringify(sorted(value))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]))
}
