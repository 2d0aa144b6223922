// A director as a Linux host on bytes: packets come in at a network device, pass the hooks of IPVS
// in the kernel's order (spec 3.1), and leave as frames for a neighbour. Everything that decides
// about a balanced packet is IPVS's; this is the host around it.
import {
  ACCEPT,
  DELIVER,
  DROP,
  FORWARD,
  NAT,
  REFUSE,
  SCTP,
  TCP,
  TIME_EXCEEDED,
  TOO_BIG,
  UDP,
  UNREACHABLE,
  isEncrypted,
  type Verdict,
} from '../ipvs/headers.ts'
import { PLAIN_TUNNEL } from '../ipvs/forward.ts'
import { Ipvs, type IpvsOptions } from '../ipvs/ipvs.ts'
import type { Route } from '../ipvs/routes.ts'
import { isIpv6, isLoopback, isMulticast, isUnspecified, type Address } from '../wire/address.ts'
import { Reassembler } from '../wire/reassembly.ts'
import { spendHop } from '../wire/ip.ts'
import { translate } from '../wire/translate.ts'
import { readDatagram, reread, type Datagram } from './datagram.ts'
import { encapsulate } from './encapsulate.ts'
import type { Frame } from './frame.ts'
import { FtpStream } from './ftp-stream.ts'
import { IcmpBudget } from './icmp-budget.ts'
import { IcmpRelay } from './icmp-relay.ts'
import { LocalStack } from './local-stack.ts'
import { MulticastGroups } from './multicast-groups.ts'
import { Marks } from './marks.ts'
import { complain, mayComplain, type Complaint } from './own-errors.ts'
import { Neighbours, cut } from './output.ts'
import { Routing } from './routing.ts'

/** net.ipv4.ipfrag_time */
const FRAGMENT_PS = 30_000_000_000_000

const COMPLAINTS: Partial<Record<Verdict, Complaint>> = {
  [REFUSE]: 'port unreachable',
  [TIME_EXCEEDED]: 'time exceeded',
  [TOO_BIG]: 'too big',
  [UNREACHABLE]: 'host unreachable',
}

export class Machine {
  readonly routing: Routing = new Routing()
  readonly marks: Marks = new Marks()
  readonly local: LocalStack = new LocalStack()
  readonly neighbours: Neighbours
  readonly groups: MulticastGroups
  readonly ipvs: Ipvs
  private readonly relay: IcmpRelay
  private readonly ftp: FtpStream
  private readonly reassembler = new Reassembler(FRAGMENT_PS)
  private readonly frames: Frame[] = []
  private readonly budget = new IcmpBudget()
  private now = 0

  constructor(options: Omit<IpvsOptions, 'routes'>) {
    this.ipvs = new Ipvs({ ...options, routes: this.routing })
    this.relay = new IcmpRelay(this.ipvs, this.routing)
    this.ftp = new FtpStream(this.ipvs)
    this.groups = new MulticastGroups((device) => this.routing.devices[device]!.addresses)
    this.neighbours = new Neighbours((frame) => this.frames.push(frame))
  }

  /** What has left the machine since the last call. */
  takeFrames(): Frame[] {
    return this.frames.splice(0)
  }

  /** Lets the neighbours' timers run up to a time. */
  runUntil(now: number): void {
    this.now = now
    this.frames.push(...this.groups.runUntil(now))
    for (const failed of this.neighbours.runUntil(now)) {
      this.complainTo(failed, 'host unreachable', 0)
    }
  }

  /** A packet has come in, from its IP header on. */
  receive(bytes: Uint8Array, now: number): void {
    this.now = now
    const packet = readDatagram(bytes)
    if (packet === null || this.isMartian(packet)) return
    packet.mark = this.marks.markOf(packet)
    const route = this.routing.lookup(packet.dst, packet.mark)
    packet.isForUs = route !== null && route.isLocal
    if (route === null) this.complainTo(packet, 'host unreachable', 0)
    else if (packet.isForUs) this.comeIn(packet)
    else this.passOn(packet, route)
  }

