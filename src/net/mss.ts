// MSS clamping, as iptables does it (iptables-extensions(8), TCPMSS): a SYN segment that passes
// with a larger MSS than allowed gets the allowed one. Without the option a SYN is left alone: it
// means 536 (RFC 9293, 3.7.1).
import { TCP, ipHeaderBytes, type Packet } from './packet.ts'

const TCP_SYN = 2
const TCP_HEADER_BYTES = 20

/** A fixed size, or whatever the way out takes. */
export type Clamp = number | 'mtu'

/** Lowers the MSS of a SYN on its way into a network of that MTU; false when it let it be. */
export function clampMss(packet: Packet, clamp: Clamp, mtuBytes: number): boolean {
  if (packet.protocol !== TCP || (packet.tcpFlags & TCP_SYN) === 0) return false
  const most = mostMss(clamp, mtuBytes, ipHeaderBytes(packet.dst))
  if (packet.mss <= most) return false
  packet.mss = most
  return true
}

/** The largest MSS that passes into a network of that MTU. */
export function mostMss(clamp: Clamp, mtuBytes: number, ipHeaderSize: number): number {
  return clamp === 'mtu' ? mtuBytes - ipHeaderSize - TCP_HEADER_BYTES : clamp
}
