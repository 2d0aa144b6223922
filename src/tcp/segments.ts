// Segments as they go out: headers with their options, acknowledgement, window, timestamps.
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from './flags.ts'
import { NEVER, type Time } from '../kernel/time.ts'
import { TCP, sizeFrame, type Packet } from '../net/packet.ts'
import type { Endpoint } from './endpoint.ts'
import type { TcpOptions } from './options.ts'
import { timeoutPs } from './round-trip.ts'
import { SegmentSizes, TCP_HEADER_BYTES, synHeaderBytes } from './segment-sizes.ts'

/** Window without scaling: that of a SYN. */
const UNSCALED_WINDOW = 65_535
/** Blocks of a selective acknowledgement: the option space has 40 bytes (RFC 2018, 3). */
const MOST_BLOCKS = 4

/** What carries segments for a TCP. */
export interface SegmentHost {
  /** A packet that belongs to that end's connection and bears its addresses. */
  take(end: Endpoint): Packet
  send(end: Endpoint, packet: Packet, now: Time): void
}

export class Segments {
  readonly sizes: SegmentSizes
  private readonly ipHeaderBytes: number
  private readonly optionBytes: number
  private readonly synBytes: number
  private readonly window: number
  private readonly options: TcpOptions
  private readonly host: SegmentHost

  constructor(options: TcpOptions, mtuBytes: number, ipHeaderBytes: number, host: SegmentHost) {
    this.options = options
    this.host = host
    this.ipHeaderBytes = ipHeaderBytes
    this.sizes = new SegmentSizes(options, mtuBytes, ipHeaderBytes)
    this.optionBytes = this.sizes.optionBytes
    this.synBytes = synHeaderBytes(options)
    // Half of a buffer is for what the kernel needs beside the payload (tcp_adv_win_scale 1).
    this.window = Math.floor(options.rmem / 2)
  }

  /** SYN, and in answer to one SYN ACK. */
  syn(end: Endpoint, isAnswer: boolean, now: Time): void {
    const packet = this.begin(end, isAnswer ? TCP_SYN | TCP_ACK : TCP_SYN, 0, now)
    packet.mss = this.sizes.announcedBytes
    packet.window = Math.min(UNSCALED_WINDOW, this.window)
    this.finish(end, packet, this.synBytes, now)
    end.sndNxt = 1
    this.time(end, 1, now)
    end.retransmitAt = now + timeoutPs(end)
  }

  /** Payload from that number on, the FIN behind it where it belongs there. */
  data(end: Endpoint, from: number, payloadBytes: number, now: Time): void {
    const to = from + payloadBytes
    const isLast = to === end.writtenEnd
    const hasFin = end.isClosing && isLast
    const push = isLast && payloadBytes > 0 ? TCP_PSH : 0
    const packet = this.begin(end, TCP_ACK | push | (hasFin ? TCP_FIN : 0), from, now)
    packet.payloadBytes = payloadBytes
    this.finish(end, packet, TCP_HEADER_BYTES + this.optionBytes, now)
    const next = hasFin ? to + 1 : to
    if (next > end.sndNxt) {
      end.sndNxt = next
      this.time(end, next, now)
    }
    end.lastSentAt = now
    if (end.retransmitAt === NEVER) end.retransmitAt = now + timeoutPs(end)
  }

  /** An acknowledgement alone. */
  ack(end: Endpoint, now: Time): void {
    const packet = this.begin(end, TCP_ACK, end.sndNxt, now)
    const blocks = this.options.sack ? this.fillBlocks(end, packet) : 0
    const sackBytes = blocks === 0 ? 0 : 4 + 8 * blocks
    this.finish(end, packet, TCP_HEADER_BYTES + this.optionBytes + sackBytes, now)
  }

  reset(end: Endpoint, now: Time): void {
    const packet = this.begin(end, TCP_RST | TCP_ACK, end.sndNxt, now)
    this.finish(end, packet, TCP_HEADER_BYTES, now)
  }

  private begin(end: Endpoint, flags: number, sequence: number, now: Time): Packet {
    const packet = this.host.take(end)
    packet.protocol = TCP
    packet.tcpFlags = flags
    packet.sequence = sequence
    packet.acknowledged = end.rcvNxt
    packet.window = this.window
    packet.payloadBytes = 0
    packet.sackCount = 0
    packet.stamp = now
    packet.echo = end.recentStamp
    return packet
  }

  private finish(end: Endpoint, packet: Packet, headerBytes: number, now: Time): void {
    packet.ipBytes = this.ipHeaderBytes + headerBytes + packet.payloadBytes
    sizeFrame(packet)
    end.ackedUpTo = end.rcvNxt
    end.acknowledgeAt = NEVER
    end.ackNow = false
    this.host.send(end, packet, now)
  }

  /** Measures a round trip by a segment sent for the first time, where no timestamps do. */
  private time(end: Endpoint, next: number, now: Time): void {
    if (this.options.timestamps || end.timedEnd >= 0 || end.retries > 0) return
    end.timedEnd = next
    end.timedAt = now
  }

  /** The range that the latest segment belongs to comes first (RFC 2018, 4), then those below. */
  private fillBlocks(end: Endpoint, packet: Packet): number {
    const { early } = end
    if (early === null || early.count === 0) return 0
    const most = this.options.timestamps ? MOST_BLOCKS - 1 : MOST_BLOCKS
    const blocks = Math.min(most, early.count)
    let index = early.indexOf(end.latestEarly)
    for (let block = 0; block < blocks; block++) {
      packet.setSack(block, early.from[index]!, early.to[index]!)
      index = index === 0 ? early.count - 1 : index - 1
    }
    packet.sackCount = blocks
    return blocks
  }
}
