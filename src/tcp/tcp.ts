// A TCP (RFC 9293) without sockets, clocks and wires: it is told what has arrived, what the
// application wants and what time it is, moves the numbers of an endpoint, and hands out segments.
// One of them serves all endpoints with the same options.
//
//   open  > SYN_SENT                    ESTABLISHED > close > FIN_WAIT_1 > FIN_WAIT_2 > TIME_WAIT
//   listen > SYN_RECEIVED > ESTABLISHED > FIN arrives > CLOSE_WAIT > close > LAST_ACK > CLOSED
//
// Applications close both directions at once, as close() does: data that arrives afterwards is
// answered with RST.
import { NEVER, type Time } from '../kernel/time.ts'
import type { Packet } from '../net/packet.ts'
import {
  CLOSED,
  CLOSE_WAIT,
  CLOSING,
  ESTABLISHED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  LAST_ACK,
  ORDERLY,
  SYN_RECEIVED,
  SYN_SENT,
  TIMED_OUT,
  TIME_WAIT,
  WAS_REFUSED,
  WAS_RESET,
  type Endpoint,
} from './endpoint.ts'
import { TCP_ACK, TCP_RST, TCP_SYN } from './flags.ts'
import {
  DATA_RETRIES,
  FIN_TIMEOUT_PS,
  ORPHAN_RETRIES,
  TIME_WAIT_PS,
  type TcpOptions,
} from './options.ts'
import { Receiver } from './receiver.ts'
import { Segments, type SegmentHost } from './segments.ts'
import { Sender } from './sender.ts'

export class Tcp {
  private readonly options: TcpOptions
  private readonly segments: Segments
  private readonly sender: Sender
  private readonly receiver: Receiver

  constructor(options: TcpOptions, mtuBytes: number, ipHeaderBytes: number, host: SegmentHost) {
    this.options = options
    this.segments = new Segments(options, mtuBytes, ipHeaderBytes, host)
    this.sender = new Sender(options, this.segments)
    this.receiver = new Receiver(options)
  }

  /** An active open. */
  open(end: Endpoint, now: Time): void {
    end.reset()
    end.state = SYN_SENT
    end.mss = this.segments.sizes.payloadBytes
    this.segments.syn(end, false, now)
  }

  /** A passive open by the SYN that has arrived. */
  accept(end: Endpoint, syn: Packet, now: Time): void {
    end.reset()
    end.state = SYN_RECEIVED
    end.mss = this.segments.sizes.mssTowards(syn.mss)
    end.rcvNxt = 1
    end.peerWindow = syn.window
    this.receiver.noteStamp(end, syn)
    this.segments.syn(end, true, now)
  }

  /** Answers a SYN and remembers nothing but what the cookie holds: the size of segments. */
  answerCookie(end: Endpoint, syn: Packet, now: Time): void {
    this.accept(end, syn, now)
    end.reset()
  }

  /** A passive open by the last ACK of a handshake that was not remembered (RFC 4987, 3.6). */
  acceptCookie(end: Endpoint): void {
    end.reset()
    end.state = SYN_RECEIVED
    end.rcvNxt = 1
    end.ackedUpTo = 1
    end.sndNxt = 1
  }

  /** The application has so many bytes more to send. */
  write(end: Endpoint, bytes: number, now: Time): void {
    end.writtenEnd += bytes
    this.sender.flush(end, now)
  }

  /** The application is done with the connection. */
  close(end: Endpoint, now: Time): void {
    if (end.state === ESTABLISHED) end.state = FIN_WAIT_1
    else if (end.state === CLOSE_WAIT) end.state = LAST_ACK
    else {
      if (end.state < ESTABLISHED) end.end(ORDERLY)
      return
    }
    end.isClosing = true
    this.sender.flush(end, now)
  }

  /** Says that there is nothing here, whatever there was. */
  refuse(end: Endpoint, now: Time): void {
    this.segments.reset(end, now)
    end.end(WAS_RESET)
  }

  /** A segment of the other end. */
  handle(end: Endpoint, packet: Packet, now: Time): void {
    const { tcpFlags } = packet
    if ((tcpFlags & TCP_RST) !== 0) {
      end.end(end.state === SYN_SENT ? WAS_REFUSED : WAS_RESET)
    } else if ((tcpFlags & TCP_SYN) !== 0) this.handleSyn(end, packet, now)
    else if ((tcpFlags & TCP_ACK) !== 0 && end.state > SYN_SENT) this.handleAck(end, packet, now)
  }

  /** ICMP: no way to the port. It ends only what has not begun (RFC 5927, 5). */
  handleUnreachable(end: Endpoint): void {
    if (end.state === SYN_SENT) end.end(WAS_REFUSED)
  }

