// A packet without a connection (spec 3.4 to 3.6): may it open one, of which service, and at which
// server? Persistence answers the last question from a template where it can.
import { ipv4, ipv6, isMulticast, networkOf } from '../wire/address.ts'
import type { ConnectionTimers } from './connection-timers.ts'
import type { Connections } from './connections.ts'
import type { Defence } from './defence.ts'
import {
  ACCEPT,
  ANY_PROTOCOL,
  DROP,
  FORWARD,
  REFUSE,
  SCTP,
  TCP,
  TCP_RST,
  TCP_SYN,
  UDP,
  type PacketHeader,
  type Verdict,
} from './headers.ts'
import type { Lifecycle } from './lifecycle.ts'
import { SCTP_ABORT, SCTP_INIT } from './sctp-states.ts'
import type { Routes } from './routes.ts'
import type { Destination, Flow, Kernel, Service } from './service.ts'
import type { ServiceTable } from './service-table.ts'
import type { SipTemplates } from './sip.ts'
import type { Sysctls } from './sysctls.ts'
import { HZ } from './ticks.ts'

const FTP_PORT = 21
const FTP_DATA_PORT = 20

export interface SchedulingParts {
  kernel: Kernel
  sysctls: Sysctls
  services: ServiceTable
  connections: Connections
  timers: ConnectionTimers
  lifecycle: Lifecycle
  defence: Defence
  sip: SipTemplates
  routes: Routes
  byIndex: readonly Destination[]
}

/** How the packet came, as far as scheduling asks. */
export interface Origin {
  /** An ICMP error that quotes a packet to the client: the flow is the quoted one turned round. */
  isIcmp: boolean
  /** Made on the director itself. */
  isLocal: boolean
}

export const FROM_OUTSIDE: Origin = { isIcmp: false, isLocal: false }

export class Scheduling {
  /** What `schedule` has opened. */
  connection = -1
  /** Why it has not; '' when it has. */
  cause = ''
  private readonly parts: SchedulingParts
  /** The key of a template, written anew for each. */
  private readonly key: Flow = { protocol: 0, src: 0, srcPort: 0, dst: 0, dstPort: 0 }

  constructor(parts: SchedulingParts) {
    this.parts = parts
  }

  /** FORWARD when a connection was opened, else what becomes of the packet. */
  schedule(packet: PacketHeader, origin: Origin, now: number): Verdict {
    const { parts } = this
    if (!origin.isIcmp) {
      const verdict = this.gate(packet)
      if (verdict !== FORWARD) return verdict
    }
    const service = parts.services.find(packet)
    if (service === null) return this.end(ACCEPT, 'no service')
    if (parts.defence.dropsPacket()) return this.end(DROP, 'defence')
    if (packet.srcPort === FTP_DATA_PORT) return this.end(ACCEPT, 'ftp data')
    if (origin.isLocal && this.isReply(packet)) return this.end(ACCEPT, 'a local reply')
    if (service.isPersistent) return this.persist(service, packet, origin, now)
    const isPorts = service.mark !== 0 || packet.dstPort === service.port
    const destination = isPorts ? choose(service, packet, origin, now) : null
    if (destination === null) return this.refuse(service, packet, origin)
    const port = destination.port === 0 ? packet.dstPort : destination.port
    this.open(packet, destination, port)
    return FORWARD
  }

  /** Opens the connection that a scheduled packet belongs to. */
  private open(packet: PacketHeader, destination: Destination, port: number): void {
    const { lifecycle } = this.parts
    const { isOnePacket } = destination.service
    this.connection = lifecycle.connect(packet, destination, port, isOnePacket)
    this.mark(this.connection, packet)
    this.cause = ''
  }

  /** A connection keeps the mark of the packet that it was made for. */
  private mark(id: number, { mark }: PacketHeader): void {
    if (mark !== 0) this.parts.connections.particulars.setMark(id, mark)
  }

  /** Which packets may open connections: the first of a conversation, unless told to be sloppy. */
  private gate(packet: PacketHeader): Verdict {
    const { sloppy_tcp, sloppy_sctp } = this.parts.sysctls
    switch (packet.protocol) {
      case TCP:
        if ((packet.tcpFlags & TCP_RST) !== 0) return this.end(ACCEPT, 'no connection')
        if ((packet.tcpFlags & TCP_SYN) !== 0 || sloppy_tcp !== 0) return FORWARD
        return this.end(ACCEPT, 'no connection')
      case UDP:
        return FORWARD
      case SCTP:
        if (packet.chunk < 0) return this.end(DROP, 'header')
        if (packet.chunk === SCTP_ABORT) return this.end(ACCEPT, 'no connection')
        if (packet.chunk === SCTP_INIT || sloppy_sctp !== 0) return FORWARD
        return this.end(ACCEPT, 'no connection')
      default:
        return this.end(ACCEPT, 'protocol')
    }
  }

