// Lines of a virtual_server_group: addresses, ranges, networks and firewall marks (spec
// keepalived-conf.md, 4.1).
import { isIpv6, ipv4Value, stepsBetween, wordOf, type Address } from '../wire/address.ts'
import { parseAddress } from '../wire/address-text.ts'
import type { Place } from './conf-tree.ts'
import { LARGEST_UNSIGNED, looseNumber } from './conf-values.ts'

/** Addresses in a row with one port, or a firewall mark. */
export interface GroupLine {
  first: Address
  count: number
  port: number
  mark: number
  family: 0 | 4 | 6
}

const LARGEST_PORT = 65_535
/** A network as wide as that would be tens of thousands of services. */
const MOST_HOST_BITS = 16
const FAMILIES: Record<string, 4 | 6> = { inet: 4, inet6: 6 }

export function readGroupLine(words: string[], { complain }: Place): GroupLine | undefined {
  const [text = '', second] = words
  if (text === 'fwmark') {
    const mark = looseNumber(second ?? '', 0, LARGEST_UNSIGNED, complain)
    if (mark === undefined) return undefined
    return { first: 0, count: 1, port: 0, mark, family: FAMILIES[words[2] ?? ''] ?? 0 }
  }
  const port = second === undefined ? 0 : looseNumber(second, 1, LARGEST_PORT, complain)
  const range = rangeOf(text)
  if (typeof range === 'string') {
    complain(`${range} - ${text} - skipping`)
    return undefined
  }
  if (range === null || port === undefined) {
    const which = second === undefined ? text : `${text} /port/${second}`
    complain(`Invalid virtual server group IP address ${which} - skipping`)
    return undefined
  }
  return { ...range, port, mark: 0, family: isIpv6(range.first) ? 6 : 4 }
}

interface Range {
  first: Address
  count: number
}

/** The addresses; what is wrong with them; null when they are none. */
function rangeOf(text: string): Range | string | null {
  const [, start, dash, end] = /^([^-/]+)(?:([-/])(.+))?$/.exec(text) ?? []
  const first = parseAddress(start ?? '')
  if (first === null) return null
  if (dash === '/') return networkOf(first, end!)
  if (dash === '-') return fromTo(first, end!)
  return { first, count: 1 }
}

function networkOf(first: Address, length: string): Range | string {
  const hostBits = (isIpv6(first) ? 128 : 32) - Number(length)
  if (!/^\d+$/.test(length) || hostBits < 0) return 'Invalid netmask'
  if (hostBits > MOST_HOST_BITS) return 'Too many addresses'
  const count = 1 << hostBits
  const isEmpty = (lowWord(first) & (count - 1)) === 0
  return isEmpty ? { first, count } : 'Address mask bits not empty'
}

/** Up to an address, or, of IPv4 the last part, of IPv6 the last group in hexadecimal. */
function fromTo(first: Address, end: string): Range | string | null {
  const last = parseAddress(end)
  if (last !== null) {
    const steps = stepsBetween(first, last)
    if (steps >= 0 && steps < 1 << MOST_HOST_BITS) return { first, count: steps + 1 }
    return 'Address range end is less than address range start'
  }
  const isSix = isIpv6(first)
  if (!(isSix ? /^[0-9a-f]{1,4}$/i : /^\d+$/).test(end)) return null
  const value = Number.parseInt(end, isSix ? 16 : 10)
  const largest = isSix ? 0xffff : 255
  if (value > largest) return 'Virtual server group range end too large'
  const own = lowWord(first) & largest
  if (value <= own) return 'Address range end is not greater than address range start'
  return { first, count: value - own + 1 }
}

function lowWord(address: Address): number {
  return isIpv6(address) ? wordOf(address, 3) : ipv4Value(address)
}
