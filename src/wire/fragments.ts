// Fragments of IPv4 packets (RFC 791, 3.2), cut as Linux does it: pieces as large as the link
// allows in units of eight bytes, options that are not copied blanked from the second piece on.
import { write16 } from './bytes.ts'
import {
  flagsAndOffset,
  fragmentOffset,
  headerLength,
  IPV4_HEADER_BYTES,
  MORE_FRAGMENTS,
  setHeaderChecksum,
} from './ipv4.ts'

const END_OF_OPTIONS = 0
const NO_OPERATION = 1
const COPIED = 0x80

/** The pieces of a packet for links of `mtu` bytes; itself alone if it fits. */
export function fragmentIpv4(packet: Uint8Array, mtu: number): Uint8Array[] {
  if (packet.length <= mtu) return [packet]
  const headerBytes = headerLength(packet, 0)
  const room = mtu - headerBytes
  if (room < 8) throw new Error(`no fragments of ${mtu} bytes behind ${headerBytes} of header`)
  const step = room - (room % 8)
  const header = packet.slice(0, headerBytes)
  const wasCut = (flagsAndOffset(packet, 0) & MORE_FRAGMENTS) !== 0
  const pieces: Uint8Array[] = []
  let from = headerBytes
  while (from < packet.length) {
    const isLast = packet.length - from <= room
    const to = isLast ? packet.length : from + step
    const offset = fragmentOffset(packet, 0) + from - headerBytes
    const flags = !isLast || wasCut ? MORE_FRAGMENTS : 0
    pieces.push(joinIpv4(header, [packet.subarray(from, to)], flags | (offset / 8)))
    if (from === headerBytes) blankUncopiedOptions(header)
    from = to
  }
  return pieces
}

/** A packet of this header and these pieces of payload. */
export function joinIpv4(header: Uint8Array, payload: Uint8Array[], flags: number): Uint8Array {
  const payloadBytes = payload.reduce((sum, piece) => sum + piece.length, 0)
  const packet = new Uint8Array(header.length + payloadBytes)
  packet.set(header)
  let at = header.length
  for (const piece of payload) {
    packet.set(piece, at)
    at += piece.length
  }
  write16(packet, 2, packet.length)
  write16(packet, 6, flags)
  setHeaderChecksum(packet, 0)
  return packet
}

/** The header keeps its length: what later pieces may not repeat becomes no operation. */
function blankUncopiedOptions(header: Uint8Array): void {
  let at = IPV4_HEADER_BYTES
  while (at < header.length && header[at] !== END_OF_OPTIONS) {
    const size = header[at] === NO_OPERATION ? 1 : header[at + 1]!
    if (header[at] !== NO_OPERATION) {
      if (size < 2 || at + size > header.length) return
      if ((header[at]! & COPIED) === 0) header.fill(NO_OPERATION, at, at + size)
    }
    at += size
  }
}
