// What the forwarding methods do with a packet (spec 5.1 to 5.5): the common step of routes, TTL
// and sizes, then the header fields that a method changes. The same decisions serve the packets of
// a simulation, which are these fields, and packets of bytes, whose rewriter follows them.
import { isIpv6, isLoopback } from '../wire/address.ts'
import { KIND, RECORD_SHIFT, SERVER } from './connection-record.ts'
import type { Connections } from './connections.ts'
import {
  ACCEPT,
  BYPASS,
  DELIVER,
  DR,
  DROP,
  FORWARD,
  GRE,
  GUE,
  IPIP,
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

const LOOPBACK_NET = 127
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

const FROM_CLIENT: Passage = { isForUs: true, isIcmpError: false }
export const ERROR_FROM_CLIENT: Passage = { isForUs: true, isIcmpError: true }
export const ERROR_PASSING: Passage = { isForUs: false, isIcmpError: true }

export type TunnelSettings = Pick<Destination, 'tunnelType' | 'tunnelPort' | 'tunnelFlags'>
type Tunnel = TunnelSettings & Pick<Destination, 'address'>

/** Of a connection that another director told of and no destination of the own fits. */
export const PLAIN_TUNNEL: TunnelSettings = { tunnelType: IPIP, tunnelPort: 0, tunnelFlags: 0 }

export class Forwarding {
  /** Of the packet judged last, where that was found. */
  route: Route | null = null
  /** Where it goes next: a gateway, or the server itself. */
  nextHop = 0
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

  /**
   * A client's packet on its way to the server: judged and rewritten; `nextHop` is where it goes.
   * Most find a route that has been found before, to another host, and fit.
   */
  pass(packet: PacketHeader, id: number, destination: Destination | null): Verdict {
    const { words } = this.connections
    const at = id << RECORD_SHIFT
    const kind = words[at + KIND]!
    const method = (kind >>> 8) & 0xff
    if (
      destination !== null &&
      destination.routeGeneration === this.routes.generation &&
      packet.ipBytes <= destination.directMtu &&
      packet.ttl > 1 &&
      packet.src >>> 24 !== LOOPBACK_NET &&
      (method === DR || method === NAT)
    ) {
      packet.ttl--
      if (method === NAT) {
        packet.dst = words[at + SERVER]!
        packet.dstPort = kind >>> 16
      }
      this.route = destination.route
      this.nextHop = destination.nextHop
      return FORWARD
    }
    const verdict = this.judge(packet, id, destination, FROM_CLIENT)
    if (verdict === FORWARD || verdict === DELIVER) this.rewrite(packet, id)
    return verdict
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
    const server = this.connections.serverOf(id)
    const isPassedBy = server === 0 || (method === DR && destination?.routeLacksNextHop === true)
    this.nextHop = route.gateway !== 0 ? route.gateway : isPassedBy ? packet.dst : server
    if (route.isLocal) {
      // What is being forwarded cannot end here after all (spec 5.1).
      if (method === BYPASS || !passage.isForUs) return this.end(DROP, 'local')
      if (method === NAT && isLoopback(server)) return this.end(DROP, 'loopback')
      return DELIVER
    }
    if (isLoopback(packet.src)) return this.end(DROP, 'loopback')
    if (packet.ttl <= 1) return this.end(TIME_EXCEEDED, 'ttl')
    packet.ttl--
    if (method === TUN) {
      const tunnel = destination ?? { ...PLAIN_TUNNEL, address: server }
      return this.measureTunnel(packet, route, tunnel, passage)
    }
    this.mtu = route.mtu
    return packet.ipBytes <= route.mtu ? FORWARD : this.exceed(packet, passage)
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
      const route = routes.find(destination.address)
      destination.route = route
      destination.routeGeneration = routes.generation
      destination.routeLacksNextHop = this.connections.methodOf(id) !== DR
      // Where DR would not find the server by that route, the short way is not for it.
      const isLost = destination.routeLacksNextHop && destination.method === DR
      const isDirect = route !== null && !route.isLocal && !isLost
      destination.directMtu = isDirect ? route.mtu : -1
      const gateway = isDirect ? route.gateway : 0
      destination.nextHop = gateway === 0 ? destination.address : gateway
    }
    return destination.route
  }

  private measureTunnel(
    packet: PacketHeader,
    route: Route,
    destination: Tunnel,
    passage: Passage,
  ): Verdict {
    const isOuterIpv6 = isIpv6(destination.address)
    const mtu = route.mtu - tunnelBytes(destination, isOuterIpv6)
    if (mtu < (isOuterIpv6 ? SMALLEST_IPV6_MTU : SMALLEST_MTU)) return this.end(DROP, 'mtu')
    this.mtu = mtu
    if (packet.ipBytes <= mtu) return FORWARD
    const isJudged = this.sysctls.pmtu_disc !== 0 || isIpv6(packet.dst)
    return isJudged ? this.exceed(packet, passage) : FORWARD
  }

  /** A packet larger than the way: cut on its way out if it may be, told its sender if not. */
  private exceed(packet: PacketHeader, { isIcmpError }: Passage): Verdict {
    if (isIpv6(packet.dst)) return this.end(isIcmpError ? DROP : TOO_BIG, 'mtu')
    return packet.dontFragment && !isIcmpError ? this.end(TOO_BIG, 'mtu') : FORWARD
  }

  private end(verdict: Verdict, cause: string): Verdict {
    this.cause = cause
    return verdict
  }
}

/** What a tunnel's headers take of the MTU. */
export function tunnelBytes(
  { tunnelType, tunnelFlags }: TunnelSettings,
  isOuterIpv6: boolean,
): number {
  const outer = isOuterIpv6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES
  if (tunnelType === GUE) return outer + GUE_HEADERS_BYTES
  if (tunnelType !== GRE) return outer
  return outer + GRE_HEADER_BYTES + ((tunnelFlags & TUNNEL_CSUM) !== 0 ? GRE_CSUM_BYTES : 0)
}
