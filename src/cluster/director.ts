// The director: IPVS on cores behind network cards. Packets for a virtual address go through IPVS's
// way in, all others through its way out and ordinary forwarding. What IPVS leaves to the local
// stack is answered as the stack would: RST for TCP without a connection, ICMP port unreachable
// where no server was found.
import type { Kernel } from '../kernel/kernel.ts'
import type { Planner } from '../kernel/agenda.ts'
import type { Time } from '../kernel/time.ts'
import { FORWARD, REFUSE, TCP_ACK, TCP_RST } from '../ipvs/headers.ts'
import type { Route, Routes } from '../ipvs/routes.ts'
import type { TimerHost } from '../ipvs/connection-timers.ts'
import { Ipvs, type IpvsOptions } from '../ipvs/ipvs.ts'
import type { Recorder } from '../measure/recorder.ts'
import {
  ICMP,
  TCP,
  UDP,
  ipHeaderBytes,
  sizeFrame,
  turnRound,
  type DropSink,
  type Packet,
  type Port,
} from '../net/packet.ts'
import { isIpv6 } from '../wire/address.ts'
import type { Core, PacketWork } from './core.ts'
import type { PacketCost } from './cost.ts'
import type { Nic } from './nic.ts'

/** An ICMP error quotes the packet up to this total (RFC 1812, 4.3.2.3). */
const MOST_ICMP_BYTES = 576
/** And one of IPv6 up to this one (RFC 4443, 2.4). */
const MOST_ICMPV6_BYTES = 1280
const ICMP_HEADER_BYTES = 8
const TCP_HEADER_BYTES = 20

/** What happened to packets inside, beside forwarding. */
export interface DirectorCounters {
  /** Dropped, by IPVS's cause. */
  dropped: Map<string, number>
  reset: number
  unreachable: number
}

export interface DirectorOptions {
  name: string
  ipvs: Omit<IpvsOptions, 'timers' | 'routes'>
  /** The director's own, the source of tunnelled packets. */
  address: number
  cost: PacketCost
  /** Virtual addresses, as signed integers. */
  vips: number[]
}

export class Director implements PacketWork, TimerHost, Planner, Routes {
  /** Routes of a director never change: every server is a neighbour, and takes any packet. */
  readonly generation = 0
  readonly name: string
  readonly ipvs: Ipvs
  readonly nics: Nic[] = []
  readonly counters: DirectorCounters = { dropped: new Map(), reset: 0, unreachable: 0 }
  private readonly kernel: Kernel
  private readonly cost: PacketCost
  private readonly vips: Int32Array
  private readonly recorder: Recorder
  private readonly drops: DropSink
  private readonly onLink: Route

  constructor(kernel: Kernel, options: DirectorOptions, recorder: Recorder, drops: DropSink) {
    this.kernel = kernel
    this.name = options.name
    this.cost = options.cost
    this.vips = Int32Array.from(options.vips)
    this.recorder = recorder
    this.drops = drops
    this.onLink = {
      ...{ isLocal: false, device: 0, gateway: 0, mtu: Infinity },
      source: options.address,
    }
    this.ipvs = new Ipvs({ ...options.ipvs, timers: this, routes: this })
  }

  begin(packet: Packet, core: Core, now: Time): Time {
    core.output = this.isVirtual(packet.dst)
      ? this.fromClient(packet, now)
      : this.fromServer(packet, now)
    const { ipvs } = this
    const method = ipvs.destination === null ? 0 : ipvs.destination.method
    return this.cost.of(method, ipvs.opened, ipvs.connections.count)
  }

  /** IPVS wants to look at a connection at that time. */
  expireAt(connection: number, at: Time): void {
    this.kernel.agenda.plan(at, this, connection)
  }

  due(connection: number, now: Time): void {
    this.ipvs.connectionDue(connection, now)
  }

  find(): Route {
    return this.onLink
  }

  private fromClient(packet: Packet, now: Time): Port | null {
    const { ipvs } = this
    const verdict = ipvs.handleFromClient(packet, now)
    if (verdict === FORWARD) {
      if (ipvs.opened || packet.protocol === UDP) {
        this.recorder.send(packet.slot, ipvs.destination!.tag)
      }
      if (packet.outerDst !== 0) sizeFrame(packet)
      return this.output(packet, ipvs.nextHop, now)
    }
    if (verdict === REFUSE) return this.unreachable(packet, now)
    if (packet.protocol === TCP && ipvs.cause === 'no connection') return this.reset(packet, now)
    return this.drop(packet, ipvs.cause, now)
  }

  private fromServer(packet: Packet, now: Time): Port | null {
    this.ipvs.handleFromServer(packet, now)
    // Ordinary forwarding takes one hop off, before or after IPVS changed the source.
    packet.ttl--
    return this.output(packet, packet.dst, now)
  }

  /** The wire on which that address is a neighbour. */
  private output(packet: Packet, address: number, now: Time): Port | null {
    for (const nic of this.nics) {
      const mac = nic.neighbours.macOf(address)
      if (mac >= 0) return nic.towards(packet, mac)
    }
    return this.drop(packet, 'no route', now)
  }

  private reset(packet: Packet, now: Time): Port | null {
    if ((packet.tcpFlags & TCP_RST) !== 0) return this.drop(packet, 'no connection', now)
    this.counters.reset++
    turnRound(packet)
    packet.tcpFlags = TCP_RST | TCP_ACK
    packet.payloadBytes = 0
    packet.ipBytes = ipHeaderBytes(packet.dst) + TCP_HEADER_BYTES
    sizeFrame(packet)
    return this.output(packet, packet.dst, now)
  }

  private unreachable(packet: Packet, now: Time): Port | null {
    this.counters.unreachable++
    turnRound(packet)
    packet.protocol = ICMP
    packet.payloadBytes = 0
    const most = isIpv6(packet.dst) ? MOST_ICMPV6_BYTES : MOST_ICMP_BYTES
    const headers = ipHeaderBytes(packet.dst) + ICMP_HEADER_BYTES
    packet.ipBytes = Math.min(most, headers + packet.ipBytes)
    sizeFrame(packet)
    return this.output(packet, packet.dst, now)
  }

  private drop(packet: Packet, cause: string, now: Time): null {
    const { dropped } = this.counters
    dropped.set(cause, (dropped.get(cause) ?? 0) + 1)
    this.drops.lose(packet, now)
    return null
  }

  private isVirtual(address: number): boolean {
    const { vips } = this
    for (let i = 0; i < vips.length; i++) if (vips[i] === address) return true
    return false
  }
}
