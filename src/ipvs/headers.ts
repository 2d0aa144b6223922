// The few header fields that IPVS reads and writes, and what it can decide about a packet. Packets
// of the simulated network have these fields, and so have packets read from bytes; anything else
// that has them will do.

/** Addresses are those of wire/address.ts: signed 32-bit integers for both families. */
export interface PacketHeader {
  src: number
  dst: number
  /** 0 where the protocol has none. */
  srcPort: number
  dstPort: number
  protocol: number
  tcpFlags: number
  /** SCTP: the event of its first chunk (sctp-states.ts), -1 when it could not be read. */
  chunk: number
  ttl: number
  /** IP total length, without the outer header. */
  ipBytes: number
  /** IPv4's DF; IPv6 behaves as if it were always set. */
  dontFragment: boolean
  /** Of the firewall; 0: none. */
  mark: number
  /** UDP: the Call-ID of a SIP message; null when there is none, or nobody has looked. */
  callId: string | null
  /** 0 and 0: no outer header. */
  outerSrc: number
  outerDst: number
}

export const ICMP = 1
export const TCP = 6
export const UDP = 17
/** Encrypted packets (RFC 4303, RFC 4302). */
export const ESP = 50
export const AH = 51
export const ICMPV6 = 58
export const SCTP = 132

/** Its ports cannot be read. */
export function isEncrypted(protocol: number): boolean {
  return protocol === ESP || protocol === AH
}

/** Protocol of the templates of a service by firewall mark. */
export const ANY_PROTOCOL = 0

export const TCP_FIN = 1
export const TCP_SYN = 2
export const TCP_RST = 4
export const TCP_PSH = 8
export const TCP_ACK = 16

export type Verdict = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7
/** Goes to `nextHop`. */
export const FORWARD = 0
/** Continues its normal journey: the local stack, or ordinary forwarding. */
export const ACCEPT = 1
export const DROP = 2
/** No destination: dropped, and the client gets ICMP port unreachable. */
export const REFUSE = 3
/** To the director's own stack, rewritten as the forwarding method says: a local real server. */
export const DELIVER = 4
/** Dropped, and the sender gets ICMP time exceeded. */
export const TIME_EXCEEDED = 5
/** Dropped, and the sender gets ICMP fragmentation needed, or packet too big, with `mtu`. */
export const TOO_BIG = 6
/** Dropped, and the sender gets ICMP host unreachable. */
export const UNREACHABLE = 7

/** Forwarding methods, numbered as in the kernel (spec 1.2). */
export type Method = 0 | 1 | 2 | 3 | 4
export const NAT = 0
export const LOCAL = 1
export const TUN = 2
export const DR = 3
export const BYPASS = 4

/** Tunnel types, numbered as in the kernel. */
export type TunnelType = 0 | 1 | 2
export const IPIP = 0
export const GUE = 1
export const GRE = 2
/** Flags of a tunnel: its checksum. */
export const TUNNEL_CSUM = 1
export const TUNNEL_REMCSUM = 2

/** Times are whole picoseconds. */
export const SECOND_PS = 1_000_000_000_000
/** 2^53: a deadline there or later never comes. */
export const NEVER_PS = 9_007_199_254_740_992
