// The few header fields that IPVS reads and writes, and what it can decide about a packet. Packets
// of the simulated network have these fields; anything else that has them will do.

/** Addresses are signed 32-bit integers. */
export interface PacketHeader {
  src: number
  dst: number
  srcPort: number
  dstPort: number
  protocol: number
  tcpFlags: number
  ttl: number
  /** IP total length, without the outer header. */
  ipBytes: number
  /** 0 and 0: no outer header. */
  outerSrc: number
  outerDst: number
}

export const TCP = 6
export const UDP = 17

export const TCP_FIN = 1
export const TCP_SYN = 2
export const TCP_RST = 4
export const TCP_PSH = 8
export const TCP_ACK = 16

export type Verdict = 0 | 1 | 2 | 3
/** Goes to `nextHop`. */
export const FORWARD = 0
/** Continues its normal journey: the local stack, or ordinary forwarding. */
export const ACCEPT = 1
export const DROP = 2
/** No destination: dropped, and the client gets ICMP port unreachable. */
export const REFUSE = 3

/** Forwarding methods, numbered as in the kernel (spec 1.2). */
export type Method = 0 | 2 | 3
export const NAT = 0
export const TUN = 2
export const DR = 3

/** Times are whole picoseconds. */
export const SECOND_PS = 1_000_000_000_000
/** 2^53: a deadline there or later never comes. */
export const NEVER_PS = 9_007_199_254_740_992
