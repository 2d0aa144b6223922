// Requests over UDP: one packet each way, the same packet object turned round. A lost packet is a
// failed request; there is no retransmission.
import type { Time } from '../kernel/time.ts'
import { FAILURES, type Recorder } from '../measure/recorder.ts'
import { becomeError } from '../net/icmp.ts'
import {
  ETHERNET_BYTES,
  ICMP,
  UDP,
  sizeFrame,
  turnRound,
  type Packet,
  type PacketPool,
  type Terminus,
} from '../net/packet.ts'
import type { ClientHosts } from './client-hosts.ts'
import type { Demand, Source } from './demand.ts'
import type { RealServer } from './real-server.ts'
import type { Transport } from './transport.ts'

const LOST = FAILURES.indexOf('lost')
const REFUSED = FAILURES.indexOf('refused')
const TIMEOUT = FAILURES.indexOf('timeout')

export interface UdpOptions {
  /** Number of the population whose requests these are. */
  population: number
  hosts: ClientHosts
  pool: PacketPool
  recorder: Recorder
  /** Who hears that a request with a ticket was answered or refused in time. */
  source: Source
  timeoutPs: Time
  /** The run ends then: what arrives later is not counted any more. */
  endPs: Time
}

export class UdpTransport implements Transport, Terminus {
  private readonly population: number
  private readonly hosts: ClientHosts
  private readonly pool: PacketPool
  private readonly recorder: Recorder
  private readonly source: Source
  private readonly timeoutPs: Time
  private readonly endPs: Time

  constructor(options: UdpOptions) {
    this.population = options.population
    this.hosts = options.hosts
    this.pool = options.pool
    this.recorder = options.recorder
    this.source = options.source
    this.timeoutPs = options.timeoutPs
    this.endPs = options.endPs
  }

  request({ slot, client: flow, requestBytes, answerBytes, ticket }: Demand, now: Time): void {
    const { addresses } = this.hosts
    const round = (flow / addresses) | 0
    const packet = this.pool.take()
    packet.protocol = UDP
    packet.ipBytes = requestBytes - ETHERNET_BYTES
    packet.answerBytes = answerBytes
    packet.ticket = ticket
    packet.population = this.population
    packet.requestAt = now
    packet.slot = slot
    sizeFrame(packet)
    this.recorder.offer(slot)
    this.hosts.send(packet, flow - round * addresses, this.hosts.firstPort + round, now)
  }

  atClient(packet: Packet, now: Time): void {
    const latencyPs = now - packet.requestAt
    if (packet.protocol === ICMP) {
      this.recorder.fail(packet.slot, packet.icmpMtuBytes > 0 ? LOST : REFUSED)
    } else if (latencyPs > this.timeoutPs) this.recorder.fail(packet.slot, TIMEOUT)
    else this.recorder.deliver(packet.slot, latencyPs)
    const { ticket } = packet
    this.pool.give(packet)
    if (ticket >= 0) this.source.ended(ticket, now)
  }

  /** Clients of UDP answer nothing, so what they get can be counted as soon as it is certain. */
  arriveAt(packet: Packet, due: Time): void {
    if (due <= this.endPs) this.atClient(packet, due)
    else this.pool.give(packet)
  }

  atServer(packet: Packet, server: RealServer, now: Time): void {
    // An error about its answer: UDP sends nothing again.
    if (packet.protocol !== UDP) this.lost(packet)
    else if (server.isClosed) this.refuse(packet, server, now)
    else if (!server.work(packet, now)) server.drop(packet, now)
  }

  answer(packet: Packet, server: RealServer, now: Time): void {
    turnRound(packet)
    packet.ipBytes = packet.answerBytes - ETHERNET_BYTES
    sizeFrame(packet)
    server.send(packet, now)
  }

  lost(packet: Packet): void {
    this.recorder.fail(packet.slot, LOST)
    this.pool.give(packet)
  }

  /** Servers of UDP know nothing of their clients. */
  forgotten(): void {}
  closed(): void {}
  resumed(): void {}

  /** Nobody listens: the kernel says so (RFC 1122, 4.1.3.1), without Linux's limit of its rate. */
  private refuse(packet: Packet, server: RealServer, now: Time): void {
    becomeError(packet, 0)
    server.send(packet, now)
  }
}
