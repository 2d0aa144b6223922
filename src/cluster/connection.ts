// One TCP connection of a simulation: its two ends (tcp/endpoint.ts) and what the applications at
// them are about. Packets carry it, so that nobody has to look ports up; neither end looks at what
// the other knows but by packets, except for the sizes of request and answer, which are content.
import { CLOSED, TIME_WAIT, Endpoint } from '../tcp/endpoint.ts'
import type { Time } from '../kernel/time.ts'
import type { Packet, Tagged } from '../net/packet.ts'
import type { RealServer } from './real-server.ts'
import type { Fated } from './fates.ts'
import type { ServerStack } from './server-stack.ts'

/** What the client is waiting for. */
export const CONNECTING = 0
export const WAITING = 1
export const THINKING = 2
export const DONE = 3

/** Where the connection stands at the listening socket. */
export const NOWHERE = 0
export const HALF_OPEN = 1
export const UNACCEPTED = 2
export const ACCEPTED = 3

export class Connection implements Tagged, Fated {
  /** Goes up when the record is freed; packets of an earlier use are then strangers. */
  generation = 0
  isSent = false
  isTaken = false
  readonly client: Endpoint
  readonly server: Endpoint

  phase = DONE
  slot = 0
  requestAt: Time = 0
  addressIndex = 0
  port = 0
  holdsPort = false
  /** Requests that have not been answered, the present one included. */
  requestsLeft = 0
  ticket = -1
  outage = -1
  isNewcomer = false
  /** Of the present request. */
  answerBytes = 0
  /** Numbers after the last byte of the present request and of its answer. */
  requestEnd = 1
  answerEnd = 1

  /** The server that it came to, and its address there, as the client's packets name it. */
  stack: ServerStack | null = null
  serverAddress = 0
  serverPort = 0
  place = NOWHERE
  /** A SYN was answered that is not remembered (SYN cookies). */
  hasCookie = false
  /** Refused because the server had as many as it may: for the record, no end looks at it. */
  isOverLimit = false
  /** Requests are taken up to here; the server is busy with one. */
  takenEnd = 1
  isBusy = false
  /** The packet that completed a request for which there is no place yet. */
  token: Packet | null = null

  constructor(index: number) {
    this.client = new Endpoint(2 * index)
    this.server = new Endpoint(2 * index + 1)
  }

  /** Nobody needs it any more: TIME_WAIT only waits for what the server still sends. */
  get isOver(): boolean {
    const { state } = this.client
    return this.server.state === CLOSED && (state === CLOSED || state === TIME_WAIT)
  }
}

/** Records of connections, reused: the last one first. */
export class ConnectionPool {
  /** Connections so far. */
  opened = 0
  private readonly all: Connection[] = []
  private readonly free: Connection[] = []

  /** Connections alive. */
  get taken(): number {
    return this.all.length - this.free.length
  }

  take(): Connection {
    const connection = this.free.pop() ?? this.add()
    this.opened++
    connection.isTaken = true
    connection.isSent = false
    connection.requestEnd = 1
    connection.answerEnd = 1
    connection.takenEnd = 1
    connection.hasCookie = false
    connection.isOverLimit = false
    connection.outage = -1
    return connection
  }

  give(connection: Connection): void {
    connection.generation++
    connection.isTaken = false
    connection.client.end(connection.client.cause)
    connection.stack = null
    this.free.push(connection)
  }

  at(index: number): Connection {
    return this.all[index]!
  }

  /** Those that have come to that server. */
  of(server: RealServer): Connection[] {
    return this.all.filter(({ isTaken, stack }) => isTaken && stack?.server === server)
  }

  /** Connections that their clients have not finished with. */
  forEachOpen(act: (connection: Connection) => void): void {
    for (const connection of this.all) {
      if (connection.isTaken && connection.phase !== DONE) act(connection)
    }
  }

  private add(): Connection {
    const connection = new Connection(this.all.length)
    this.all.push(connection)
    return connection
  }
}
