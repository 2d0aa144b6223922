// What can be set of a TCP: the names are those of Linux's sysctls (net.ipv4.tcp_*, described in
// Documentation/networking/ip-sysctl.rst), the defaults are Linux's. What is not here is fixed as
// there: 200 ms at least and 120 s at most between retransmissions, 15 retries of data, 8 of a
// closed connection.
import { PS_PER_SECOND, type Time } from '../kernel/time.ts'

export type CongestionName = 'cubic' | 'reno'

export interface TcpOptions {
  /** tcp_congestion_control. */
  congestion: CongestionName
  /** Segments that may be sent before the first acknowledgement (RFC 6928). */
  initialWindow: number
  /** Largest receive buffer, B (the third of tcp_rmem); half of it is announced as the window. */
  rmem: number
  /** Largest send buffer, B (the third of tcp_wmem): payload that is not acknowledged yet. */
  wmem: number
  /** Selective acknowledgements (RFC 2018); without them NewReno (RFC 6582). */
  sack: boolean
  /** Timestamps (RFC 7323): 12 bytes of each segment, and a round trip measured by each ACK. */
  timestamps: boolean
  /** An ACK waits 40 ms for company, but two full segments have one at once (RFC 5681, 4.2). */
  delayedAck: boolean
  /** A window that was not used for a while is not believed any more (RFC 5681, 4.1). */
  slowStartAfterIdle: boolean
  /** Retransmissions of a SYN: 1 s, 3 s, 7 s ... after the first. */
  synRetries: number
  synackRetries: number
  /** Largest segment announced, as `ip route ... advmss` or MSS clamping do; null: by the MTU. */
  advmss: number | null
}

/** What only a listening socket has. */
export interface ListenOptions {
  /** Connections that wait to be accepted (listen(2)). */
  somaxconn: number
  /** Half-open connections (tcp_max_syn_backlog). */
  maxSynBacklog: number
  /** A full SYN queue answers without keeping anything. */
  syncookies: boolean
  /** A full accept queue resets (tcp_abort_on_overflow); else it drops the last ACK. */
  abortOnOverflow: boolean
}

export const LINUX_TCP: TcpOptions = {
  congestion: 'cubic',
  initialWindow: 10,
  rmem: 6_291_456,
  wmem: 4_194_304,
  sack: true,
  timestamps: true,
  delayedAck: true,
  slowStartAfterIdle: true,
  synRetries: 6,
  synackRetries: 5,
  advmss: null,
}

export const LINUX_LISTEN: ListenOptions = {
  somaxconn: 4096,
  maxSynBacklog: 2048,
  syncookies: true,
  abortOnOverflow: false,
}

/** Before anything was measured, and where a SYN had to be repeated (RFC 6298, 2.1 and 5.7). */
export const FIRST_RTO_PS: Time = PS_PER_SECOND
export const FALLBACK_RTO_PS: Time = 3 * PS_PER_SECOND
export const LEAST_RTO_PS: Time = PS_PER_SECOND / 5
export const MOST_RTO_PS: Time = 120 * PS_PER_SECOND
export const DELAYED_ACK_PS: Time = PS_PER_SECOND / 25
/** How long the side that closed first remembers the connection. */
export const TIME_WAIT_PS: Time = 60 * PS_PER_SECOND
/** A closed socket waits that long for the other side's FIN (tcp_fin_timeout). */
export const FIN_TIMEOUT_PS: Time = 60 * PS_PER_SECOND
/** tcp_retries2, and what tcp_orphan_retries comes to. */
export const DATA_RETRIES = 15
export const ORPHAN_RETRIES = 8
