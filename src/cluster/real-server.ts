// A real server: workers who take up requests, first come first served, and a backlog of limited
// length. It takes the outer header off tunnelled packets. Answers from the virtual address go
// straight to the client, over a router where that is on another network; answers from its own
// address (NAT) go to its gateway, the director. It may crash or hang, the whole machine or the
// program alone, whose sockets the kernel then closes, or keeps filling.
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import type { Sampler } from '../kernel/distributions.ts'
import type { Time } from '../kernel/time.ts'
import type { AddressTable, Learnt, Neighbours } from '../net/address.ts'
import { TCP, sizeFrame, type DropSink, type Packet } from '../net/packet.ts'
import type { Port, Terminus } from '../net/packet.ts'
import { Ring } from '../net/ring.ts'
import type { FaultyHost } from './faulty-host.ts'
import type { ServerSide } from './transport.ts'
import { staffOf } from './staff.ts'
import type { Workers } from './workers.ts'

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
  /** Where answers from its own address go: those to directors straight, others to its gateway. */
  directors: AddressTable
  gateway: Learnt
  uplink: Port
}

export class RealServer implements Element, Port, Terminus, FaultyHost {
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
  /** Packets that a machine which is down or hangs neither took nor sent. */
  vanished = 0
  /** Connections of TCP that wait for somebody to be free; null where all load is of UDP. */
  waiting: { serve(now: Time): void } | null = null
  /** The program has ended: nobody listens. */
  isClosed = false
  private isGone = false
  /** Since when nobody works; -1 while they do. */
  private pausedAt: Time = -1
  private readonly staff: Workers
  private readonly maxConnections: number
  private slowness: number
  private readonly address: number
  private readonly mac: number
  private readonly service: Sampler | null
  private readonly neighbours: Neighbours
  private readonly beyond: AddressTable
  private readonly directors: AddressTable
  private readonly gateway: Learnt
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
    this.staff = staffOf(options.workers, options.cores)
    this.backlog = new Ring(`${options.name} backlog`, options.backlog)
    this.service = options.service
    this.neighbours = options.neighbours
    this.beyond = options.beyond
    this.directors = options.directors
    this.gateway = options.gateway
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
    if (this.isGone) return this.vanish(packet, now)
    if (packet.outerDst !== 0) {
      packet.outerDst = 0
      packet.outerSrc = 0
      sizeFrame(packet)
    }
    this.transport.atServer(packet, this, now)
  }

  /** Takes up the request that the packet asks for; false when the backlog is full. */
  work(packet: Packet, now: Time): boolean {
    if (this.pausedAt >= 0) return this.backlog.push(packet)
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

  /** Somebody takes up requests: neither the machine nor the program hangs. */
  get isWorking(): boolean {
    return this.pausedAt < 0
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
    // Who answers a request of TCP looks who is next by himself.
    const waiting = packet.protocol === TCP ? null : this.waiting
    if (this.backlog.length > 0) this.begin(this.backlog.shift(), now)
    this.alarm!.set(this.staff.nextAt(now))
    this.transport.answer(packet, this, now)
    if (waiting !== null) waiting.serve(now)
  }

  send(packet: Packet, now: Time): void {
    if (this.isGone) return this.vanish(packet, now)
    packet.srcMac = this.mac
    if (packet.src === this.address) {
      const mac = this.directors.macOf(packet.dst)
      packet.dstMac = mac >= 0 ? mac : this.gateway.mac
    } else {
      const mac = this.neighbours.macOf(packet.dst)
      packet.dstMac = mac >= 0 ? mac : this.beyond.macOf(packet.dst)
    }
    this.uplink.receive(packet, now)
  }

  /** Core time spent before `now`, over all cores. */
  busyUntil(now: Time): Time {
    return this.staff.busyUntil(this.pausedAt < 0 ? now : this.pausedAt)
  }

  crash(now: Time): void {
    this.isGone = true
    this.loseWork(now)
    this.transport.forgotten(this, now)
  }

  boot(now: Time): void {
    this.isGone = false
    this.transport.resumed(this, now)
  }

  hang(now: Time): void {
    this.isGone = true
    this.pause(now)
  }

  resume(now: Time): void {
    this.isGone = false
    this.goOn(now)
  }

  /** The program ends; the kernel closes its connections and answers for the port. */
  close(now: Time): void {
    this.isClosed = true
    this.loseWork(now)
    this.transport.closed(this, now)
  }

  /** The program is there again. */
  open(now: Time): void {
    this.isClosed = false
    this.transport.resumed(this, now)
  }

  /** The program stands still, the kernel does not. */
  pause(now: Time): void {
    this.pausedAt = now
    this.alarm?.clear()
  }

  /** The program goes on: first with what it had begun, then with what waits. */
  goOn(now: Time): void {
    this.staff.shift(this.pausedAt, now)
    this.pausedAt = -1
    if (this.service === null) {
      for (let left = this.backlog.length; left > 0; left--) this.work(this.backlog.shift(), now)
    } else {
      while (this.backlog.length > 0 && this.staff.busy < this.workers) {
        this.begin(this.backlog.shift(), now)
      }
      this.alarm!.set(this.staff.nextAt(now))
    }
    this.transport.resumed(this, now)
  }

  /** Requests that begin from now on take that many times as long as before. */
  slowDown(factor: number): void {
    this.slowness *= factor
  }

  /** What was being worked on, and what waited for it, is gone. */
  private loseWork(now: Time): void {
    this.alarm?.clear()
    for (const packet of this.staff.abandon(now)) this.vanish(packet, now)
    while (this.backlog.length > 0) this.vanish(this.backlog.shift(), now)
  }

  private vanish(packet: Packet, now: Time): void {
    this.vanished++
    this.drops.lose(packet, now)
  }

  private begin(packet: Packet, now: Time): void {
    this.begun++
    this.staff.begin(packet, Math.max(1, Math.round(this.service!.next() * this.slowness)), now)
  }
}
