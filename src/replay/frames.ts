// Frames that a director sent, in the words of recordings.
import type { Frame } from '../machine/frame.ts'
import { formatAddress, parseEndpoint } from '../wire/address-text.ts'
import { ICMPV6 } from '../wire/protocols.ts'
import { read16 } from '../wire/bytes.ts'
import type { Bench } from './bench.ts'
import { describe } from './describe.ts'
import type { SaidFrame } from './outcome.ts'

const TCP = 6
const UDP = 17
const PLAIN_IPV4 = 0x45
/** Neighbour discovery and multicast listeners are not IPVS's doing. */
const NOT_RECORDED = [130, 131, 132, 133, 134, 135, 136, 143]

/** The frames in order; what recordings leave out is left out. */
export function sayFrames(bench: Bench, frames: Frame[], guePorts: readonly number[]): SaidFrame[] {
  return frames.flatMap((frame) => {
    const said = sayFrame(bench, frame, guePorts)
    return said === null ? [] : [said]
  })
}

function sayFrame(bench: Bench, frame: Frame, guePorts: readonly number[]): SaidFrame | null {
  const { bytes, random, arpTarget, isUncertain } = frame
  const ends = { side: bench.sideOf(frame), to: bench.receiverOf(frame) }
  const place = { ...ends, bytes, random, isUncertain }
  if (arpTarget !== 0) {
    return { ...place, arp: `op 1 target ${formatAddress(arpTarget)}`, words: null }
  }
  const isDiscovery =
    bytes[0]! >> 4 === 6 && bytes[6] === ICMPV6 && NOT_RECORDED.includes(bytes[40]!)
  return isDiscovery ? null : { ...place, arp: '', words: describe(bytes, guePorts) }
}

/** Which server a client's packet went to, as an endpoint; or what the director did instead. */
export function chosen(frames: readonly SaidFrame[]): [server: string | null, instead: string] {
  const sent = frames.find(({ side, arp }) => side === 'server' && arp === '')
  if (sent !== undefined) return [serverOf(sent), '']
  const [first] = frames
  if (first === undefined) return [null, 'nothing']
  if (first.arp !== '') return [null, `arp ${first.arp.slice('op 1 target '.length)}`]
  const words = first.words!
  if (words.proto === 'icmp' || words.proto === 'icmpv6') {
    return [null, `${words.proto} ${words.type}/${words.code}`]
  }
  return [null, `answered ${words.proto} ${words.flags ?? ''}`.trim()]
}

function serverOf({ to, bytes, words }: SaidFrame): string {
  const isPlain = bytes[0] === PLAIN_IPV4 && (bytes[9] === TCP || bytes[9] === UDP)
  const port = isPlain ? read16(bytes, 22) : innerPort(words!)
  return to.includes(':') ? `[${to}]:${port}` : `${to}:${port}`
}

function innerPort(words: NonNullable<SaidFrame['words']>): number {
  const { dst } = words.inner ?? words
  return parseEndpoint(dst ?? '')?.port ?? 0
}
