// A real server: cores that work on requests, first come first served, and a backlog of limited
// length. It takes the outer header off tunnelled packets. Answers from the virtual address go
// straight to the client, over a router where that is on another network; answers from its own
// address (NAT) go to its gateway, the director.
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import type { Sampler } from '../kernel/distributions.ts'
import { NEVER, type Time } from '../kernel/time.ts'
import type { AddressTable, Neighbours } from '../net/address.ts'
import { sizeFrame, type DropSink, type Packet, type Port, type Terminus } from '../net/packet.ts'
import { Ring } from '../net/ring.ts'
import type { Transport } from './transport.ts'

export interface RealServerOptions {
  /** 'rs3' */
  name: string
  address: number
  mac: number
  cores: number
  backlog: number
  /** Core time per request, ps; null takes none. */
  service: Sampler | null
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
  readonly cores: number
  /** Requests begun. */
  begun = 0
  /** Dropped because the backlog was full. */
  dropped = 0
  private busyPs: Time = 0
  private readonly finishAt: Float64Array
  private readonly jobs: (Packet | null)[]
  private working = 0
  private readonly address: number
  private readonly mac: number
  private readonly service: Sampler | null
  private readonly neighbours: Neighbours
  private readonly beyond: AddressTable
  private readonly gatewayMac: number
  private readonly uplink: Port
  private readonly transport: Transport
  private readonly drops: DropSink

  constructor(kernel: Kernel, options: RealServerOptions, transport: Transport, drops: DropSink) {
    this.name = options.name
    this.address = options.address | 0
    this.mac = options.mac
    this.cores = options.cores
    this.backlog = new Ring(`${options.name} backlog`, options.backlog)
    this.service = options.service
    this.neighbours = options.neighbours
    this.beyond = options.beyond
    this.gatewayMac = options.gatewayMac
    this.uplink = options.uplink
    this.transport = transport
    this.drops = drops
    this.finishAt = new Float64Array(options.cores).fill(NEVER)
    this.jobs = Array<Packet | null>(options.cores).fill(null)
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
    if (this.working === this.cores) return this.backlog.push(packet)
    this.begin(packet, this.finishAt.indexOf(NEVER), now)
    const alarm = this.alarm!
    if (this.working === 1) alarm.set(this.firstFinish())
    else alarm.set(Math.min(alarm.at, this.firstFinish()))
    return true
  }

  drop(packet: Packet, now: Time): void {
    this.dropped++
    this.drops.lose(packet, now)
  }

  wake(now: Time): void {
    const core = this.finishAt.indexOf(now)
    const packet = this.jobs[core]!
    this.working--
    this.finishAt[core] = NEVER
    this.jobs[core] = null
    if (this.backlog.length > 0) this.begin(this.backlog.shift(), core, now)
    this.alarm!.set(this.firstFinish())
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
    let busy = this.busyPs
    for (const at of this.finishAt) if (at !== NEVER && at > now) busy -= at - now
    return busy
  }

  private begin(packet: Packet, core: number, now: Time): void {
    const spent = Math.max(1, Math.round(this.service!.next()))
    this.begun++
    this.working++
    this.busyPs += spent
    this.finishAt[core] = now + spent
    this.jobs[core] = packet
  }

  private firstFinish(): Time {
    let first = NEVER
    for (let core = 0; core < this.finishAt.length; core++) {
      const at = this.finishAt[core]!
      if (at < first) first = at
    }
    return first
  }
}
