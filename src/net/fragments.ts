// IPv4 fragmentation (RFC 791, 3.2) and reassembly. The pieces are packets of their own that know
// the whole they are part of; a piece that is too large for the next network is cut again. Whoever
// ends the whole's journey puts it together; when a piece was lost the whole is lost, as soon as
// the last of the others has arrived or died. A reassembly queue has no limit of time or memory.
import type { Time } from '../kernel/time.ts'
import { isIpv6 } from '../wire/address.ts'
import {
  IPV4_HEADER_BYTES,
  ETHERNET_BYTES,
  SMALLEST_FRAME_BYTES,
  type DropSink,
  type Packet,
  type PacketPool,
  type Port,
} from './packet.ts'

/** Whether routers may cut the packet: never one of IPv6 (RFC 8200, 5). */
export function mayBeCut(packet: Packet): boolean {
  if (packet.outerDst !== 0) return !packet.outerDontFragment && !isIpv6(packet.outerDst)
  return !packet.dontFragment && !isIpv6(packet.dst)
}

/** Sends the packet in pieces of at most `mtuBytes` each. */
export function cut(
  packet: Packet,
  mtuBytes: number,
  pool: PacketPool,
  wire: Port,
  now: Time,
): void {
  const whole = packet.whole ?? packet
  const isTunnelled = packet.outerDst !== 0
  const payload = packet.ipBytes - (isTunnelled ? 0 : IPV4_HEADER_BYTES)
  const count = piecesOf(payload, mtuBytes)
  const { srcMac, dstMac, ttl } = packet
  const src = isTunnelled ? packet.outerSrc : packet.src
  const dst = isTunnelled ? packet.outerDst : packet.dst
  // All pieces are counted before the first may die.
  if (packet.whole === null) {
    whole.pieces = count
    whole.isBroken = false
  } else {
    whole.pieces += count - 1
    giveBack(packet, pool)
  }
  for (let index = 0; index < count; index++) {
    const piece = pool.take()
    piece.whole = whole
    piece.srcMac = srcMac
    piece.dstMac = dstMac
    piece.ttl = ttl
    piece.src = src
    piece.dst = dst
    piece.srcPort = 0
    piece.dstPort = 0
    piece.protocol = whole.protocol
    piece.dontFragment = false
    piece.ipBytes = pieceBytes(payload, index, mtuBytes)
    piece.frameBytes = Math.max(SMALLEST_FRAME_BYTES, piece.ipBytes + ETHERNET_BYTES)
    wire.receive(piece, now)
  }
}

/** Payload of a piece but the last: what the MTU takes, in whole words of 8 bytes. */
function mostPayload(mtuBytes: number): number {
  return Math.floor((mtuBytes - IPV4_HEADER_BYTES) / 8) * 8
}

/** In how many pieces so much payload of IPv4 goes through a network of that MTU. */
export function piecesOf(payloadBytes: number, mtuBytes: number): number {
  return Math.ceil(payloadBytes / mostPayload(mtuBytes))
}

/** Bytes of one of them, with its header. */
export function pieceBytes(payloadBytes: number, index: number, mtuBytes: number): number {
  const most = mostPayload(mtuBytes)
  return IPV4_HEADER_BYTES + Math.min(most, payloadBytes - index * most)
}

/** A piece that has ended is a packet like others again. */
function giveBack(piece: Packet, pool: PacketPool): void {
  piece.whole = null
  pool.give(piece)
}

/** In front of a host: what comes in pieces reaches it whole. */
export class Reassembly implements Port {
  private readonly pool: PacketPool
  private readonly drops: DropSink
  private readonly host: Port

  constructor(pool: PacketPool, drops: DropSink, host: Port) {
    this.pool = pool
    this.drops = drops
    this.host = host
  }

  receive(packet: Packet, now: Time): void {
    const { whole } = packet
    if (whole === null) return this.host.receive(packet, now)
    giveBack(packet, this.pool)
    if (--whole.pieces > 0) return
    if (whole.isBroken) this.drops.lose(whole, now)
    else this.host.receive(whole, now)
  }
}

/** In front of the sink of drops: the loss of a piece is the loss of the whole. */
export class BrokenPackets implements DropSink {
  private readonly pool: PacketPool
  private readonly drops: DropSink

  constructor(pool: PacketPool, drops: DropSink) {
    this.pool = pool
    this.drops = drops
  }

  lose(packet: Packet, now: Time): void {
    const { whole } = packet
    if (whole === null) return this.drops.lose(packet, now)
    giveBack(packet, this.pool)
    whole.isBroken = true
    if (--whole.pieces === 0) this.drops.lose(whole, now)
  }
}