  private isReply({ protocol, src, srcPort, dst, dstPort }: PacketHeader): boolean {
    const reversed = { protocol, src: dst, srcPort: dstPort, dst: src, dstPort: srcPort }
    return this.parts.connections.fromClient(reversed) >= 0
  }

  /** Nobody to send it to (spec 3.6). */
  private refuse(service: Service, packet: PacketHeader, origin: Origin): Verdict {
    const { sysctls, lifecycle } = this.parts
    const mayPass = sysctls.cache_bypass !== 0 && service.mark !== 0 && !origin.isIcmp
    if (mayPass && this.isElsewhere(packet)) {
      this.connection = lifecycle.bypass(packet)
      this.mark(this.connection, packet)
      this.cause = ''
      return FORWARD
    }
    if (service.port === FTP_PORT && packet.dstPort !== FTP_PORT) return this.end(ACCEPT, 'ftp')
    return this.end(origin.isIcmp ? DROP : REFUSE, 'no destination')
  }

  private persist(service: Service, packet: PacketHeader, origin: Origin, now: number): Verdict {
    const callId = service.engine === 'sip' ? packet.callId : null
    if (service.engine === 'sip' && callId === null) return this.end(DROP, 'no Call-ID')
    const key = this.templateKey(service, packet)
    let template = this.findTemplate(key, callId)
    let destination = template < 0 ? null : this.destinationOf(template)
    if (destination === null) {
      destination = choose(service, packet, origin, now)
      if (destination === null) return this.refuse(service, packet, origin)
      template = this.openTemplate(service, key, packet, destination, callId)
    }
    const isServicePort = packet.dstPort === service.port && destination.port !== 0
    this.open(packet, destination, isServicePort ? destination.port : packet.dstPort)
    if (template < 0) return FORWARD
    this.parts.lifecycle.setControl(this.connection, template)
    this.parts.timers.again(template, now)
    return FORWARD
  }

  /** The key of spec 3.5: which packets of a client's network go to one server. */
  private templateKey(service: Service, packet: PacketHeader): Flow {
    const { key } = this
    key.protocol = packet.protocol
    key.src = networkOf(packet.src, service.netmask)
    key.srcPort = 0
    key.dst = packet.dst
    key.dstPort = 0
    if (packet.dstPort === service.port) {
      if (service.port !== FTP_PORT) key.dstPort = service.port
    } else if (service.mark !== 0) {
      key.protocol = ANY_PROTOCOL
      key.dst = service.family === 6 ? ipv6(service.mark, 0, 0, 0) : ipv4(service.mark)
    }
    return key
  }

  /** A template that may still be used; one that may not is put aside and left to time out. */
  private findTemplate(key: Flow, callId: string | null): number {
    const { connections, sysctls, byIndex } = this.parts
    const template =
      callId === null
        ? connections.template(key.protocol, key.src, key.dst, key.dstPort)
        : this.parts.sip.find(callId, key)
    if (template < 0) return -1
    const destination = byIndex[connections.destinationOf(template)]
    const isValid =
      destination !== undefined &&
      destination.available &&
      (sysctls.expire_quiescent_template === 0 || destination.weight !== 0)
    if (isValid) return template
    connections.neutralise(template)
    this.parts.sip.forget(template)
    return -1
  }

  private openTemplate(
    service: Service,
    key: Flow,
    packet: PacketHeader,
    destination: Destination,
    callId: string | null,
  ): number {
    const { kernel, lifecycle } = this.parts
    // Before the rework a template took over the service's one-packet flag, and was gone at once.
    if (kernel === 'classic' && service.isOnePacket && packet.protocol === UDP) return -1
    const isServicePort = packet.dstPort === service.port && service.port !== FTP_PORT
    const port = isServicePort ? destination.port : 0
    const template = lifecycle.openTemplate(key, destination, port, service.timeoutSeconds * HZ)
    this.mark(template, packet)
    if (callId !== null) this.parts.sip.remember(template, callId, key)
    return template
  }

  private destinationOf(id: number): Destination | null {
    return this.parts.byIndex[this.parts.connections.destinationOf(id)] ?? null
  }

  /** A unicast address of somebody else's: what a cache stands in for. */
  private isElsewhere({ dst }: PacketHeader): boolean {
    return !isMulticast(dst) && this.parts.routes.find(dst)?.isLocal !== true
  }

  private end(verdict: Verdict, cause: string): Verdict {
    this.connection = -1
    this.cause = cause
    return verdict
  }
}

/**
 * Asks the scheduler. Of an ICMP error sh and mh hash the client, as always; dh and its kin hash
 * the destination of the quoted packet, and that is the client, too.
 */
function choose(
  service: Service,
  packet: PacketHeader,
  { isIcmp }: Origin,
  now: number,
): Destination | null {
  return service.scheduler.schedule(isIcmp ? { ...packet, dst: packet.src } : packet, now)
}
