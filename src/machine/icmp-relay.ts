// ICMP errors about packets of IPVS's connections (spec 3.8, 3.9, 5.6, 5.7): they belong to the
// connection of the packet that they quote, whose addresses they then follow.
import type { Ipvs } from '../ipvs/ipvs.ts'
import { ERROR_FROM_CLIENT, ERROR_PASSING } from '../ipvs/forward.ts'
import {
  ACCEPT,
  DELIVER,
  DROP,
  FORWARD,
  GRE,
  GUE,
  IPIP,
  NAT,
  SCTP,
  TCP,
  UDP,
  isEncrypted,
  type PacketHeader,
  type Verdict,
} from '../ipvs/headers.ts'
import { read16, read32 } from '../wire/bytes.ts'
import {
  DESTINATION_UNREACHABLE,
  FRAGMENTATION_NEEDED,
  ICMP_HEADER_BYTES,
  SOURCE_QUENCH,
  TIME_EXCEEDED,
  icmpChecksum,
  isIcmpv6Error,
} from '../wire/icmp.ts'
import { GRE as GRE_PROTOCOL, IPIP as IPIP_PROTOCOL } from '../wire/protocols.ts'
import { readIp, spendHop } from '../wire/ip.ts'
import { translateError } from '../wire/translate.ts'
import { readQuoted, reread, type Datagram } from './datagram.ts'
import { quote } from './own-errors.ts'
import type { Routing } from './routing.ts'

const GUE_HEADER_BYTES = 4
const UDP_HEADER_BYTES = 8
const GRE_CSUM = 0x8000
const ETHERTYPE_IPV4 = 0x0800
const LEAST_MTU = 68

/** What becomes of an error: `packet` is it, as changed; FORWARD sends it to `ipvs.nextHop`. */
export interface Relayed {
  verdict: Verdict
  packet: Datagram
}

export class IcmpRelay {
  private readonly ipvs: Ipvs
  private readonly routing: Routing

  constructor(ipvs: Ipvs, routing: Routing) {
    this.ipvs = ipvs
    this.routing = routing
  }

  /** An error on its way in, or passing through: about a packet that a server sent to a client. */
  fromClient(packet: Datagram, now: number): Relayed {
    const quoted = relatedTo(packet)
    if (quoted === null) return { verdict: ACCEPT, packet }
    const tunnelled = packet.isForUs ? this.fromTunnel(packet, quoted) : null
    if (tunnelled !== null) return tunnelled
    if (!isBalanced(quoted)) return { verdict: ACCEPT, packet }
    const { ipvs } = this
    const request = turned(quoted, packet.mark)
    const isReadable = quoted.hasPorts || isEncrypted(quoted.protocol)
    const id = isReadable ? ipvs.connections.fromClient(ipvs.flowOf(request)) : -1
    if (id >= 0) ipvs.regard(id)
    else {
      const mayOpen = quoted.hasPorts && !isEncrypted(quoted.protocol)
      if (ipvs.sysctls.schedule_icmp === 0 || !mayOpen) return { verdict: ACCEPT, packet }
      const verdict = ipvs.scheduleError(request, now)
      if (verdict !== FORWARD) return { verdict, packet }
    }
    return this.toServer(packet, ipvs.connection)
  }

  /** An error from a server or a router behind: about a packet that a client sent. */
  toClient(packet: Datagram): Relayed {
    const { ipvs } = this
    const quoted = relatedTo(packet)
    if (quoted === null || !isBalanced(quoted)) return { verdict: ACCEPT, packet }
    if (!quoted.hasPorts && !isEncrypted(quoted.protocol)) return { verdict: ACCEPT, packet }
    const id = ipvs.connections.fromServer(ipvs.flowOf(turned(quoted, 0)))
    if (id < 0) return { verdict: ACCEPT, packet }
    ipvs.regard(id)
    const { connections } = ipvs
    let changed = packet
    if (connections.methodOf(id) === NAT) {
      if (!isIntact(packet)) return { verdict: DROP, packet }
      const bytes = packet.bytes.slice()
      translateError(bytes, 'source', connections.virtualOf(id), connections.virtualPortOf(id))
      changed = reread(packet, bytes)
      changed.random = packet.random
      changed.isUncertain = packet.isUncertain
    }
    changed.isHandled = true
    ipvs.countOut(packet.ipBytes)
    return { verdict: FORWARD, packet: changed }
  }

  private toServer(packet: Datagram, id: number): Relayed {
    const { ipvs } = this
    const { connections, forwarding } = ipvs
    const isNat = connections.methodOf(id) === NAT
    if (isNat && !isIntact(packet)) return { verdict: DROP, packet }
    ipvs.countIn(packet.ipBytes)
    if (!isNat) ipvs.countPacket(id)
    const passage = packet.isForUs ? ERROR_FROM_CLIENT : ERROR_PASSING
    const ttl = packet.ttl
    const verdict = forwarding.judge(packet, id, ipvs.destination, passage)
    if (verdict !== FORWARD && verdict !== DELIVER) return { verdict, packet }
    const bytes = packet.bytes.slice()
    if (packet.ttl !== ttl) spendHop(bytes)
    if (isNat) {
      translateError(bytes, 'destination', connections.serverOf(id), connections.serverPortOf(id))
    }
    const changed = reread(packet, bytes)
    if (!isNat) forwarding.rewrite(changed, id)
    ipvs.nextHop = forwarding.nextHop
    return { verdict, packet: changed }
  }

