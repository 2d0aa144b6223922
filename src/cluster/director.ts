// The director: IPVS on cores behind network cards. Packets for a virtual address go through IPVS's
// way in, all others through its way out and ordinary forwarding. What IPVS leaves to the local
// stack is answered as the stack would: RST for TCP without a connection, ICMP port unreachable
// where no server was found, fragmentation needed for what is too large. What is for an address
// that the director does not hold, because another has it, ends here.
import type { Kernel } from '../kernel/kernel.ts'
import type { Time } from '../kernel/time.ts'
import { FORWARD, REFUSE, TCP_ACK, TCP_RST, TCP_SYN, TOO_BIG } from '../ipvs/headers.ts'
import { Ipvs, type IpvsOptions } from '../ipvs/ipvs.ts'
import type { SyncMaster } from '../ipvs/sync-master.ts'
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
import { becomeError } from '../net/icmp.ts'
import { clampMss, type Clamp } from '../net/mss.ts'
import { Ways, type Refusal } from '../net/outlet.ts'
import type { Core, PacketWork } from './core.ts'
import type { PacketCost } from './cost.ts'
import { DirectorErrors } from './director-errors.ts'
import { DirectorRoutes } from './director-routes.ts'
import { IpvsTimers } from './ipvs-timers.ts'
import type { Nic } from './nic.ts'

const TCP_HEADER_BYTES = 20

/** What happened to packets inside, beside forwarding. */
export interface DirectorCounters {
  /** Dropped, by IPVS's cause. */
  dropped: Map<string, number>
  reset: number
  unreachable: number
  tooBig: number
}

export interface DirectorOptions {
  name: string
  ipvs: Omit<IpvsOptions, 'timers' | 'routes'>
  /** The director's own, the source of tunnelled packets. */
  address: number
  cost: PacketCost
  /** Virtual addresses, as signed integers: all of its services, and those it has at the start. */
  vips: number[]
  held?: number[]
  clampMss: Clamp | null
  /** Gives IPVS its rules, whenever the director starts. */
  configure?: (ipvs: Ipvs) => void
}

/** Takes what other hosts tell a director; gives the time of the core that this costs. */
export interface MessageTaker {
  take(packet: Packet, now: Time): Time
}

export class Director implements PacketWork, Refusal {
  readonly name: string
  ipvs: Ipvs
  readonly nics: Nic[] = []
  readonly counters: DirectorCounters = {
    dropped: new Map(),
    reset: 0,
    unreachable: 0,
    tooBig: 0,
  }
  private readonly kernel: Kernel
  readonly cost: PacketCost
  /** Who listens to messages; without one they end here. */
  messages: MessageTaker | null = null
  private readonly vips: readonly number[]
  /** Of those, the ones that the director answers for now. */
  private held: Int32Array
  private readonly options: DirectorOptions
  private readonly routes: DirectorRoutes
  private readonly recorder: Recorder
  private readonly drops: DropSink
  private readonly ways = new Ways(this.nics)
  private errors: DirectorErrors
  /** Records written when the last packet had been handled. */
  private toldRecords = 0
  private readonly clampMss: Clamp | null
  /** Its own. */
  readonly address: number
  /** Takes what is for the director itself: answers to what it has sent. */
  local: Port | null = null

  constructor(kernel: Kernel, options: DirectorOptions, recorder: Recorder, drops: DropSink) {
    this.kernel = kernel
    this.name = options.name
    this.cost = options.cost
    this.vips = options.vips
    this.held = Int32Array.from(options.held ?? options.vips)
    this.options = options
    this.recorder = recorder
    this.drops = drops
    this.clampMss = options.clampMss
    this.address = options.address
    this.routes = new DirectorRoutes(kernel, options.address, this.nics)
    this.ipvs = this.newIpvs()
    this.errors = new DirectorErrors(this.ipvs, this.routes)
  }

  /** Starts again as after a crash: with its rules, and no connection. */
  boot(): void {
    this.ipvs = this.newIpvs()
    this.toldRecords = 0
    this.errors = new DirectorErrors(this.ipvs, this.routes)
  }

  private newIpvs(): Ipvs {
    const timers = new IpvsTimers(this.kernel)
    const ipvs = new Ipvs({ ...this.options.ipvs, timers, routes: this.routes })
    timers.ipvs = ipvs
    this.options.configure?.(ipvs)
    return ipvs
  }

  /** An address that it answers for from now on; false when it has it already. */
  hold(address: number): boolean {
    if (this.held.includes(address)) return false
    this.held = Int32Array.of(...this.held, address)
    return true
  }

  /** The address is no longer its own; false when it was not. */
  release(address: number): boolean {
    if (!this.held.includes(address)) return false
    this.held = this.held.filter((other) => other !== address)
    return true
  }

  releaseAll(): void {
    this.held = new Int32Array()
  }

  holds(address: number): boolean {
    return this.held.includes(address)
  }

  begin(packet: Packet, core: Core, now: Time): Time {
    if (this.isVirtual(packet.dst)) core.output = this.fromClient(packet, now)
    else if (packet.message !== null) return this.hear(packet, core, now)
    else core.output = this.fromServer(packet, now)
    const { ipvs } = this
    const method = ipvs.destination === null ? 0 : ipvs.destination.method
    const costPs = this.cost.of(method, ipvs.opened, ipvs.connections.count)
    return ipvs.sync.master === null ? costPs : costPs + this.tellingPs(ipvs.sync.master)
  }

