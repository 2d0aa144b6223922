// Addresses as text: dotted quads, and IPv6 as RFC 5952 writes it (which is what the C library's
// inet_ntop gives).
import { ipv4, ipv4Value, ipv6, isIpv6, wordOf, type Address } from './address.ts'

const GROUPS = 8

/** "10.0.0.1", "2001:db8::1" */
export function formatAddress(address: Address): string {
  return isIpv6(address) ? formatIpv6(groupsOf(address)) : formatQuad(ipv4Value(address))
}

/** "10.0.0.1:80", "[2001:db8::1]:80" */
export function formatEndpoint(address: Address, port: number): string {
  const text = formatAddress(address)
  return isIpv6(address) ? `[${text}]:${port}` : `${text}:${port}`
}

/** Strict forms alone: four decimal parts, or IPv6 without a zone. Null for anything else. */
export function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseIpv6(text) : parseQuad(text)
}

/** "10.0.0.1:80", "[2001:db8::1]:80", or an address alone, which has port 0. */
export function parseEndpoint(text: string): { address: Address; port: number } | null {
  const match = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text) ??
    /^([^:]*):(\d{1,5})$/.exec(text) ?? [text, text]
  const [, host = '', digits = '0'] = match
  const address = parseAddress(host)
  const port = Number(digits)
  return address === null || port > 65_535 ? null : { address, port }
}

/** The eight 16-bit groups of an IPv6 address. */
export function groupsOf(address: Address): number[] {
  return Array.from({ length: GROUPS }, (_, group) => {
    const word = wordOf(address, group >> 1)
    return (group & 1) === 0 ? word >>> 16 : word & 0xffff
  })
}

function formatQuad(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

/** The longest run of two or more zero groups becomes `::`, the first of equally long ones. */
function formatIpv6(groups: number[]): string {
  let start = -1
  let length = 1
  for (let from = 0; from < GROUPS; from++) {
    let run = 0
    while (from + run < GROUPS && groups[from + run] === 0) run++
    if (run > length) {
      start = from
      length = run
    }
  }
  const isQuadInside =
    (start === 0 && length === 6) || (start === 0 && length === 5 && groups[5] === 0xffff)
  if (isQuadInside) {
    const quad = formatQuad(((groups[6]! << 16) | groups[7]!) >>> 0)
    return length === 6 ? `::${quad}` : `::ffff:${quad}`
  }
  const hex = groups.map((group) => group.toString(16))
  if (start < 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

function parseQuad(text: string): Address | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (match === null) return null
  let value = 0
  for (const part of match.slice(1)) {
    if (Number(part) > 255 || (part.length > 1 && part.startsWith('0'))) return null
    value = value * 256 + Number(part)
  }
  return ipv4(value)
}

function parseIpv6(text: string): Address | null {
  const [left = '', right, ...rest] = text.split('::')
  if (rest.length > 0) return null
  const head = readGroups(left, right === undefined)
  const tail = right === undefined ? [] : readGroups(right, true)
  if (head === null || tail === null) return null
  const missing = GROUPS - head.length - tail.length
  if (right === undefined ? missing !== 0 : missing < 1) return null
  const groups = [...head, ...Array<number>(missing).fill(0), ...tail]
  const word = (index: number): number => (groups[2 * index]! << 16) | groups[2 * index + 1]!
  return ipv6(word(0), word(1), word(2), word(3))
}

/** The groups of one side of `::`; the last may be a dotted quad if the address ends there. */
function readGroups(text: string, mayEndInQuad: boolean): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const quad = mayEndInQuad && index === parts.length - 1 ? parseQuad(part) : null
    if (quad === null) return null
    const value = ipv4Value(quad)
    groups.push(value >>> 16, value & 0xffff)
  }
  return groups
}
