// IPv4 packets put together from their fragments as Linux does it: in any order, repeated pieces
// ignored, and a packet whose pieces overlap given up (RFC 5722's rule, which Linux keeps for IPv4
// too). A packet remembers its largest piece: Linux sends it on in no larger ones.
import { read32 } from './bytes.ts'
import { joinIpv4 } from './fragments.ts'
import {
  DONT_FRAGMENT,
  flagsAndOffset,
  fragmentOffset,
  headerLength,
  identification,
  MORE_FRAGMENTS,
  totalLength,
} from './ipv4.ts'

const LARGEST_PACKET_BYTES = 65_535

export interface Reassembled {
  packet: Uint8Array
  /** The size of the largest fragment it came in. */
  largestBytes: number
}

interface Piece {
  /** In the packet's payload. */
  from: number
  to: number
  payload: Uint8Array
}

interface Incomplete {
  since: number
  /** Neighbours in order, none of them overlapping. */
  pieces: Piece[]
  /** The header of the first fragment. */
  header: Uint8Array | null
  /** Where the payload ends, once the last fragment came. */
  end: number
  largestBytes: number
  largestUncuttable: number
}

/** Holds fragments of packets until all of a packet are there, or for a lifetime (any unit). */
export class Reassembler {
  readonly lifetime: number
  readonly #incomplete = new Map<string, Incomplete>()

  constructor(lifetime: number) {
    this.lifetime = lifetime
  }

  /** Takes a fragment; gives the packet that it completes. */
  add(fragment: Uint8Array, now: number): Reassembled | null {
    this.#expire(now)
    const key = keyOf(fragment)
    const packet = this.#incomplete.get(key) ?? start(now)
    this.#incomplete.set(key, packet)
    if (!insert(packet, fragment)) {
      this.#incomplete.delete(key)
      return null
    }
    if (!isComplete(packet)) return null
    this.#incomplete.delete(key)
    return putTogether(packet)
  }

  #expire(now: number): void {
    for (const [key, packet] of this.#incomplete) {
      if (packet.since + this.lifetime > now) return
      this.#incomplete.delete(key)
    }
  }
}

/** Source, destination, protocol and identification. */
function keyOf(ip: Uint8Array): string {
  return `${read32(ip, 12)} ${read32(ip, 16)} ${ip[9]!} ${identification(ip, 0)}`
}

function start(now: number): Incomplete {
  const none = { largestBytes: 0, largestUncuttable: 0 }
  return { since: now, pieces: [], header: null, end: Number.POSITIVE_INFINITY, ...none }
}

/** False if the packet has to be given up. A piece that cannot belong to it changes nothing. */
function insert(packet: Incomplete, fragment: Uint8Array): boolean {
  const headerBytes = headerLength(fragment, 0)
  const from = fragmentOffset(fragment, 0)
  const isLast = (flagsAndOffset(fragment, 0) & MORE_FRAGMENTS) === 0
  const whole = from + totalLength(fragment, 0) - headerBytes
  const to = isLast ? whole : whole - (whole % 8)
  if (!canEnd(packet, to, isLast) || to <= from) return true
  const next = packet.pieces.findIndex((piece) => piece.to > from)
  const place = next < 0 ? packet.pieces.length : next
  const neighbour = packet.pieces[place]
  if (neighbour !== undefined && neighbour.from < to) return isRepeated(packet, place, from, to)
  const payload = fragment.slice(headerBytes, headerBytes + to - from)
  packet.pieces.splice(place, 0, { from, to, payload })
  if (from === 0) packet.header = fragment.slice(0, headerBytes)
  if (isLast) packet.end = to
  const bytes = headerBytes + whole - from
  packet.largestBytes = Math.max(packet.largestBytes, bytes)
  if ((flagsAndOffset(fragment, 0) & DONT_FRAGMENT) !== 0) {
    packet.largestUncuttable = Math.max(packet.largestUncuttable, bytes)
  }
  return true
}

/** Was all of it there before, from the piece at `place` on? */
function isRepeated({ pieces }: Incomplete, place: number, from: number, to: number): boolean {
  if (pieces[place]!.from > from) return false
  let reached = pieces[place]!.to
  for (let next = place + 1; pieces[next]?.from === reached; next++) reached = pieces[next]!.to
  return to <= reached
}

/** There is one end, and nothing behind it. */
function canEnd(packet: Incomplete, to: number, isLast: boolean): boolean {
  if (!isLast) return to <= packet.end
  const last = packet.pieces.at(-1)?.to ?? 0
  return to >= last && (packet.end === Number.POSITIVE_INFINITY || packet.end === to)
}

function isComplete(packet: Incomplete): boolean {
  let reached = 0
  for (const piece of packet.pieces) {
    if (piece.from !== reached) return false
    reached = piece.to
  }
  return reached === packet.end
}

/** Null if it is longer than a packet can be. The packet may be cut if its largest piece could. */
function putTogether({ header, pieces, ...packet }: Incomplete): Reassembled | null {
  if (header === null || header.length + packet.end > LARGEST_PACKET_BYTES) return null
  const flags = packet.largestUncuttable === packet.largestBytes ? DONT_FRAGMENT : 0
  const payload = pieces.map((piece) => piece.payload)
  return { packet: joinIpv4(header, payload, flags), largestBytes: packet.largestBytes }
}
