// What a checker was told to do, with every default filled in (spec healthchecks.md, 1 and 4).
import type { Address } from '../wire/address.ts'

/** All that checkers have in common. Times are whole picoseconds. */
interface Timing {
  /** From the end of one check to the start of the next; with MISC from start to start. */
  delayLoopPs: number
  /** The first check is put off by a random part of this. */
  warmupPs: number
  /** How long each wait for the network may last. */
  connectTimeoutPs: number
  /** Attempts beside the first before an up server is held to be down. */
  retries: number
  delayBeforeRetryPs: number
  /** The server is down until a check has succeeded (alpha). */
  startsDown: boolean
}

export interface Endpoint {
  address: Address
  port: number
}

/** One page of HTTP_GET, and what it must be like. */
export interface HttpUrl {
  path: string
  /** Of the Host header; '': the address. */
  virtualHost: string
  /** Ranges of statuses, both ends included. */
  statuses: [number, number][]
  /** MD5 of the body in hexadecimal; '': any. */
  digest: string
  /** '': any. */
  regex: string
  /** The expression must not match. */
  isForbidden: boolean
}

export interface HttpSettings {
  kind: 'http'
  isSecure: boolean
  protocol: '1.0' | '1.0C' | '1.1'
  urls: HttpUrl[]
  /** The remaining pages are fetched at once when a server returns. */
  isFastRecovery: boolean
  /** The server's name is told in the TLS handshake. */
  saysName: boolean
}

export interface UdpSettings {
  kind: 'udp'
  payload: Uint8Array
  needsReply: boolean
  /** How a reply must begin; empty: anyhow. */
  reply: Uint8Array
  leastReplyBytes: number
  mostReplyBytes: number
}

export interface MiscSettings {
  kind: 'misc'
  command: string
  timeoutPs: number
  /** The exit code is a weight. */
  isDynamic: boolean
}

/** A file with a number in it, which keepalived is told of when it changes. */
export interface FileSettings {
  kind: 'file'
  file: string
  /** What the number counts for the server's weight; 0: any number but 0 is a failure. */
  weight: number
  isReversed: boolean
}

export type CheckerKind =
  | { kind: 'tcp' }
  | { kind: 'ping' }
  | { kind: 'smtp'; heloName: string }
  | { kind: 'dns'; type: string; name: string }
  | HttpSettings
  | UdpSettings
  | MiscSettings
  | FileSettings

export type CheckerSettings = Timing & { target: Endpoint } & CheckerKind
