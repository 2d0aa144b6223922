// What a synchronisation message says of one connection, and where the words of a record lie
// (spec 7.4). The engine's data and the sequence numbers of a rewritten stream are rare, so that
// they are objects of their own.
import type { Address } from '../wire/address.ts'

/** Flags of a connection as they are numbered in the kernel and in messages (spec 1.3). */
export const WIRE_METHOD = 0x7
export const WIRE_SYNCED = 0x20
export const WIRE_NO_OUTPUT = 0x80
export const WIRE_INACTIVE = 0x100
export const WIRE_SEQUENCE = 0x600
export const WIRE_NO_CLIENT_PORT = 0x800
export const WIRE_TEMPLATE = 0x1000
export const WIRE_ONE_PACKET = 0x2000

/** The two bits of a rewritten stream lie so much higher in the table (connection-record.ts). */
export const SEQUENCE_SHIFT = 6

export const SEQUENCE_BYTES = 24

export interface SyncRecord {
  isIpv6: boolean
  protocol: number
  /** As in a message. */
  flags: number
  state: number
  clientPort: number
  virtualPort: number
  serverPort: number
  mark: number
  /** What the timer is restarted with; 0: not said. */
  timeoutSeconds: number
  client: Address
  virtual: Address
  server: Address
  /** Two streams' initial sequence, delta and delta before, in network order; null: none. */
  sequence: Uint8Array | null
  /** Persistence engine, '' for none, and what it goes by. */
  engine: string
  engineData: string
}

export function emptyRecord(): SyncRecord {
  return {
    ...{ isIpv6: false, protocol: 0, flags: 0, state: 0, clientPort: 0, virtualPort: 0 },
    ...{ serverPort: 0, mark: 0, timeoutSeconds: 0, client: 0, virtual: 0, server: 0 },
    ...{ sequence: null, engine: '', engineData: '' },
  }
}

/** A message cannot be read any further: what is left of it is dropped. */
export const BROKEN = -1
/** The record cannot be used; the one behind it can. */
export const SKIPPED = -2
