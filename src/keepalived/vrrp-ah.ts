// The authentication header of VRRP version 2 (RFC 2402, RFC 2403, RFC 2338 5.3.6.3; spec vrrp.md,
// 2.1): HMAC-MD5-96 over the IP packet, whose index is its sender's address, with a number that
// counts its packets. What the specification leaves open is as in RFC 2402: fields of the IP header
// that change on the way count as 0, and a number that is not above those before it is a replay. A
// process that starts again counts from 1, so numbers are kept of the last sender alone, and
// forgotten by who becomes master.
import { hmac } from '@noble/hashes/hmac.js'
import { md5 } from '@noble/hashes/legacy.js'
import { readAddress, wordOf } from '../wire/address.ts'
import { read32, write32 } from '../wire/bytes.ts'
import { VRRP } from '../wire/protocols.ts'
import { writeText } from '../wire/text.ts'

export const AH_BYTES = 24
const ICV_BYTES = 12
/** Where the parts of the header lie: after next header, length and reserved bytes. */
const SPI_AT = 4
const SEQUENCE_AT = 8
const ICV_AT = 12
/** Its length in words of 32 bits, less 2. */
const LENGTH_WORDS = AH_BYTES / 4 - 2
const KEY_BYTES = 8
/** TOS, flags and offset, TTL, checksum of IPv4; class, flow label and hop limit of IPv6. */
const MUTABLE = { 4: [1, 6, 7, 8, 10, 11], 6: [1, 2, 3, 7] } as const
const VERSION_6 = 0x60

export interface AuthenticationHeader {
  sequence: number
  /** Where it lies in the packet over which the hash was made. */
  at: number
  packet: Uint8Array
}

/** Writes it at `at` into a packet that is otherwise whole. */
export function authenticate(
  packet: Uint8Array,
  at: number,
  sequence: number,
  password: string,
): void {
  packet[at] = VRRP
  packet[at + 1] = LENGTH_WORDS
  write32(packet, at + SPI_AT, senderOf(packet))
  write32(packet, at + SEQUENCE_AT, sequence)
  packet.set(hashOf(packet, at, password), at + ICV_AT)
}

/** Null: there is none at `at`, or not one of VRRP's. */
export function readHeader(packet: Uint8Array, at: number): AuthenticationHeader | null {
  const isWhole = packet.length >= at + AH_BYTES
  if (!isWhole || packet[at] !== VRRP || packet[at + 1] !== LENGTH_WORDS) return null
  return { sequence: read32(packet, at + SEQUENCE_AT), at, packet }
}

/** Whether its sender knew the password, and is who it says. */
export function isAuthentic({ packet, at }: AuthenticationHeader, password: string): boolean {
  if (read32(packet, at + SPI_AT) !== senderOf(packet)) return false
  const hash = hashOf(packet, at, password)
  return hash.every((byte, index) => byte === packet[at + ICV_AT + index])
}

/** The address of the sender; of IPv6 its last 32 bits. */
function senderOf(packet: Uint8Array): number {
  const isSix = packet[0]! >> 4 === 6
  return wordOf(readAddress(packet, isSix ? 8 : 12, isSix ? 16 : 4), 3) >>> 0
}

function hashOf(packet: Uint8Array, at: number, password: string): Uint8Array {
  const text = Uint8Array.from(packet)
  const isSix = packet[0]! >> 4 === 6
  for (const place of MUTABLE[isSix ? 6 : 4]) text[place] = 0
  if (isSix) text[0] = VERSION_6
  text.fill(0, at + ICV_AT, at + AH_BYTES)
  const key = new Uint8Array(KEY_BYTES)
  writeText(password.slice(0, KEY_BYTES), key, 0)
  return hmac(md5, key, text).subarray(0, ICV_BYTES)
}