  /** For the director itself: the hooks of LOCAL_IN, then its own stack. */
  private comeIn(arrived: Datagram): void {
    const packet = this.whole(arrived)
    if (packet === null) return
    const replied = this.hookOut(packet)
    if (replied === null) return
    const left = this.hookIn(replied)
    if (left !== null) this.deliver(left)
  }

  /** To the sockets of the director. */
  private deliver(packet: Datagram): void {
    const back = this.routing.lookup(packet.src, 0)
    const answer = this.local.receive(packet, back?.mtu ?? 0)
    if (answer === null) return
    if ('reply' in answer) this.send(answer.reply)
    else this.complainTo(packet, answer.complaint, 0)
  }

  /** Ordinary forwarding (RFC 1812), with the hooks of FORWARD. */
  private passOn(packet: Datagram, route: Route): void {
    if (packet.ttl <= 1) return this.complainTo(packet, 'time exceeded', 0)
    const mayCut = !packet.isIpv6 && !packet.dontFragment
    if (packet.ipBytes > route.mtu && !mayCut) return this.complainTo(packet, 'too big', route.mtu)
    spendHop(packet.bytes)
    const passed = reread(packet, packet.bytes)
    const left = passed.isIcmp ? this.hookIn(passed) : passed
    if (left === null) return
    const replied = this.hookOut(left)
    if (replied !== null) this.output(replied, this.routing.lookup(replied.dst, replied.mark))
  }

  /** A packet of the director's own: the hooks of LOCAL_OUT, then the wire. */
  private send(packet: Datagram): void {
    const replied = this.hookOut(packet)
    if (replied === null) return
    const route = this.routing.lookup(replied.dst, 0)
    if (route !== null && !route.isLocal) this.output(replied, route)
  }

  /** The kernel's *out*: null when the packet is gone. */
  private hookOut(arrived: Datagram): Datagram | null {
    if (arrived.isHandled || !this.isHooked(arrived)) return arrived
    if (arrived.isIcmp) {
      const { verdict, packet } = this.relay.toClient(arrived)
      return verdict === DROP ? null : packet
    }
    if (!isBalanced(arrived)) return arrived
    const packet = arrived.isForUs || arrived.isOwn ? arrived : this.whole(arrived)
    if (packet === null) return null
    if (!this.ftp.fromServer(packet, this.now)) return null
    const verdict = this.ipvs.handleFromServer(packet, this.now)
    if (verdict === REFUSE) this.complainTo(packet, 'port unreachable', 0)
    if (verdict === REFUSE || verdict === DROP) return null
    if (verdict === FORWARD) this.becomeReply(packet)
    return packet
  }

  /** The bytes of a reply follow its header. */
  private becomeReply(packet: Datagram): void {
    const { ipvs } = this
    packet.isHandled = true
    if (ipvs.connections.methodOf(ipvs.connection) !== NAT) return
    translate(packet.bytes, 'source', packet.src, packet.srcPort)
  }

  /** The kernel's *in*, and *forward-icmp*: null when the packet is gone. */
  private hookIn(packet: Datagram): Datagram | null {
    if (packet.isHandled || !this.isHooked(packet) || this.ipvs.sync.isStandby) return packet
    if (packet.isIcmp) {
      const relayed = this.relay.fromClient(packet, this.now)
      return this.follow(relayed.verdict, relayed.packet)
    }
    if (!isBalanced(packet)) return packet
    if (!packet.hasTransport && packet.header.fragmentOffset === 0) return null
    if (packet.protocol === UDP && this.ipvs.services.some(({ engine }) => engine !== '')) {
      packet.readCallId()
    }
    const { ttl, dst, dstPort } = packet
    const verdict = this.ipvs.handleFromClient(packet, this.now)
    if (packet.ttl !== ttl) spendHop(packet.bytes)
    const isPassed = verdict === FORWARD || verdict === DELIVER
    if (isPassed && !this.ftp.fromClient(packet, this.now)) return null
    if (packet.dst !== dst || packet.dstPort !== dstPort) {
      translate(packet.bytes, 'destination', packet.dst, packet.dstPort)
    }
    return this.follow(verdict, packet)
  }

