// What the forwarding methods do with a packet (spec 5.1 to 5.5): the common step of routes, TTL
// and sizes, then the header fields that a method changes. The same decisions serve the packets of
// a simulation, which are these fields, and packets of bytes, whose rewriter follows them.
import { isBooked, isIpv6, isLoopback } from '../wire/address.ts'
import type { Connections } from './connections.ts'
import {
  ACCEPT,
  BYPASS,
  DELIVER,
  DROP,
  FORWARD,
  GRE,
  GUE,
  LOCAL,
  NAT,
  TIME_EXCEEDED,
  TOO_BIG,
  TUN,
  TUNNEL_CSUM,
  UNREACHABLE,
  type PacketHeader,
  type Verdict,
} from './headers.ts'
import type { Route, Routes } from './routes.ts'
import type { Destination } from './service.ts'
import type { Sysctls } from './sysctls.ts'

const IPV4_HEADER_BYTES = 20
const IPV6_HEADER_BYTES = 40
const GUE_HEADERS_BYTES = 12
const GRE_HEADER_BYTES = 4
const GRE_CSUM_BYTES = 4
const SMALLEST_MTU = 68
const SMALLEST_IPV6_MTU = 1280

/** How a packet is to be judged, beside its fields. */
export interface Passage {
  /** It came for the director itself, as clients' packets do; false: it is being forwarded. */
  isForUs: boolean
  /** An ICMP error: its size is not judged. */
  isIcmpError: boolean
}

export const FROM_CLIENT: Passage = { isForUs: true, isIcmpError: false }
export const ERROR_FROM_CLIENT: Passage = { isForUs: true, isIcmpError: true }
export const ERROR_PASSING: Passage = { isForUs: false, isIcmpError: true }

export class Forwarding {
  /** Of the packet judged last, where that was found. */
  route: Route | null = null
  /** Largest packet that the way takes, before a tunnel's headers, B. */
  mtu = 0
  /** Why it was not forwarded. */
  cause = ''
  private readonly connections: Connections
  private readonly sysctls: Sysctls
  private readonly routes: Routes

  constructor(connections: Connections, sysctls: Sysctls, routes: Routes) {
    this.connections = connections
    this.sysctls = sysctls
    this.routes = routes
  }

  /** The way of a connection's packet to its server; the TTL changes, nothing else. */
  judge(
    packet: PacketHeader,
    id: number,
    destination: Destination | null,
    passage: Passage,
  ): Verdict {
    const method = this.connections.methodOf(id)
    if (method === LOCAL) return ACCEPT
    const route = this.routeTo(packet, id, destination)
    this.route = route
    if (route === null) return this.end(UNREACHABLE, 'no route to server')
    if (route.isLocal) {
      const mayBeLocal = method === NAT || passage.isForUs
      if (method === BYPASS || !mayBeLocal) return this.end(DROP, 'local')
      if (method === NAT && isLoopback(this.connections.serverOf(id))) {
        return this.end(DROP, 'loopback')
      }
      return DELIVER
    }
    if (isLoopback(packet.src)) return this.end(DROP, 'loopback')
    if (packet.ttl <= 1) return this.end(TIME_EXCEEDED, 'ttl')
    packet.ttl--
    return this.measure(packet, method, route, destination, passage)
  }

  /** Changes what the method changes on the way to the server. */
  rewrite(packet: PacketHeader, id: number): void {
    const { connections } = this
    const method = connections.methodOf(id)
    if (method === NAT) {
      packet.dst = connections.serverOf(id)
      packet.dstPort = connections.serverPortOf(id)
    } else if (method === TUN && !this.route!.isLocal) {
      packet.outerSrc = this.route!.source
      packet.outerDst = connections.serverOf(id)
    }
  }

  /** Towards the client: with NAT the server's packet becomes the virtual service's. */
  rewriteReply(packet: PacketHeader, id: number): void {
    const { connections } = this
    if (connections.methodOf(id) !== NAT) return
    packet.src = connections.virtualOf(id)
    packet.srcPort = connections.virtualPortOf(id)
  }

  /**
   * The routes have changed, or are asked anew: what was found for a destination is kept with it.
   */
  private routeTo(packet: PacketHeader, id: number, destination: Destination | null): Route | null {
    const { routes } = this
    if (destination === null) {
      const isBypass = this.connections.methodOf(id) === BYPASS
      return routes.find(isBypass ? packet.dst : this.connections.serverOf(id))
    }
    if (destination.routeGeneration !== routes.generation) {
      destination.route = routes.find(destination.address)
      destination.routeGeneration = routes.generation
    }
    return destination.route
  }

  private measure(
    packet: PacketHeader,
    method: number,
    route: Route,
    destination: Destination | null,
    passage: Passage,
  ): Verdict {
    let { mtu } = route
    let isJudged = true
    if (method === TUN) {
      if (destination === null) return this.end(DROP, 'no destination')
      const isOuterIpv6 = isBooked(destination.address) && isIpv6(destination.address)
      mtu -= tunnelBytes(destination, isOuterIpv6)
      if (mtu < (isOuterIpv6 ? SMALLEST_IPV6_MTU : SMALLEST_MTU)) return this.end(DROP, 'mtu')
      isJudged = this.sysctls.pmtu_disc !== 0 || isIpv6(packet.dst)
    }
    this.mtu = mtu
    if (packet.ipBytes <= mtu || !isJudged) return FORWARD
    if (isIpv6(packet.dst)) return this.end(passage.isIcmpError ? DROP : TOO_BIG, 'mtu')
    if (packet.dontFragment && !passage.isIcmpError) return this.end(TOO_BIG, 'mtu')
    return FORWARD
  }

  private end(verdict: Verdict, cause: string): Verdict {
    this.cause = cause
    return verdict
  }
}

/** What a tunnel's headers take of the MTU. */
export function tunnelBytes(destination: Destination, isOuterIpv6: boolean): number {
  const outer = isOuterIpv6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES
  const { tunnelType, tunnelFlags } = destination
  if (tunnelType === GUE) return outer + GUE_HEADERS_BYTES
  if (tunnelType !== GRE) return outer
  return outer + GRE_HEADER_BYTES + ((tunnelFlags & TUNNEL_CSUM) !== 0 ? GRE_CSUM_BYTES : 0)
}