  /** ICMP: a segment was too big for a path of that MTU (RFC 1191, RFC 8201). */
  handleTooBig(end: Endpoint, mtuBytes: number, now: Time): void {
    if (end.state >= ESTABLISHED)
      this.sender.shrink(end, this.segments.sizes.mssThrough(mtuBytes), now)
  }

  /** Deals with deadlines of the protocol that have come; the application's are left alone. */
  handleTime(end: Endpoint, now: Time): void {
    if (end.acknowledgeAt <= now) this.segments.ack(end, now)
    if (end.retransmitAt <= now) this.timeOut(end, now)
    if (end.applicationAt <= now && (end.state === TIME_WAIT || end.state === FIN_WAIT_2)) {
      end.end(ORDERLY)
    }
  }

  private timeOut(end: Endpoint, now: Time): void {
    const { state } = end
    if (end.retries >= this.mostRetries(state)) return end.end(TIMED_OUT)
    if (state > SYN_RECEIVED) return this.sender.timeOut(end, now)
    end.retries++
    end.backoff++
    end.synWasRepeated = true
    end.timedEnd = -1
    this.segments.syn(end, state === SYN_RECEIVED, now)
  }

  private mostRetries(state: number): number {
    if (state === SYN_SENT) return this.options.synRetries
    if (state === SYN_RECEIVED) return this.options.synackRetries
    return state === ESTABLISHED || state === CLOSE_WAIT ? DATA_RETRIES : ORPHAN_RETRIES
  }

  private handleSyn(end: Endpoint, packet: Packet, now: Time): void {
    const isAnswer = (packet.tcpFlags & TCP_ACK) !== 0
    if (end.state === SYN_SENT && isAnswer) {
      end.state = ESTABLISHED
      end.mss = this.segments.sizes.mssTowards(packet.mss)
      end.rcvNxt = 1
      this.receiver.noteStamp(end, packet)
      this.sender.acknowledge(end, packet, now)
      this.sender.begin(end)
      this.segments.ack(end, now)
    } else if (end.state === SYN_RECEIVED && !isAnswer) this.segments.syn(end, true, now)
    // The last ACK of the handshake was lost.
    else if (end.state >= ESTABLISHED && isAnswer) this.segments.ack(end, now)
  }

  private handleAck(end: Endpoint, packet: Packet, now: Time): void {
    if (isTooLate(end, packet)) return this.refuse(end, now)
    this.receiver.noteStamp(end, packet)
    this.sender.acknowledge(end, packet, now)
    if (end.sndUna > end.writtenEnd) this.finAcknowledged(end, now)
    else if (end.state === SYN_RECEIVED && end.sndUna === 1) {
      end.state = ESTABLISHED
      this.sender.begin(end)
    }
    if (end.state === CLOSED) return
    if (this.receiver.take(end, packet, now)) this.finReceived(end, now)
    // Only an ACK alone tells of what lies beyond a gap; any other travels with data if it can.
    if (end.ackNow && end.early !== null && end.early.count > 0) this.segments.ack(end, now)
    if (end.state !== TIME_WAIT) this.sender.flush(end, now)
    if (end.ackNow) this.segments.ack(end, now)
  }

  private finAcknowledged(end: Endpoint, now: Time): void {
    if (end.state === FIN_WAIT_1) {
      end.state = FIN_WAIT_2
      end.applicationAt = now + FIN_TIMEOUT_PS
    } else if (end.state === CLOSING) remember(end, now)
    else if (end.state === LAST_ACK) end.end(ORDERLY)
  }

  private finReceived(end: Endpoint, now: Time): void {
    if (end.state === ESTABLISHED) {
      // Applications close in answer, and the ACK travels with their FIN.
      end.state = CLOSE_WAIT
      return
    }
    end.ackNow = true
    if (end.state === FIN_WAIT_1) end.state = CLOSING
    else if (end.state === FIN_WAIT_2) remember(end, now)
  }
}

/** Both have closed: TIME_WAIT answers a FIN whose ACK was lost (RFC 9293, 3.6). */
function remember(end: Endpoint, now: Time): void {
  end.state = TIME_WAIT
  end.retransmitAt = NEVER
  end.applicationAt = now + TIME_WAIT_PS
}

/** New data for an application that has closed. */
function isTooLate(end: Endpoint, packet: Packet): boolean {
  if (end.state !== FIN_WAIT_1 && end.state !== FIN_WAIT_2) return false
  return packet.payloadBytes > 0 && packet.sequence + packet.payloadBytes > end.rcvNxt
}
