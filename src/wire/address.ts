// Internet addresses of both families as one kind of number, so that a table of connections, a
// packet or a neighbour table need not know families. An IPv4 address is its own signed 32-bit
// integer. The reserved block 240.0.0.0/4 names entries of a book instead: every IPv6 address, and
// the few IPv4 addresses of that block, are written into the book when they are first met and
// keep their number from then on. Two addresses are equal when their numbers are.
//
// Numbers of the book depend on who was met first, so nothing may be sorted or printed by them.

/** A signed 32-bit integer, as V8 keeps it unboxed. */
export type Address = number

const BOOKED = 0xf0000000
const WORDS = 4

/** Four 32-bit words for each entry; an IPv4 address has its number in the last. */
let words: Uint32Array = new Uint32Array(WORDS * 256)
let families: Uint8Array = new Uint8Array(256)
let entries = 0
const numbers = new Map<string, number>()

function enter(family: number, a: number, b: number, c: number, d: number): Address {
  const key = `${family}:${a >>> 0}:${b >>> 0}:${c >>> 0}:${d >>> 0}`
  const known = numbers.get(key)
  if (known !== undefined) return known
  if (entries === families.length) grow()
  words.set([a, b, c, d], WORDS * entries)
  families[entries] = family
  const number = (BOOKED + entries++) | 0
  numbers.set(key, number)
  return number
}

function grow(): void {
  const moreWords = new Uint32Array(2 * words.length)
  moreWords.set(words)
  words = moreWords
  const moreFamilies = new Uint8Array(2 * families.length)
  moreFamilies.set(families)
  families = moreFamilies
}

/** The address of a 32-bit number, signed or not. */
export function ipv4(value: number): Address {
  return value >>> 28 === 15 ? enter(4, 0, 0, 0, value) : value | 0
}

/** The address of four 32-bit words, the first of them the leftmost. */
export function ipv6(a: number, b: number, c: number, d: number): Address {
  return enter(6, a, b, c, d)
}

/** An entry of the book: IPv6, or one of the few IPv4 addresses there. */
export function isBooked(address: Address): boolean {
  return address >>> 28 === 15
}

export function isIpv6(address: Address): boolean {
  return address >>> 28 === 15 && families[(address >>> 0) - BOOKED] === 6
}

/** Word `index` of 0 to 3, unsigned; an IPv4 address is in word 3. */
export function wordOf(address: Address, index: number): number {
  if (!isBooked(address)) return index === 3 ? address >>> 0 : 0
  return words[WORDS * ((address >>> 0) - BOOKED) + index]!
}

/** An IPv4 address as an unsigned number. */
export function ipv4Value(address: Address): number {
  return wordOf(address, 3)
}

/** As hashes see it (spec 2.0): an IPv4 address's number, the words of an IPv6 address xored. */
export function fold(address: Address): number {
  if (!isBooked(address)) return address >>> 0
  const at = WORDS * ((address >>> 0) - BOOKED)
  return (words[at]! ^ words[at + 1]! ^ words[at + 2]! ^ words[at + 3]!) >>> 0
}

/**
 * The same for a service of a family, whatever the address's own (spec 2.0): of an IPv6 address an
 * IPv4 service sees the first word alone; an IPv4 address stands in the first word, so an IPv6
 * service sees its number.
 */
export function foldFor(family: 4 | 6, address: Address): number {
  return family === 4 && isIpv6(address) ? wordOf(address, 0) : fold(address)
}

/** The network of an address: `mask` is a netmask for IPv4, a prefix length for IPv6. */
export function networkOf(address: Address, mask: number): Address {
  if (!isIpv6(address)) return ipv4(ipv4Value(address) & mask)
  const part = (index: number): number => {
    const bits = Math.min(32, Math.max(0, mask - 32 * index))
    return bits === 0 ? 0 : wordOf(address, index) & (-1 << (32 - bits))
  }
  return ipv6(part(0), part(1), part(2), part(3))
}

