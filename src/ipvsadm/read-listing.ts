// Reads what `ipvsadm -Ln --stats` or `--rate` printed on a real director (the inverse of
// listing.ts, spec 8.2 to 8.4): services and their servers, five columns of numbers each.
import { formatEndpoint, parseEndpoint } from '../wire/address-text.ts'

export interface ListedRow {
  /** "10.0.0.1:80", in the one spelling that addresses have. */
  endpoint: string
  /** Conns, InPkts, OutPkts, InBytes, OutBytes; of --rate the same per second. */
  values: number[]
}

export interface ListedService extends ListedRow {
  protocol: 'tcp' | 'udp' | 'sctp' | 'fwm'
  servers: ListedRow[]
}

export interface Listing {
  kind: 'stats' | 'rate'
  services: ListedService[]
}

export interface WrongListing {
  /** Counted from 1; null for the text as a whole. */
  line: number | null
  message: string
  hint: string
}

const TITLE = /^Prot\s+LocalAddress:Port\s+(\S+)\s+(\S+)/
const SERVICE = /^(TCP|UDP|SCTP|FWM)\s+(\S+)\s+(.*)$/
const SERVER = /^\s*->\s+(\S+)\s+(.*)$/
const FACTORS: Record<string, number> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 }
const HOW = 'Give the output of `ipvsadm -Ln --stats` or `ipvsadm -Ln --rate`.'

/** The listing, or the first line that is none. */
export function readListing(text: string): Listing | WrongListing {
  const lines = text.split('\n').map((line) => line.trimEnd())
  const title = lines.findIndex((line) => TITLE.test(line))
  const column = TITLE.exec(lines[title] ?? '')?.[1]
  if (column !== 'Conns' && column !== 'CPS') {
    const line = title === -1 ? null : title + 1
    return { line, message: 'this is no listing with counters or rates', hint: HOW }
  }
  const services: ListedService[] = []
  for (const [index, line] of lines.entries()) {
    if (index <= title || line === '' || line.includes('RemoteAddress:Port')) continue
    const wrong = readLine(line, services)
    if (wrong !== null) return { line: index + 1, ...wrong }
  }
  if (services.length === 0) {
    return { line: null, message: 'the listing holds no virtual service', hint: HOW }
  }
  return { kind: column === 'Conns' ? 'stats' : 'rate', services }
}

/** Adds what the line says; null when it is right. */
function readLine(
  line: string,
  services: ListedService[],
): Pick<WrongListing, 'message' | 'hint'> | null {
  const service = SERVICE.exec(line)
  const server = SERVER.exec(line)
  if (service === null && server === null) {
    return { message: `expected a service or "-> server", got "${line.trim()}"`, hint: HOW }
  }
  const isMark = service?.[1] === 'FWM'
  const [, name = '', rest = ''] = server ?? service!.slice(1)
  const numbers = isMark ? rest.replace(/^IPv6\s+/, '') : rest
  const endpoint = isMark ? name : canonical(name)
  if (endpoint === null) {
    const hint = 'Names cannot be matched: list with -n.'
    return { message: `expected an address and a port, got "${name}"`, hint }
  }
  const values = numbers.trim().split(/\s+/).map(numberOf)
  if (values.length !== 5 || values.some(Number.isNaN)) {
    return { message: `expected five numbers, got "${numbers.trim()}"`, hint: HOW }
  }
  if (server === null) {
    const protocol = service![1]!.toLowerCase() as ListedService['protocol']
    services.push({ protocol, endpoint, values, servers: [] })
    return null
  }
  const last = services.at(-1)
  if (last === undefined) return { message: 'a server stands before any service', hint: HOW }
  last.servers.push({ endpoint, values })
  return null
}

function canonical(name: string): string | null {
  const parsed = parseEndpoint(name)
  return parsed === null ? null : formatEndpoint(parsed.address, parsed.port)
}

/** "12K" is 12 thousand, cut off. */
function numberOf(text: string): number {
  const match = /^(\d+)([KMGT]?)$/.exec(text)
  return match === null ? NaN : Number(match[1]) * FACTORS[match[2]!]!
}
