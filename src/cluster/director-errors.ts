// ICMP errors that reach a director (spec 5.6, 5.7), in a simulation: those about servers' answers
// follow the connection to the server, those about its own tunnel packets teach it the path's MTU
// and are passed on to the client. The same for packets of bytes: machine/icmp-relay.ts.
import type { Time } from '../kernel/time.ts'
import { ERROR_FROM_CLIENT } from '../ipvs/forward.ts'
import { FORWARD, NAT } from '../ipvs/headers.ts'
import type { Ipvs } from '../ipvs/ipvs.ts'
import type { Flow } from '../ipvs/service.ts'
import { ipHeaderBytes, sizeFrame, type Packet } from '../net/packet.ts'
import type { DirectorRoutes } from './director-routes.ts'

const LEAST_MTU = 68

export class DirectorErrors {
  private readonly ipvs: Ipvs
  private readonly routes: DirectorRoutes
  private readonly request: Flow = { protocol: 0, src: 0, srcPort: 0, dst: 0, dstPort: 0 }

  constructor(ipvs: Ipvs, routes: DirectorRoutes) {
    this.ipvs = ipvs
    this.routes = routes
  }

  /** About a server's answer: it goes to `ipvs.nextHop`, unless it belongs to no connection. */
  toServer(packet: Packet): boolean {
    const { ipvs } = this
    const { connections, forwarding } = ipvs
    const id = this.connectionOf(packet)
    if (id < 0) return false
    ipvs.regard(id)
    const isNat = connections.methodOf(id) === NAT
    ipvs.countIn(packet.ipBytes)
    if (!isNat) ipvs.countPacket(id)
    if (forwarding.judge(packet, id, ipvs.destination, ERROR_FROM_CLIENT) !== FORWARD) return false
    forwarding.rewrite(packet, id)
    packet.outerDontFragment = false
    sizeFrame(packet)
    ipvs.nextHop = forwarding.nextHop
    return true
  }

  /**
   * About a tunnel's packet: the client is told, of the MTU of the route as it was until now, less
   * the outer header. False when nobody is to be told.
   */
  fromTunnel(packet: Packet, now: Time): boolean {
    const { ipvs, routes } = this
    const id = this.connectionOf(packet)
    const outerBytes = ipHeaderBytes(packet.outerSrc)
    const reported = packet.icmpMtuBytes
    if (id < 0) return false
    ipvs.regard(id)
    const mtu = ipvs.destination?.route?.mtu ?? reported
    routes.learn(packet.outerSrc, reported, now)
    packet.outerSrc = 0
    packet.outerDst = 0
    packet.icmpMtuBytes = mtu > LEAST_MTU + outerBytes ? mtu - outerBytes : mtu
    sizeFrame(packet)
    ipvs.countOut(packet.ipBytes)
    return true
  }

  /** Of the request that the quoted packet answers, or is. */
  private connectionOf(packet: Packet): number {
    const { request } = this
    const isAboutRequest = packet.outerDst !== 0
    request.protocol = packet.quotedProtocol
    request.src = isAboutRequest ? packet.dst : packet.src
    request.srcPort = isAboutRequest ? packet.dstPort : packet.srcPort
    request.dst = isAboutRequest ? packet.src : packet.dst
    request.dstPort = isAboutRequest ? packet.srcPort : packet.dstPort
    return this.ipvs.connections.fromClient(request)
  }
}
