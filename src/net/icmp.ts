// ICMP errors in a simulation: the packet that died becomes the error about itself. Its addresses
// and ports change sides, so that they are those of the conversation as seen from its sender; the
// protocol that it had is kept beside. An error about a tunnel's packet goes to the tunnel's
// beginning, in the outer header, and carries the inner packet turned round, as it is quoted.
import {
  ETHERNET_BYTES,
  ICMP,
  SMALLEST_FRAME_BYTES,
  ipHeaderBytes,
  sizeFrame,
  turnRound,
  type Packet,
} from './packet.ts'
import { isIpv6 } from '../wire/address.ts'

/** An ICMP error quotes the packet up to this total (RFC 1812, 4.3.2.3). */
const MOST_ICMP_BYTES = 576
/** And one of IPv6 up to this one (RFC 4443, 2.4). */
const MOST_ICMPV6_BYTES = 1280
const ICMP_HEADER_BYTES = 8

/**
 * Makes the packet an error about itself; `mtuBytes` is the size that it exceeded, 0 for other
 * causes.
 */
export function becomeError(packet: Packet, mtuBytes: number): void {
  const { outerSrc, outerDst } = packet
  const isTunnelled = outerDst !== 0
  const receiver = isTunnelled ? outerSrc : packet.src
  const headers = ipHeaderBytes(receiver) + ICMP_HEADER_BYTES
  const quoted = packet.ipBytes + (isTunnelled ? ipHeaderBytes(outerDst) : 0)
  turnRound(packet)
  packet.quotedProtocol = packet.protocol
  packet.protocol = ICMP
  packet.payloadBytes = 0
  packet.icmpMtuBytes = mtuBytes
  packet.dontFragment = false
  const most = isIpv6(receiver) ? MOST_ICMPV6_BYTES : MOST_ICMP_BYTES
  packet.ipBytes = Math.min(most, headers + quoted)
  sizeFrame(packet)
  if (!isTunnelled) return
  packet.outerSrc = outerDst
  packet.outerDst = outerSrc
  packet.outerDontFragment = false
  packet.frameBytes = Math.max(SMALLEST_FRAME_BYTES, packet.ipBytes + ETHERNET_BYTES)
}
