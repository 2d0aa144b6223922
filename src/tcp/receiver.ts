// The receiving half of an end: payload in order, ranges beyond gaps, and when to acknowledge
// (RFC 9293, 3.10.7.4; RFC 5681, 4.2). Applications read at once, so that the window stays open.
import type { Time } from '../kernel/time.ts'
import type { Packet } from '../net/packet.ts'
import { earlyOf, type Endpoint } from './endpoint.ts'
import { TCP_FIN } from './flags.ts'
import { DELAYED_ACK_PS, type TcpOptions } from './options.ts'

export class Receiver {
  private readonly options: TcpOptions

  constructor(options: TcpOptions) {
    this.options = options
  }

  /** Takes payload and FIN; true when the FIN has come in its turn. */
  take(end: Endpoint, packet: Packet, now: Time): boolean {
    const from = packet.sequence
    const hasFin = (packet.tcpFlags & TCP_FIN) !== 0
    const to = from + packet.payloadBytes + (hasFin ? 1 : 0)
    if (to === from) return false
    if (hasFin) end.finAt = to - 1
    if (to <= end.rcvNxt) {
      // Received before: the acknowledgement must have been lost.
      end.ackNow = true
      return false
    }
    if (from > end.rcvNxt) {
      earlyOf(end).add(from, to)
      end.latestEarly = from
      end.ackNow = true
      return false
    }
    this.advance(end, to, now)
    return end.finAt >= 0 && end.rcvNxt > end.finAt
  }

  /** The timestamp of the earliest segment not acknowledged is echoed (RFC 7323, 4.3). */
  noteStamp(end: Endpoint, packet: Packet): void {
    if (!this.options.timestamps || packet.sequence > end.ackedUpTo) return
    if (packet.stamp > end.recentStamp) end.recentStamp = packet.stamp
  }

  private advance(end: Endpoint, to: number, now: Time): void {
    const { early } = end
    end.rcvNxt = to
    if (early !== null && early.count > 0) {
      end.rcvNxt = early.endOf(to)
      early.trimBelow(end.rcvNxt)
      // Fills a gap, or a part of it: the sender is waiting to hear.
      end.ackNow = true
    } else if (!this.options.delayedAck || end.rcvNxt - end.ackedUpTo > end.mss) end.ackNow = true
    else end.acknowledgeAt = Math.min(end.acknowledgeAt, now + DELAYED_ACK_PS)
  }
}
