// The range of source ports of clients, as `sysctl net.ipv4.ip_local_port_range` prints it or with
// a dash between its ends.
import { LINUX_PORTS, type PortRange } from '../net/port-range.ts'
import type { Findings } from './findings.ts'
import type { Path } from './source.ts'

const MOST_PORT = 65_535

/** "1024-65535" or "1024 65535"; Linux's own range when nothing is given. */
export function readPorts(text: string | undefined, path: Path, findings: Findings): PortRange {
  if (text === undefined) return LINUX_PORTS
  const match = /^\s*(\d{1,5})(?:\s*-\s*|\s+)(\d{1,5})\s*$/.exec(text)
  const [first, last] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)]
  if (first >= 1 && first <= last && last <= MOST_PORT) return { first, count: last - first + 1 }
  const isTurned = match !== null && last >= 1 && last < first && first <= MOST_PORT
  findings.error(
    path,
    `expected two ports from 1 to ${MOST_PORT}, like "1024-65535", got "${text}"`,
    isTurned ? `"${last}-${first}"` : undefined,
  )
  return LINUX_PORTS
}
