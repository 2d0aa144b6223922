// Values of ipvsadm's options: decimal numbers, and addresses in the forms that the BSD parser
// takes. Host names are not resolved: a simulation does not ask the network.
import { nearest, Refusal } from './problem.ts'
import type { Word } from './words.ts'

export const MOST_INTEGER = 2_147_483_647
const MOST_PORT = 65_535

/** Of /etc/services, what people balance. */
const SERVICE_PORTS: ReadonlyMap<string, number> = new Map([
  ['ftp', 21],
  ['ssh', 22],
  ['telnet', 23],
  ['smtp', 25],
  ['domain', 53],
  ['tftp', 69],
  ['http', 80],
  ['pop3', 110],
  ['ntp', 123],
  ['imap2', 143],
  ['snmp', 161],
  ['ldap', 389],
  ['https', 443],
  ['submission', 587],
  ['syslog', 514],
  ['ldaps', 636],
  ['imaps', 993],
  ['pop3s', 995],
  ['radius', 1812],
  ['mysql', 3306],
  ['sip', 5060],
  ['postgresql', 5432],
  ['http-alt', 8080],
])

export interface Endpoint {
  /** Unsigned; null for IPv6, which has no number. */
  address: number | null
  /** null when none was written. */
  port: number | null
}

/** A whole number within bounds, in decimal digits. */
export function readInteger(word: Word, low: number, high: number, error: string): number {
  const value = Number(word.text)
  if (!/^[+-]?\d+$/.test(word.text) || value < low || value > high) {
    throw new Refusal(word, error, { expected: `a number from ${low} to ${high}`, got: word.text })
  }
  return value
}

/** `host[:port]`, as of -t, -u, --sctp-service and -r. */
export function readEndpoint(word: Word, kind: 'virtual' | 'real'): Endpoint {
  const { text } = word
  const refuse = (suggestion?: string) =>
    new Refusal(word, `illegal ${kind} server address[:port] specified`, {
      expected: 'an IPv4 address and a port, as in 10.0.0.11:80',
      got: text,
      ...(suggestion === undefined ? {} : { suggestion }),
    })
  if (/^\d*$/.test(text)) throw refuse()
  if (text.startsWith('[')) {
    const match = /^\[([0-9a-f:.]+)\]:(.+)$/i.exec(text)
    if (match === null || !looksLikeIpv6(match[1]!)) throw refuse('write [address]:port')
    return { address: null, port: readPort(match[2]!, refuse) }
  }
  if (looksLikeIpv6(text)) return { address: null, port: null }
  const colon = text.lastIndexOf(':')
  const host = colon < 0 ? text : text.slice(0, colon)
  const address = parseAddress(host)
  if (address === null) throw refuse(hostHint(host))
  return { address, port: colon < 0 ? null : readPort(text.slice(colon + 1), refuse) }
}

function hostHint(host: string): string | undefined {
  if (host.includes('$')) return 'variables of the shell are not expanded here'
  if (!/^[a-z][\w.-]*$/i.test(host)) return undefined
  return 'names are not resolved here: write the address (ipvsadm -S -n prints numbers)'
}

function readPort(text: string, refuse: (suggestion?: string) => Refusal): number {
  if (/^\d+$/.test(text)) {
    const port = Number(text)
    if (port > MOST_PORT) throw refuse(`ports end at ${MOST_PORT}`)
    return port
  }
  const port = SERVICE_PORTS.get(text)
  if (port !== undefined) return port
  const near = nearest(text, SERVICE_PORTS.keys())
  throw refuse(near === undefined ? 'write the port as a number' : `the service name ${near}`)
}

function looksLikeIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && text.split(':').length > 2
}

/** -M: dotted quad, or any form of an address, so that `24` is 0.0.0.24. */
export function readMask(word: Word, isIpv6: boolean): void {
  if (isIpv6) {
    readInteger(word, 1, 128, 'illegal ipv6 netmask specified')
    return
  }
  if (parseAddress(word.text) !== null) return
  throw new Refusal(word, 'illegal virtual server persistent mask specified', {
    expected: 'a mask as in 255.255.255.0',
    got: word.text,
  })
}

/**
 * inet_aton: one to four parts, decimal, octal (0...) or hexadecimal (0x...); the last fills the
 * rest.
 */
export function parseAddress(text: string): number | null {
  const parts = text.split('.')
  if (parts.length > 4) return null
  let address = 0
  let place = 4_294_967_296
  for (const [index, part] of parts.entries()) {
    const value = parsePart(part)
    const isLast = index === parts.length - 1
    const room = isLast ? place : 256
    if (value === null || value >= room) return null
    place /= 256
    address += isLast ? value : value * place
  }
  return address
}

function parsePart(text: string): number | null {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text.slice(2), 16)
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8)
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  return null
}
