// The listening socket of a real server, with its two queues as Linux has them (listen(2), tcp(7)):
// half-open connections wait for the last ACK of the handshake, complete ones for the application
// to accept them. The application accepts while it finds a place for what it has read; requests on
// connections that are accepted wait for a place in turn with those that are not.
import { CLOSED } from '../tcp/endpoint.ts'
import type { Time } from '../kernel/time.ts'
import type { ListenOptions } from '../tcp/options.ts'
import type { Packet } from '../net/packet.ts'
import { ACCEPTED, HALF_OPEN, NOWHERE, UNACCEPTED, type Connection } from './connection.ts'
import type { RealServer } from './real-server.ts'

/** What becomes of a SYN. */
export const REMEMBER = 0
export const COOKIE = 1
export const IGNORE = 2

/** What becomes of the last ACK of a handshake. */
export const ESTABLISH = 0
export const DROP_ACK = 1
export const ABORT = 2

export class Listener {
  readonly server: RealServer
  private readonly options: ListenOptions
  /** SYNs that found no place in their queue. */
  synsDropped = 0
  private synPeak = 0
  private halfOpen = 0
  private unaccepted = 0
  /** Connections that wait for the application, first come first, with their generations. */
  private readonly waiting: Connection[] = []
  private readonly generations: number[] = []
  private head = 0
  private isServing = false

  constructor(server: RealServer, options: ListenOptions) {
    this.server = server
    this.options = options
  }

  /** Half-open connections, and complete ones that are not accepted. */
  get queues(): { syn: number; accept: number } {
    return { syn: this.halfOpen, accept: this.unaccepted }
  }

  /** The SYN queue's limit. */
  get synLimit(): number {
    return this.options.maxSynBacklog
  }

  /** Looks at the peak of the SYN queue, which begins anew. */
  takeSynPeak(): number {
    const peak = this.synPeak
    this.synPeak = this.halfOpen
    return peak
  }

  /** With a full accept queue SYNs are dropped; a full SYN queue sends cookies, if it may. */
  judgeSyn(): number {
    const { maxSynBacklog, syncookies } = this.options
    if (this.isFull) return this.refuse(IGNORE)
    if (this.halfOpen < maxSynBacklog) return REMEMBER
    if (syncookies) return COOKIE
    this.synsDropped++
    return IGNORE
  }

  /** With a full accept queue the ACK is dropped, and the SYN ACK will be sent again. */
  judgeAck(): number {
    if (!this.isFull) return ESTABLISH
    return this.refuse(this.options.abortOnOverflow ? ABORT : DROP_ACK)
  }

  remember(connection: Connection): void {
    connection.place = HALF_OPEN
    this.halfOpen++
    if (this.halfOpen > this.synPeak) this.synPeak = this.halfOpen
    this.server.connect()
  }

  /** The handshake is complete: accepted at once if nobody waits. */
  establish(connection: Connection): void {
    if (connection.place === HALF_OPEN) this.halfOpen--
    else this.server.connect()
    if (this.isIdle && this.server.isWorking) {
      connection.place = ACCEPTED
      return
    }
    connection.place = UNACCEPTED
    this.unaccepted++
    this.queue(connection)
  }

  /** A request is complete, with that packet: the server takes it up, or it waits. */
  ask(connection: Connection, token: Packet, now: Time): void {
    connection.isBusy = true
    if (this.isIdle && this.server.isWorking && this.server.work(token, now)) return
    connection.token = token
    if (connection.place !== UNACCEPTED) this.queue(connection)
  }

  /** The server has finished something: whoever waits first may have a place. */
  serve(now: Time): void {
    if (this.isServing || !this.server.isWorking) return
    this.isServing = true
    while (!this.isIdle && this.serveFirst(now)) this.advance()
    this.isServing = false
  }

  /** The connection has ended; gives the packet that it kept. */
  leave(connection: Connection): Packet | null {
    const { place, token } = connection
    if (place === HALF_OPEN) this.halfOpen--
    else if (place === UNACCEPTED) this.unaccepted--
    if (place !== NOWHERE) this.server.disconnect()
    connection.place = NOWHERE
    connection.token = null
    connection.isBusy = false
    return token
  }

  /** Linux compares with `>`: there is room for one more than the number says. */
  private get isFull(): boolean {
    return this.unaccepted > this.options.somaxconn
  }

  private get isIdle(): boolean {
    return this.head === this.waiting.length
  }

  private refuse(verdict: number): number {
    this.server.dropped++
    return verdict
  }

  private queue(connection: Connection): void {
    this.waiting.push(connection)
    this.generations.push(connection.generation)
  }

  private advance(): void {
    this.head++
    if (this.head < 1024 && this.head < this.waiting.length) return
    this.waiting.splice(0, this.head)
    this.generations.splice(0, this.head)
    this.head = 0
  }

  /** False when there is no place for it yet. */
  private serveFirst(now: Time): boolean {
    const connection = this.waiting[this.head]!
    const isSame = connection.generation === this.generations[this.head]
    const isHere = isSame && connection.stack?.listener === this
    if (!isHere || connection.server.state === CLOSED) return true
    const { token } = connection
    connection.token = null
    if (token !== null && !this.server.work(token, now)) {
      connection.token = token
      return false
    }
    if (connection.place === UNACCEPTED) {
      connection.place = ACCEPTED
      this.unaccepted--
    }
    return true
  }
}
