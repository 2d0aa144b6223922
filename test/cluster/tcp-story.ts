// Clients and one real server over TCP, with a wire each way and nothing else between them.
import { ClientHosts } from '../../src/cluster/client-hosts.ts'
import type { Demand, Source } from '../../src/cluster/demand.ts'
import { EphemeralPorts } from '../../src/cluster/ports.ts'
import { RealServer } from '../../src/cluster/real-server.ts'
import { ServerSocket } from '../../src/cluster/server-stack.ts'
import { TcpTransport } from '../../src/cluster/tcp-transport.ts'
import { sampler } from '../../src/kernel/distributions.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { Streams } from '../../src/kernel/random.ts'
import { PS_PER_SECOND, type Time } from '../../src/kernel/time.ts'
import type { PhaseResult } from '../../src/measure/replication.ts'
import { Recorder } from '../../src/measure/recorder.ts'
import { AddressTable, Neighbours } from '../../src/net/address.ts'
import { Link } from '../../src/net/link.ts'
import { PacketPool, type Packet, type Port } from '../../src/net/packet.ts'
import { LINUX_PORTS } from '../../src/net/port-range.ts'
import {
  LINUX_LISTEN,
  LINUX_TCP,
  type ListenOptions,
  type TcpOptions,
} from '../../src/tcp/options.ts'

export const MS: number = PS_PER_SECOND / 1000
const FLAGS: [bit: number, name: string][] = [
  [2, 'SYN'],
  [1, 'FIN'],
  [4, 'RST'],
  [8, 'PSH'],
  [16, 'ACK'],
]

export interface StoryOptions {
  request?: number
  response?: number
  /** Requests on a connection. */
  requests?: number
  thinkPs?: Time
  timeoutPs?: Time
  /** Time of the server's one core per request. */
  workPs?: Time
  backlog?: number
  maxConnections?: number | null
  tcp?: Partial<TcpOptions>
  listen?: Partial<ListenOptions>
  addresses?: number
  /** May lose a packet, or turn it into something else. */
  spoil?: (line: string, packet: Packet, now: Time) => 'lose' | 'keep'
}

export class Story implements Source {
  readonly kernel = new Kernel()
  readonly pool = new PacketPool()
  /** "> SYN", "< PSH ACK 1000", in order of sending. */
  readonly packets: string[] = []
  readonly recorder: Recorder
  readonly server: RealServer
  readonly socket: ServerSocket
  readonly transport: TcpTransport
  readonly ports: EphemeralPorts
  /** Tickets of connections that have ended. */
  readonly endedTickets: number[] = []
  /** Further requests that the load has. */
  left = Infinity
  private readonly options: Required<StoryOptions>

  constructor(options: StoryOptions = {}) {
    this.options = {
      ...{ request: 200, response: 1000, requests: 1, thinkPs: 0, timeoutPs: 100 * MS },
      ...{ workPs: MS / 20, backlog: 10, tcp: {}, listen: {}, addresses: 1 },
      maxConnections: null,
      spoil: () => 'keep' as const,
      ...options,
    }
    const { kernel, pool } = this
    const { addresses, tcp, listen, backlog, workPs, thinkPs, timeoutPs } = this.options
    const { maxConnections } = this.options
    const streams = new Streams('story')
    const constant = (value: number) => sampler({ kind: 'constant', value }, streams.stream('x'))
    const phase = { name: 'steady', startPs: 0, durationPs: PS_PER_SECOND, steady: true }
    this.recorder = new Recorder([phase], ['rs'])
    const drops = { lose: (packet: Packet) => this.transport.lost(packet) }
    const wire = (target: Port) => new Link(kernel, WIRE, target, drops)
    const down = wire({ receive: (packet, now) => this.transport.atClient(packet, now) })
    const up = wire({ receive: (packet, now) => this.server.receive(packet, now) })
    const hosts = new ClientHosts({
      ...{ firstAddress: 0x0a010001, addresses, firstMac: 5, vip: 0x0a00000a, vipPort: 80 },
      ports: LINUX_PORTS,
      uplinks: [this.watched('>', up)],
      nextHops: [{ mac: 9 }],
    })
    const sockets = new Map<RealServer, ServerSocket>()
    this.ports = new EphemeralPorts(addresses, LINUX_PORTS)
    this.transport = new TcpTransport({
      population: 0,
      ...{ kernel, hosts, pool, recorder: this.recorder, ports: this.ports, source: this },
      think: thinkPs === 0 ? null : constant(thinkPs),
      mtuBytes: 1500,
      tcp: { ...LINUX_TCP, ...tcp },
      sockets,
      timeoutPs,
    })
    this.server = new RealServer(
      kernel,
      {
        ...{ name: 'rs', address: 0x0a00000b, mac: 7, cores: 1, workers: 1, backlog },
        ...{ maxConnections, slowness: 1 },
        service: workPs === 0 ? null : constant(workPs),
        neighbours: new Neighbours(),
        beyond: new AddressTable(),
        directors: new AddressTable(),
        gateway: { mac: 0 },
        uplink: this.watched('<', down),
      },
      this.transport,
      drops,
    )
    const socketOptions = { ...LINUX_TCP, ...tcp, ...LINUX_LISTEN, ...listen }
    this.socket = new ServerSocket(this.server, 0, 1500, socketOptions)
    sockets.set(this.server, this.socket)
  }

  /** Opens a connection now. */
  ask(client = 0, ticket = -1): void {
    const { request, response, requests } = this.options
    const sizes = { requestBytes: request, answerBytes: response }
    this.transport.request({ slot: 0, client, ...sizes, requests, ticket }, this.kernel.now)
  }

  run(ms: number): this {
    this.kernel.runUntil(this.kernel.now + Math.round(ms * MS))
    return this
  }

  get result(): PhaseResult {
    return this.recorder.results('web', [1], PS_PER_SECOND)[0]!
  }

  /** Packets and connections that were not given back. */
  get alive(): [packets: number, connections: number] {
    return [this.pool.taken, this.transport.connections.taken]
  }

  follow(demand: Demand): boolean {
    if (this.left-- <= 0) return false
    demand.slot = 0
    demand.requestBytes = this.options.request
    demand.answerBytes = this.options.response
    return true
  }

  ended(ticket: number): void {
    this.endedTickets.push(ticket)
  }

  private watched(arrow: string, wire: Link): Port {
    return {
      receive: (packet, now) => {
        const flags = FLAGS.filter(([bit]) => packet.tcpFlags & bit).map(([, name]) => name)
        const payload = packet.payloadBytes > 0 ? [String(packet.payloadBytes)] : []
        const line = [arrow, ...flags, ...payload].join(' ')
        this.packets.push(line)
        if (this.options.spoil(line, packet, now) === 'lose') this.transport.lost(packet)
        else wire.receive(packet, now)
      },
    }
  }
}

const WIRE = {
  at: 'wire',
  resource: 'send' as const,
  rateBps: 1_000_000_000,
  delayPs: MS / 100,
  overheadBytes: 20,
  mtuBytes: 1500,
  queuePackets: 10_000,
  queueBytes: null,
}
