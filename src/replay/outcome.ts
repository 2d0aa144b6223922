// What a replayed director did in a step, in the shape in which recordings say it. Whatever a
// recorder looked at between two steps is kept as it was at the first and at the last moment that
// it can have looked.
import type { PacketWords } from './describe.ts'

export interface Window<T> {
  early: T
  late: T
}

export interface SaidFrame {
  side: 'client' | 'server'
  to: string
  /** An ARP request, in words; '' for an IP packet. */
  arp: string
  words: PacketWords | null
  bytes: Uint8Array
  /** Byte ranges that a kernel draws at random, or that follow from that. */
  random: [number, number][]
  /** The host's limit on errors may have swallowed it. */
  isUncertain: boolean
}

/** `PROTO CLIENT VIRTUAL REAL STATE SECONDS`, and the persistence engine's two words. */
export type ConnectionLine = string

/** `REAL METHOD WEIGHT ACTIVE INACTIVE` by service, in the director's order. */
export type DestinationLines = Record<string, string[]>

/** A datagram between directors, as it was seen on their link. */
export interface SyncMessage {
  /** When, since the recording began. */
  ms: number
  from: string
  src: string
  dst: string
  ttl: number
  /** In hexadecimal. */
  message: string
}

export interface Outcome {
  /** The packets injected, in hexadecimal. */
  in?: string[]
  frames?: SaidFrame[]
  /** Of a step that answers for a server: who that was. */
  src?: string
  conns?: Window<ConnectionLine[]>
  dests?: Window<DestinationLines>
  /** Listings by command or file. */
  show?: Record<string, Window<string>>
  out?: string
  err?: string
  rc?: number
  value?: string
  /** Of a burst: the server of each connection that was opened, and what others got. */
  servers?: (string | null)[]
  instead?: Record<string, string>
  /** Those of `instead` that the host's limit on errors may have swallowed. */
  uncertain?: string[]
  /** What directors told each other since the step before. */
  sync?: SyncMessage[]
  sysctls?: Record<string, string>
  kernel?: Record<string, unknown>
  modules?: string[]
}
