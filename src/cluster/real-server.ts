// A real server: workers who take up requests, first come first served, and a backlog of limited
// length. It takes the outer header off tunnelled packets. Answers from the virtual address go
// straight to the client, over a router where that is on another network; answers from its own
// address (NAT) go to its gateway, the director.
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import type { Sampler } from '../kernel/distributions.ts'
import type { Time } from '../kernel/time.ts'
import type { AddressTable, Neighbours } from '../net/address.ts'
import { sizeFrame, type DropSink, type Packet, type Port, type Terminus } from '../net/packet.ts'
import { Ring } from '../net/ring.ts'
import type { ServerSide } from './transport.ts'
import { OwnCores, SharedCores, type Workers } from './workers.ts'

export interface RealServerOptions {
  /** 'rs3' */
  name: string
  address: number
  mac: number
  cores: number
  /** Requests worked on at once; more than cores share them. */
  workers: number
  backlog: number
  /** Open connections of TCP; null is no limit. */
  maxConnections: number | null
  /** Core time per request, ps; null takes none. */
  service: Sampler | null
  /** That many times as long: a host that is ill, or older than the others. */
  slowness: number
  neighbours: Neighbours
  /** Routers of its network. */
  beyond: AddressTable
  gatewayMac: number
  uplink: Port
}

export class RealServer implements Element, Port, Terminus {
  readonly name: string
  /** None for a server that takes no time. */
  readonly alarm: Alarm | null
  readonly backlog: Ring
  /** Cores that can be busy. */
  readonly cores: number
  readonly workers: number
  /** Requests begun. */
  begun = 0
  /** Dropped because the backlog was full. */
  dropped = 0
  /** Open connections, and those refused because there were too many. */
  connections = 0
  refused = 0
  private readonly staff: Workers
  private readonly maxConnections: number
  private readonly slowness: number
  private readonly address: number
  private readonly mac: number
  private readonly service: Sampler | null
  private readonly neighbours: Neighbours
  private readonly beyond: AddressTable
  private readonly gatewayMac: number
  private readonly uplink: Port
  private readonly transport: ServerSide
  private readonly drops: DropSink

  constructor(kernel: Kernel, options: RealServerOptions, transport: ServerSide, drops: DropSink) {
    this.name = options.name
    this.address = options.address | 0
    this.mac = options.mac
    this.cores = Math.min(options.cores, options.workers)
    this.workers = options.workers
    this.maxConnections = options.maxConnections ?? Infinity
    this.slowness = options.slowness
    const isShared = options.workers > options.cores
    this.staff = isShared ? new SharedCores(options.cores) : new OwnCores(this.cores)
    this.backlog = new Ring(`${options.name} backlog`, options.backlog)
    this.service = options.service
    this.neighbours = options.neighbours
    this.beyond = options.beyond
    this.gatewayMac = options.gatewayMac
    this.uplink = options.uplink
    this.transport = transport
    this.drops = drops
    this.alarm = options.service === null ? null : kernel.add(this)
  }

  /**
   * A server that takes no time passes packets on: what its wire brings and what its other wire
   * takes keep their order, so it can be told of a datagram ahead of time.
   */
  arriveAt(packet: Packet, due: Time): void {
    this.receive(packet, due)
  }

  receive(packet: Packet, now: Time): void {
    if (packet.outerDst !== 0) {
      packet.outerDst = 0
      packet.outerSrc = 0
      sizeFrame(packet)
    }
    this.transport.atServer(packet, this, now)
  }

  /** Takes up the request that the packet asks for; false when the backlog is full. */
  work(packet: Packet, now: Time): boolean {
    if (this.service === null) {
      this.begun++
      this.transport.answer(packet, this, now)
      return true
    }
    if (this.staff.busy >= this.workers) return this.backlog.push(packet)
    this.begin(packet, now)
    this.alarm!.set(this.staff.nextAt(now))
    return true
  }

  /** It has as many connections as it may have. */
  get isFull(): boolean {
    return this.connections >= this.maxConnections
  }

  /** Takes up a connection. */
  connect(): void {
    this.connections++
  }

  /** A connection that was taken up is over. */
  disconnect(): void {
    this.connections--
  }

  drop(packet: Packet, now: Time): void {
    this.dropped++
    this.drops.lose(packet, now)
  }

  wake(now: Time): void {
    const packet = this.staff.finish(now)
    if (this.backlog.length > 0) this.begin(this.backlog.shift(), now)
    this.alarm!.set(this.staff.nextAt(now))
    this.transport.answer(packet, this, now)
  }

  send(packet: Packet, now: Time): void {
    packet.srcMac = this.mac
    if (packet.src === this.address) packet.dstMac = this.gatewayMac
    else {
      const mac = this.neighbours.macOf(packet.dst)
      packet.dstMac = mac >= 0 ? mac : this.beyond.macOf(packet.dst)
    }
    this.uplink.receive(packet, now)
  }

  /** Core time spent before `now`, over all cores. */
  busyUntil(now: Time): Time {
    return this.staff.busyUntil(now)
  }

  private begin(packet: Packet, now: Time): void {
    this.begun++
    this.staff.begin(packet, Math.max(1, Math.round(this.service!.next() * this.slowness)), now)
  }
}
