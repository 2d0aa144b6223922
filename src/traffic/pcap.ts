// The packets of a capture in the classic format of libpcap (draft-ietf-opsawg-pcap): both orders
// of bytes, microseconds or nanoseconds, frames of Ethernet, bare IP or Linux "cooked".
import { read16, read32 } from '../wire/bytes.ts'

const FILE_HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16
const MICROSECONDS = 0xa1b2c3d4
const NANOSECONDS = 0xa1b23c4d
const PCAPNG = 0x0a0d0d0a
/** tcpdump's own largest; a longer record means that the file is damaged. */
const LONGEST_RECORD_BYTES = 262_144

const ETHERTYPE_VLAN = [0x8100, 0x88a8]

/** Where the IP packet of a frame begins, by link type; -1 when it carries none. */
const LINK_TYPES: ReadonlyMap<number, (frame: Uint8Array) => number> = new Map([
  [1, behindEthernet],
  [12, () => 0],
  [14, () => 0],
  [101, () => 0],
  [113, (frame) => (isIp(frame, 14) ? 16 : -1)],
  [228, () => 0],
  [229, () => 0],
  [276, (frame) => (isIp(frame, 0) ? 20 : -1)],
])

export interface Captured {
  seconds: number
  fractionPs: number
  /** From the IP header on, as much as was captured. */
  ip: Uint8Array
  /** How long that was on the wire. */
  ipBytes: number
}

/** Whether bytes begin as a capture does, of this format or the next. */
export function looksLikeCapture(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false
  const magic = read32(bytes, 0) >>> 0
  return [MICROSECONDS, NANOSECONDS, PCAPNG].some((one) => magic === one || magic === swapped(one))
}

/** The IP packets in the order of the file, or what is wrong with it. */
export function packetsOf(bytes: Uint8Array): Captured[] | { problem: string } {
  const magic = bytes.length < 4 ? 0 : read32(bytes, 0) >>> 0
  if (magic === PCAPNG) {
    return { problem: 'this is pcapng: convert it with `editcap -F pcap` or `tcpdump -r ... -w`' }
  }
  const isBig = magic === MICROSECONDS || magic === NANOSECONDS
  const isNano = [NANOSECONDS, swapped(NANOSECONDS)].includes(magic)
  if (!isBig && !isNano && magic !== swapped(MICROSECONDS)) {
    return { problem: 'this is no capture: it does not begin as one of libpcap' }
  }
  if (bytes.length < FILE_HEADER_BYTES) return { problem: 'the capture is cut short in its header' }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const word = (at: number): number => view.getUint32(at, !isBig)
  // The upper bits say whether frames have a check sequence at their end.
  const linkType = word(20) & 0x0fff_ffff
  const ipAt = LINK_TYPES.get(linkType)
  if (ipAt === undefined) {
    const known = 'Ethernet (1), raw IP (101), Linux cooked (113, 276)'
    return { problem: `link type ${linkType} is not read: expected ${known}` }
  }
  return records(bytes, word, isNano ? 1000 : 1_000_000, ipAt)
}

function records(
  bytes: Uint8Array,
  word: (at: number) => number,
  psPerTick: number,
  ipAt: (frame: Uint8Array) => number,
): Captured[] | { problem: string } {
  const packets: Captured[] = []
  let number = 1
  for (let at = FILE_HEADER_BYTES; at < bytes.length; number++) {
    const begin = at + RECORD_HEADER_BYTES
    const captured = begin > bytes.length ? 0 : word(at + 8)
    if (captured > LONGEST_RECORD_BYTES) {
      return { problem: `packet ${number} claims ${captured} bytes: the capture is damaged` }
    }
    if (begin + captured > bytes.length) {
      return { problem: `the capture is cut short in packet ${number}, at byte ${bytes.length}` }
    }
    const frame = bytes.subarray(begin, begin + captured)
    const ip = ipAt(frame)
    if (ip >= 0 && ip < frame.length) {
      packets.push({
        seconds: word(at),
        fractionPs: word(at + 4) * psPerTick,
        ip: frame.subarray(ip),
        ipBytes: word(at + 12) - ip,
      })
    }
    at = begin + captured
  }
  return packets
}

function behindEthernet(frame: Uint8Array): number {
  let at = 12
  while (at + 2 <= frame.length && ETHERTYPE_VLAN.includes(read16(frame, at))) at += 4
  return isIp(frame, at) ? at + 2 : -1
}

/** Whether the type of what follows, at that place, is IPv4 or IPv6. */
function isIp(frame: Uint8Array, at: number): boolean {
  if (at + 2 > frame.length) return false
  const type = read16(frame, at)
  return type === 0x0800 || type === 0x86dd
}

function swapped(word: number): number {
  return (
    (((word & 255) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
  )
}
