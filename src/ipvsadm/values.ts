// Values of ipvsadm's options: decimal numbers, and addresses in the forms that the BSD parser
// takes. Host names are not resolved: a simulation does not ask the network.
import { ipv4, isIpv6, type Address } from '../wire/address.ts'
import { parseAddress as parseStrictly } from '../wire/address-text.ts'
import { PORTS_BY_NAME } from './service-names.ts'
import { nearest, Refusal } from './problem.ts'
import type { Word } from './words.ts'

export const MOST_INTEGER = 2_147_483_647
const MOST_PORT = 65_535

export interface Endpoint {
  address: Address
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
    const address = match === null ? null : parseStrictly(match[1]!)
    if (address === null || !isIpv6(address)) throw refuse('write [address]:port')
    return { address, port: readPort(match![2]!, refuse) }
  }
  const whole = text.includes(':') ? parseStrictly(text) : null
  if (whole !== null && isIpv6(whole)) return { address: whole, port: null }
  const colon = text.lastIndexOf(':')
  const host = colon < 0 ? text : text.slice(0, colon)
  const address = parseAddress(host)
  if (address === null) throw refuse(hostHint(host))
  return {
    address: ipv4(address),
    port: colon < 0 ? null : readPort(text.slice(colon + 1), refuse),
  }
}

function hostHint(host: string): string | undefined {
  if (host.includes('$')) return 'variables of the shell are not expanded here'
  if (!/^[a-z][\w.-]*$/i.test(host)) return undefined
  return 'names are not resolved here: write the address (ipvsadm -S -n prints numbers)'
}

function readPort(text: string, refuse: (suggestion?: string) => Refusal): number {
  if (/^\+?\d+$/.test(text)) {
    const port = Number(text)
    if (port > MOST_PORT) throw refuse(`ports end at ${MOST_PORT}`)
    return port
  }
  const port = PORTS_BY_NAME.get(text)
  if (port !== undefined) return port
  const near = nearest(text, PORTS_BY_NAME.keys())
  throw refuse(near === undefined ? 'write the port as a number' : near)
}

/** -M: a mask in any form of an address, so that `24` is 0.0.0.24; a prefix length for IPv6. */
export function readMask(word: Word, isSix: boolean): number {
  if (isSix) return readInteger(word, 1, 128, 'illegal ipv6 netmask specified')
  const mask = parseAddress(word.text)
  if (mask !== null) return mask | 0
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
