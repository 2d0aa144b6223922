// Two endpoints and a wire each way between them: the TCP under test without a cluster around it.
import { arm, hasFired } from '../../src/tcp/timers.ts'
import { CLOSED, Endpoint } from '../../src/tcp/endpoint.ts'
import { LINUX_TCP, type TcpOptions } from '../../src/tcp/options.ts'
import { Tcp } from '../../src/tcp/tcp.ts'
import { TCP_RST, TCP_SYN } from '../../src/tcp/flags.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { PS_PER_SECOND, type Time } from '../../src/kernel/time.ts'
import { Link } from '../../src/net/link.ts'
import { PacketPool, type Packet, type Port } from '../../src/net/packet.ts'

export const MS: number = PS_PER_SECOND / 1000
const FLAGS: [bit: number, name: string][] = [
  [2, 'SYN'],
  [1, 'FIN'],
  [4, 'RST'],
  [8, 'PSH'],
  [16, 'ACK'],
]

export interface PairOptions {
  /** Of both ends, and of one of them. */
  tcp?: Partial<TcpOptions>
  client?: Partial<TcpOptions>
  server?: Partial<TcpOptions>
  rateBps?: number
  /** One way. */
  delayPs?: number
  mtuBytes?: number
  queuePackets?: number
  /** True: the wire loses the packet. `line` is like "> PSH ACK 1000". */
  loses?: (line: string, packet: Packet, now: Time) => boolean
  /** What the ends do when something has happened to them. */
  onClient?: (pair: Pair, now: Time) => void
  onServer?: (pair: Pair, now: Time) => void
}

export interface Sent {
  at: Time
  line: string
  bytes: number
}

export class Pair {
  readonly kernel = new Kernel()
  readonly pool = new PacketPool()
  readonly client = new Endpoint(0)
  readonly server = new Endpoint(1)
  readonly clientTcp: Tcp
  readonly serverTcp: Tcp
  /** Every packet in order of sending, lost ones too, while `isTracing`. */
  readonly sent: Sent[] = []
  isTracing = true
  lost = 0
  private readonly options: PairOptions
  private readonly up: Port
  private readonly down: Port

  constructor(options: PairOptions = {}) {
    this.options = options
    const { mtuBytes = 1500 } = options
    const host = {
      take: () => this.pool.take(),
      send: (end: Endpoint, packet: Packet, now: Time) => this.send(end, packet, now),
    }
    const tcp = (own: Partial<TcpOptions> = {}) =>
      new Tcp({ ...LINUX_TCP, ...options.tcp, ...own }, mtuBytes, 20, host)
    this.clientTcp = tcp(options.client)
    this.serverTcp = tcp(options.server)
    this.up = this.wire({ receive: (packet, now) => this.atServer(packet, now) })
    this.down = this.wire({ receive: (packet, now) => this.atClient(packet, now) })
  }

  /** The packets as lines: "> SYN", "< PSH ACK 1000". */
  get lines(): string[] {
    return this.sent.map(({ line }) => line)
  }

  open(now: Time = 0): void {
    this.clientTcp.open(this.client, now)
    this.settle()
  }

  /** Lets the ends know that something was written or closed. */
  settle(): void {
    for (const end of [this.client, this.server]) {
      arm(end, { plan: (one, at) => this.kernel.agenda.plan(at, this, one.index) })
    }
  }

  run(seconds: number): void {
    this.kernel.runUntil(this.kernel.now + Math.round(seconds * PS_PER_SECOND))
  }

  due(index: number, now: Time): void {
    const end = index === 0 ? this.client : this.server
    if (!hasFired(end, now)) return
    const tcp = index === 0 ? this.clientTcp : this.serverTcp
    tcp.handleTime(end, now)
    this.after(now)
  }

  private atServer(packet: Packet, now: Time): void {
    const { server, serverTcp } = this
    if ((packet.tcpFlags & TCP_SYN) !== 0 && server.state === CLOSED) {
      serverTcp.accept(server, packet, now)
    } else if (server.state !== CLOSED) serverTcp.handle(server, packet, now)
    this.pool.give(packet)
    this.after(now)
  }

  private atClient(packet: Packet, now: Time): void {
    if (this.client.state !== CLOSED) this.clientTcp.handle(this.client, packet, now)
    else if ((packet.tcpFlags & TCP_RST) === 0) this.clientTcp.refuse(this.client, now)
    this.pool.give(packet)
    this.after(now)
  }

  private after(now: Time): void {
    this.options.onClient?.(this, now)
    this.options.onServer?.(this, now)
    this.settle()
  }

  private send(end: Endpoint, packet: Packet, now: Time): void {
    const arrow = end === this.client ? '>' : '<'
    const flags = FLAGS.filter(([bit]) => packet.tcpFlags & bit).map(([, name]) => name)
    const payload = packet.payloadBytes > 0 ? [String(packet.payloadBytes)] : []
    const line = [arrow, ...flags, ...payload].join(' ')
    if (this.isTracing) this.sent.push({ at: now, line, bytes: packet.frameBytes })
    if (this.options.loses?.(line, packet, now) === true) {
      this.lost++
      this.pool.give(packet)
    } else (end === this.client ? this.up : this.down).receive(packet, now)
  }

  private wire(target: Port): Link {
    const { rateBps = 10_000_000_000, delayPs = 10 * MS, mtuBytes = 1500 } = this.options
    const spec = {
      at: 'wire',
      resource: 'send' as const,
      rateBps,
      delayPs,
      overheadBytes: 20,
      mtuBytes,
      queuePackets: this.options.queuePackets ?? null,
      queueBytes: null,
    }
    const drops = {
      lose: (packet: Packet) => {
        this.lost++
        this.pool.give(packet)
      },
    }
    return new Link(this.kernel, spec, target, drops)
  }
}