  /** Does what IPVS has decided about a packet whose bytes are as they should be. */
  private follow(verdict: Verdict, packet: Datagram): Datagram | null {
    if (verdict === ACCEPT) return packet
    if (verdict === DELIVER) {
      packet.isHandled = true
      return packet
    }
    if (verdict === FORWARD) {
      if (packet.isOwn) this.send(packet)
      else this.toServer(packet)
      return null
    }
    const complaint = COMPLAINTS[verdict]
    if (complaint !== undefined) this.complainTo(packet, complaint, this.ipvs.forwarding.mtu)
    return null
  }

  private toServer(packet: Datagram): void {
    const { ipvs } = this
    const { destination, sysctls, forwarding } = ipvs
    packet.isHandled = true
    const isTunnelled = packet.outerDst !== 0
    const tunnel = destination ?? PLAIN_TUNNEL
    const leaving = isTunnelled ? encapsulate(packet, tunnel, sysctls.pmtu_disc !== 0) : packet
    this.transmit(leaving, forwarding.route!, ipvs.nextHop)
  }

  private output(packet: Datagram, route: Route | null): void {
    if (route === null || route.isLocal) return
    this.transmit(packet, route, route.gateway === 0 ? packet.dst : route.gateway)
  }

  private transmit(packet: Datagram, route: Route, nextHop: Address): void {
    const { device } = route
    // Whoever complains about it from here on is not the one whom it was for.
    packet.isForUs = false
    for (const piece of cut(packet, Math.min(route.mtu, packet.largestFragment))) {
      const { isUncertain } = packet
      const frame = { device, neighbour: nextHop, arpTarget: 0, isUncertain, ...piece }
      this.neighbours.send(frame, packet, this.now)
    }
  }

  private complainTo(about: Datagram, complaint: Complaint, mtu: number): void {
    if (!mayComplain(about)) return
    const from = about.isForUs ? about.dst : (this.routing.lookup(about.src, 0)?.source ?? 0)
    // Routed here by its mark alone, the address is nobody's to speak from.
    if (about.isForUs && this.routing.lookup(from, 0)?.isLocal !== true) return
    const error = complain(about, complaint, from, mtu)
    error.isUncertain =
      complaint !== 'too big' && !this.budget.take(this.ipvs.clock.tickAt(this.now))
    this.send(error)
  }

  /** The whole packet that a fragment completes; null while others are missing. */
  private whole(packet: Datagram): Datagram | null {
    if (!packet.isFragment) return packet
    if (packet.isIpv6) return packet.header.fragmentOffset === 0 ? packet : null
    const complete = this.reassembler.add(packet.bytes, this.now)
    if (complete === null) return null
    const whole = reread(packet, complete.packet)
    whole.largestFragment = complete.largestBytes
    return whole
  }

  /** The hooks of a family are there as long as it has services. */
  private isHooked(packet: Datagram): boolean {
    const family = packet.isIpv6 ? 6 : 4
    return this.ipvs.services.some((service) => service.family === family)
  }

  /** Nobody outside has these addresses. */
  private isMartian({ src, dst }: Datagram): boolean {
    if (isMulticast(src) || isMulticast(dst) || isLoopback(src) || isLoopback(dst)) return true
    if (isUnspecified(dst)) return true
    return !isIpv6(src) && (isUnspecified(src) || this.routing.isLocal(src))
  }
}

function isBalanced({ protocol }: Datagram): boolean {
  const hasPorts = protocol === TCP || protocol === UDP || protocol === SCTP
  return hasPorts || isEncrypted(protocol)
}