  /** What it has taken to tell other directors of the packet's connection. */
  private tellingPs(master: SyncMaster): Time {
    const records = master.records - this.toldRecords
    this.toldRecords = master.records
    return records > 0 ? records * this.cost.syncRecordPs : 0
  }

  /** A packet that exceeds the MTU on its way out, and may not be cut. */
  refuse(packet: Packet, mtuBytes: number, now: Time): void {
    this.tooBig(packet, mtuBytes, now)?.receive(packet, now)
  }

  private hear(packet: Packet, core: Core, now: Time): Time {
    core.output = null
    if (this.messages !== null) return this.messages.take(packet, now)
    this.drop(packet, 'a message to nobody', now)
    return 0
  }

  private fromClient(packet: Packet, now: Time): Port | null {
    const { ipvs } = this
    if (packet.protocol === ICMP) return this.errorToServer(packet, now)
    const verdict = ipvs.handleFromClient(packet, now)
    if (verdict === FORWARD) {
      if (ipvs.opened || packet.protocol === UDP) this.count(packet)
      // The entry of an earlier connection from the same port (conn_reuse_mode): a new request.
      else if ((packet.tcpFlags & TCP_SYN) !== 0 && packet.exchange?.isSent === false) {
        this.count(packet)
      }
      if (packet.outerDst !== 0) this.wrap(packet)
      if (this.clampMss !== null && (packet.tcpFlags & TCP_SYN) !== 0) this.clamp(packet)
      return this.output(packet, ipvs.nextHop, now)
    }
    if (verdict === TOO_BIG) return this.tooBig(packet, ipvs.forwarding.mtu, now)
    if (verdict === REFUSE) return this.unreachable(packet, now)
    if (packet.protocol === TCP && ipvs.cause === 'no connection') return this.reset(packet, now)
    return this.drop(packet, ipvs.cause, now)
  }

  /** A request goes to a server. */
  private count(packet: Packet): void {
    const { destination } = this.ipvs
    if (packet.exchange !== null) packet.exchange.isSent = true
    // A connection told of by another director may have no server here (spec 7.5).
    if (destination !== null) this.recorder.send(packet.slot, destination.tag)
  }

  /** A packet of the director's own leaves. */
  send(packet: Packet, now: Time): void {
    this.output(packet, packet.dst, now)?.receive(packet, now)
  }

  private fromServer(packet: Packet, now: Time): Port | null {
    const isMine = packet.dst === this.address && packet.outerDst === 0
    if (isMine && this.local !== null) return this.local
    if (packet.protocol === ICMP && packet.outerDst !== 0) return this.tunnelError(packet, now)
    this.ipvs.handleFromServer(packet, now)
    if (this.clampMss !== null && (packet.tcpFlags & TCP_SYN) !== 0) this.clamp(packet)
    // Ordinary forwarding takes one hop off, before or after IPVS changed the source.
    packet.ttl--
    return this.output(packet, packet.dst, now)
  }

  /** The wire that leads to that address. */
  private output(packet: Packet, address: number, now: Time): Port | null {
    const { nics } = this
    // Counted by hand, here and in the table: what iterates costs the compiler its budget.
    for (let index = 0; index < nics.length; index++) {
      const nic = nics[index]!
      const mac = nic.neighbours.macOf(address)
      if (mac >= 0) return nic.towards(packet, mac)
    }
    const { ways } = this
    if (!ways.wayTo(address)) {
      const isElsewhere = this.vips.includes(address)
      return this.drop(packet, isElsewhere ? 'the address is not here' : 'no route', now)
    }
    return this.nics[ways.outlet]!.towards(packet, ways.mac)
  }

  /** The outer header's DF is the inner one's, or clear (spec 5.4). */
  private wrap(packet: Packet): void {
    packet.outerDontFragment = packet.dontFragment && this.ipvs.sysctls.pmtu_disc !== 0
    sizeFrame(packet)
  }

  private clamp(packet: Packet): void {
    const outer = packet.outerDst === 0 ? 0 : ipHeaderBytes(packet.outerDst)
    const mtu = this.nics.reduce((least, nic) => Math.min(least, nic.mtuBytes), Infinity)
    clampMss(packet, this.clampMss!, mtu - outer)
  }

  private tooBig(packet: Packet, mtuBytes: number, now: Time): Port | null {
    if (packet.protocol === ICMP) return this.drop(packet, 'error exceeds the MTU', now)
    this.counters.tooBig++
    becomeError(packet, mtuBytes)
    if (packet.outerDst !== 0) return this.tunnelError(packet, now)
    if (this.isVirtual(packet.dst)) return this.errorToServer(packet, now)
    return this.output(packet, packet.dst, now)
  }

  private errorToServer(packet: Packet, now: Time): Port | null {
    if (this.errors.toServer(packet)) return this.output(packet, this.ipvs.nextHop, now)
    return this.drop(packet, 'error about no connection', now)
  }

  private tunnelError(packet: Packet, now: Time): Port | null {
    const isMine = packet.outerDst === this.address
    if (isMine && this.errors.fromTunnel(packet, now)) return this.output(packet, packet.dst, now)
    return this.drop(packet, 'error about no connection', now)
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
    becomeError(packet, 0)
    return this.output(packet, packet.dst, now)
  }

  private drop(packet: Packet, cause: string, now: Time): null {
    const { dropped } = this.counters
    dropped.set(cause, (dropped.get(cause) ?? 0) + 1)
    this.drops.lose(packet, now)
    return null
  }

  private isVirtual(address: number): boolean {
    const { held } = this
    for (let i = 0; i < held.length; i++) if (held[i] === address) return true
    return false
  }
}