/** Address number `index` of a range that begins with `first`. */
export function addressAt(first: Address, index: number): Address {
  return isBooked(first) ? nextAddress(first, index) : (first + index) | 0
}

/**
 * How many steps lie between two addresses; NaN across families, or farther than the low 64 bits.
 */
export function stepsBetween(first: Address, address: Address): number {
  if (isIpv6(first) !== isIpv6(address)) return NaN
  if (!isIpv6(first)) return ipv4Value(address) - ipv4Value(first)
  const isFar = wordOf(first, 0) !== wordOf(address, 0) || wordOf(first, 1) !== wordOf(address, 1)
  if (isFar) return NaN
  const high = wordOf(address, 2) - wordOf(first, 2)
  return high * 4_294_967_296 + wordOf(address, 3) - wordOf(first, 3)
}

/** One of `count` addresses from `first` on; both signed or not. */
export function isAmong(address: Address, first: Address, count: number): boolean {
  const steps = stepsBetween(first, address)
  return steps >= 0 && steps < count
}

/** The address `step` further on; the low 32 bits carry no further than the low 64. */
export function nextAddress(address: Address, step: number): Address {
  if (!isIpv6(address)) return ipv4(ipv4Value(address) + step)
  const low = wordOf(address, 3) + step
  const carry = Math.floor(low / 4_294_967_296)
  return ipv6(wordOf(address, 0), wordOf(address, 1), wordOf(address, 2) + carry, low)
}

/** How many bytes the address has in a packet. */
export function sizeOfAddress(address: Address): 4 | 16 {
  return isIpv6(address) ? 16 : 4
}

export function readAddress(bytes: Uint8Array, at: number, size: number): Address {
  if (size === 4) return ipv4(word(bytes, at))
  return ipv6(word(bytes, at), word(bytes, at + 4), word(bytes, at + 8), word(bytes, at + 12))
}

export function writeAddress(address: Address, bytes: Uint8Array, at: number): void {
  const size = sizeOfAddress(address)
  for (let i = 0; i < size; i++) {
    const place = 16 - size + i
    bytes[at + i] = wordOf(address, place >> 2) >>> (24 - 8 * (place & 3))
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

/** Multicast, of either family. */
export function isMulticast(address: Address): boolean {
  if (isIpv6(address)) return wordOf(address, 0) >>> 24 === 0xff
  return ipv4Value(address) >>> 28 === 14
}

export function isLoopback(address: Address): boolean {
  // None of the IPv4 addresses in the book is one.
  if (!isBooked(address)) return address >>> 24 === 127
  if (!isIpv6(address)) return false
  const rest = wordOf(address, 0) | wordOf(address, 1) | wordOf(address, 2)
  return rest === 0 && wordOf(address, 3) === 1
}

/** 0.0.0.0 or :: */
export function isUnspecified(address: Address): boolean {
  return (wordOf(address, 0) | wordOf(address, 1) | wordOf(address, 2) | wordOf(address, 3)) === 0
}

/** ::ffff:0:0/96, an IPv4 address in the clothes of IPv6 (RFC 4291, 2.5.5.2). */
export function isMapped(address: Address): boolean {
  if (!isIpv6(address) || wordOf(address, 2) !== 0xffff) return false
  return (wordOf(address, 0) | wordOf(address, 1)) === 0
}

/** The link-local address of a card with that MAC address (RFC 4291, appendix A). */
export function linkLocalOf(mac: Uint8Array): Address {
  const [a, b, c, d, e, f] = mac as unknown as [number, number, number, number, number, number]
  const high = ((a ^ 2) << 24) | (b << 16) | (c << 8) | 0xff
  return ipv6(0xfe800000, 0, high, (0xfe << 24) | (d << 16) | (e << 8) | f)
}

/** fe80::/10 */
export function isLinkLocal(address: Address): boolean {
  return isIpv6(address) && wordOf(address, 0) >>> 22 === 0x3fa
}
