// What operators do during a run, in base units. A new kind has its shape in schema-timeline.ts,
// its meaning in operations.ts and what it does in operation-deeds.ts.

export type OperationSpec = { atPs: number } & (
  | {
      kind: 'ipvsadm'
      director: string
      /** Command lines, each without the program's name. */
      lines: string[]
    }
  /** In all services of all directors; for a while, or to the end. */
  | { kind: 'weight'; host: string; weight: number; forPs: number | null }
  | {
      kind: 'restart'
      /** One after the other. */
      hosts: string[]
      /** Weight 0 for so long before the program ends; 0: it ends with all that it is doing. */
      drainPs: number
      downPs: number
      /** From the end of one to the beginning of the next. */
      pausePs: number
    }
  /** A director leaves the route that it shares with others; for a while, or to the end. */
  | { kind: 'withdraw'; director: string; forPs: number | null }
  /** keepalived reads another configuration. */
  | { kind: 'reload'; director: string; keepalived: string }
)

/** One server's part of a restart. */
export interface RestartStep {
  host: string
  /** When its weight falls to 0, its program ends, and is there again. */
  fromPs: number
  downPs: number
  upPs: number
}

export function stepsOf(operation: OperationSpec & { kind: 'restart' }): RestartStep[] {
  const { atPs, hosts, drainPs, downPs, pausePs } = operation
  return hosts.map((host, index) => {
    const fromPs = atPs + index * (drainPs + downPs + pausePs)
    return { host, fromPs, downPs: fromPs + drainPs, upPs: fromPs + drainPs + downPs }
  })
}

/** When the last of it is done. */
export function doneAt(operation: OperationSpec): number {
  if (operation.kind === 'restart') return stepsOf(operation).at(-1)!.upPs
  const isForAWhile = operation.kind === 'weight' || operation.kind === 'withdraw'
  return operation.atPs + (isForAWhile ? (operation.forPs ?? 0) : 0)
}

/** 'restart of rs1 and rs2' */
export function titleOf(operation: OperationSpec): string {
  switch (operation.kind) {
    case 'restart':
      return `restart of ${operation.hosts.join(', ')}`
    case 'weight':
      return `weight of ${operation.host}`
    default:
      return `${operation.kind} on ${operation.director}`
  }
}
