// One TCP connection with one request on it, as the script of tcp-script.ts sees it: both ends in
// one record, because nothing is retransmitted and so neither end ever guesses about the other.
import type { Time } from '../kernel/time.ts'
import type { Tagged } from '../net/packet.ts'

export const SYN_SENT = 1
export const REQUESTED = 2
export const CLOSING = 3

export class Exchange implements Tagged {
  readonly index: number
  /** Goes up when the record is freed; packets of an earlier use are then strangers. */
  generation = 0
  state = 0
  slot = 0
  requestAt: Time = 0
  addressIndex = 0
  port = 0
  ticket = -1
  requestBytes = 0
  answerBytes = 0
  /** Client: payload received, and segments since the last acknowledgement. */
  received = 0
  unacknowledged = 0
  /**
   * Server: payload received, answer sent, answer acknowledged; its address as the client's packets
   * name it.
   */
  serverReceived = 0
  sent = 0
  acknowledged = 0
  answering = false
  serverAddress = 0
  serverPort = 0

  constructor(index: number) {
    this.index = index
  }
}

/** Records of exchanges, reused. */
export class ExchangePool {
  private readonly all: Exchange[] = []
  private readonly free: Exchange[] = []

  take(): Exchange {
    const exchange = this.free.pop() ?? this.add()
    exchange.received = 0
    exchange.unacknowledged = 0
    exchange.serverReceived = 0
    exchange.sent = 0
    exchange.acknowledged = 0
    exchange.answering = false
    return exchange
  }

  give(exchange: Exchange): void {
    exchange.generation++
    exchange.state = 0
    this.free.push(exchange)
  }

  at(index: number): Exchange {
    return this.all[index]!
  }

  private add(): Exchange {
    const exchange = new Exchange(this.all.length)
    this.all.push(exchange)
    return exchange
  }
}
