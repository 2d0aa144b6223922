// Looks at a director as the recorder did: through the files below /proc/net and ipvsadm's
// listings.
import { readProc } from '../machine/proc.ts'
import { ipv4 } from '../wire/address.ts'
import { formatEndpoint, parseAddress } from '../wire/address-text.ts'
import type { Bench } from './bench.ts'
import type { ConnectionLine, DestinationLines } from './outcome.ts'

/** The connections with what they have left at a time, sorted. */
export function connectionLines(bench: Bench, at: number): ConnectionLine[] {
  const text = readProc(bench.machine.ipvs, 'ip_vs_conn', at)!
  const lines = text.split('\n').slice(1, -1)
  return lines.map(connectionLine).sort()
}

function connectionLine(line: string): ConnectionLine {
  const [protocol = '', ...words] = line.trim().split(/\s+/)
  const ends = [0, 2, 4].map((at) => endOf(words[at]!, words[at + 1]!))
  return [protocol, ...ends, ...words.slice(6)].join(' ')
}

/** Services and their destinations, in the director's order. */
export function destinationLines(bench: Bench): DestinationLines {
  const text = readProc(bench.machine.ipvs, 'ip_vs', bench.now)!
  const table: DestinationLines = {}
  let current: string[] = []
  for (const line of text.split('\n').slice(3, -1)) {
    const [first = '', second = '', ...rest] = line.trim().split(/\s+/)
    if (first === '->') {
      current.push([endpointOf(second), ...rest].join(' '))
      continue
    }
    const isMark = first === 'FWM'
    const name = isMark ? `FWM ${Number.parseInt(second, 16)}` : `${first} ${endpointOf(second)}`
    current = []
    table[[name, ...rest].join(' ')] = current
  }
  return table
}

/** `0A000064:0050` or `[2001:...]:0050` as an endpoint. */
function endpointOf(text: string): string {
  const colon = text.lastIndexOf(':')
  return endOf(text.slice(0, colon), text.slice(colon + 1))
}

function endOf(address: string, port: string): string {
  const number =
    address.length === 8 && !address.includes(':')
      ? ipv4(Number.parseInt(address, 16))
      : parseAddress(address.replace(/[[\]]/g, ''))!
  return formatEndpoint(number, Number.parseInt(port, 16))
}
