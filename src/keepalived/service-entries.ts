// The IPVS services that a virtual server stands for, and the port that a server has in each (spec
// healthchecks.md, 5.5; recordings keepalived-import).
import { addressAt, isIpv6, type Address } from '../wire/address.ts'
import type { GroupLine } from './conf-groups.ts'
import type { Method } from './conf-methods.ts'
import type { VirtualHead } from './conf-heads.ts'

export interface ServiceEntry {
  /** 0 if it is a firewall mark. */
  address: Address
  port: number
  /** 0 if it is an address. */
  mark: number
  family: 4 | 6
}

/** In the order in which keepalived adds them. */
export function entriesOf(
  head: VirtualHead,
  lines: readonly GroupLine[],
  family: 4 | 6,
): ServiceEntry[] {
  if (head.kind === 'group') return lines.flatMap((line) => expanded(line, family))
  const { address, port, mark } = head
  return [{ address, port, mark, family }]
}

function expanded({ first, count, port, mark }: GroupLine, family: 4 | 6): ServiceEntry[] {
  if (mark !== 0) return [{ address: 0, port: 0, mark, family }]
  return Array.from({ length: count }, (_, index) => {
    const address = addressAt(first, index)
    return { address, port, mark: 0, family: isIpv6(address) ? (6 as const) : (4 as const) }
  })
}

/**
 * The port of a server in one service: without translation it is the service's, whatever was
 * written, and a mark has none.
 */
export function portIn(entry: ServiceEntry, method: Method, port: number): number {
  if (method.name === 'NAT') return port
  return entry.mark !== 0 ? 0 : entry.port
}