  /** An error about a tunnel's outer packet is told to the client (spec 5.7). */
  private fromTunnel(packet: Datagram, outer: Datagram): Relayed | null {
    if (packet.isIpv6) return null
    const inner = this.innerOf(outer)
    if (inner === undefined) return null
    if (inner === null) return { verdict: ACCEPT, packet }
    const { ipvs } = this
    const id = ipvs.connections.fromClient(inner)
    if (id < 0) return { verdict: ACCEPT, packet }
    if (!isIntact(packet)) return { verdict: DROP, packet }
    ipvs.regard(id)
    const type = packet.bytes[packet.transportAt]!
    const code = packet.bytes[packet.transportAt + 1]!
    let rest = read32(packet.bytes, packet.transportAt + 4)
    if (type === DESTINATION_UNREACHABLE && code === FRAGMENTATION_NEEDED) {
      const mtu = this.tunnelMtu(outer, inner, rest & 0xffff)
      if (!inner.dontFragment) return { verdict: DROP, packet }
      rest = mtu
    }
    ipvs.countOut(packet.ipBytes)
    const told = quote(inner.bytes, [type, code], inner.dst, inner.src, { rest })
    told.isHandled = true
    return { verdict: FORWARD, packet: told }
  }

  /**
   * The path MTU is learnt, but for packets to come: what the client is told follows from the route
   * that the destination has had so far.
   */
  private tunnelMtu(outer: Datagram, inner: Datagram, reported: number): number {
    const mtu = this.ipvs.destination?.route?.mtu ?? reported
    this.routing.learnMtu(outer.dst, reported)
    const headers = outer.bytes.length - inner.bytes.length
    return mtu > LEAST_MTU + headers ? mtu - headers : mtu
  }

  /**
   * The packet inside a quoted tunnel packet of ours; undefined when it is no tunnel of ours but
   * may
   * be an ordinary packet, null when nobody else has any use for it.
   */
  private innerOf(outer: Datagram): Datagram | null | undefined {
    const { bytes, transportAt, protocol, dst } = outer
    const { ipvs } = this
    if (protocol === IPIP_PROTOCOL) {
      return ipvs.tunnelTo(dst, IPIP, 0) === null ? null : readInner(bytes, transportAt)
    }
    if (protocol === UDP) {
      if (ipvs.tunnelTo(dst, GUE, outer.dstPort) === null) return undefined
      const at = transportAt + UDP_HEADER_BYTES
      const first = bytes[at] ?? 0xff
      if (first >>> 5 !== 0 || bytes[at + 1] !== IPIP_PROTOCOL) return undefined
      return readInner(bytes, at + GUE_HEADER_BYTES + 4 * (first & 31))
    }
    if (protocol !== GRE_PROTOCOL) return undefined
    if (ipvs.tunnelTo(dst, GRE, 0) === null) return undefined
    const flags = read16(bytes, transportAt)
    const isPlain = flags === 0 || flags === GRE_CSUM
    if (!isPlain || read16(bytes, transportAt + 2) !== ETHERTYPE_IPV4) return undefined
    return readInner(bytes, transportAt + (flags === 0 ? 4 : 8))
  }
}

/** The packet that an error quotes; null when it is no error that IPVS looks into. */
function relatedTo(packet: Datagram): (Datagram & { hasPorts: boolean }) | null {
  const { bytes, transportAt, isIpv6 } = packet
  const type = bytes[transportAt]
  if (type === undefined || transportAt + ICMP_HEADER_BYTES > bytes.length) return null
  const isRelated = isIpv6
    ? isIcmpv6Error(type)
    : type === DESTINATION_UNREACHABLE || type === SOURCE_QUENCH || type === TIME_EXCEEDED
  if (!isRelated || packet.isFragment) return null
  const quoted = readQuoted(bytes, transportAt + ICMP_HEADER_BYTES)
  if (quoted === null || quoted.header.version !== packet.header.version) return null
  if (quoted.header.fragmentOffset > 0) return null
  return Object.assign(quoted, { hasPorts: quoted.transportAt + 4 <= quoted.bytes.length })
}

function readInner(bytes: Uint8Array, at: number): Datagram | null {
  const header = readIp(bytes.subarray(at))
  if (header === null || header.version !== 4 || header.fragmentOffset > 0) return null
  return readQuoted(bytes, at)
}

function isBalanced({ protocol }: Datagram): boolean {
  const hasPorts = protocol === TCP || protocol === UDP || protocol === SCTP
  return hasPorts || isEncrypted(protocol)
}

/** The quoted packet in the other direction: one that its receiver would send. */
function turned(quoted: Datagram, mark: number): PacketHeader {
  return {
    ...{ protocol: quoted.protocol, tcpFlags: 0, chunk: -1, ttl: 64, mark, callId: null },
    ...{ src: quoted.dst, srcPort: quoted.dstPort, dst: quoted.src, dstPort: quoted.srcPort },
    ...{ ipBytes: 0, dontFragment: false, outerSrc: 0, outerDst: 0 },
  }
}

function isIntact({ bytes, transportAt }: Datagram): boolean {
  return icmpChecksum(bytes, 0, transportAt, bytes.length) === 0
}
