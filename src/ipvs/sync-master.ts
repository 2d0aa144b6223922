// The daemon that tells other directors of this one's connections (spec 7.1 to 7.3): after every
// packet of a client's, the connection and all that control it are looked at.
import {
  CONTROL,
  IN_PACKETS,
  ONE_PACKET,
  RECORD_SHIFT,
  STATE,
  STATE_MASK,
  SYNCED,
  TEMPLATE,
  INACTIVE,
  NO_CLIENT_PORT,
  NO_OUTPUT,
} from './connection-record.ts'
import type { ConnectionTimers } from './connection-timers.ts'
import type { Connections } from './connections.ts'
import type { SipTemplates } from './sip.ts'
import type { SyncDecision } from './sync-decision.ts'
import {
  emptyRecord,
  SEQUENCE_SHIFT,
  WIRE_INACTIVE,
  WIRE_NO_CLIENT_PORT,
  WIRE_NO_OUTPUT,
  WIRE_SEQUENCE,
  WIRE_SYNCED,
  WIRE_TEMPLATE,
  type SyncRecord,
} from './sync-record.ts'
import { SyncThread, type SyncThreadOptions } from './sync-thread.ts'
import { HZ } from './ticks.ts'
import { isIpv6 } from '../wire/address.ts'

export interface SyncMasterOptions {
  syncId: number
  maxBytes: number
  /** A power of two; each has a port of its own. */
  threads: number
  send: (message: Uint8Array, thread: number, now: number) => void
}

export interface SyncMasterParts extends Pick<SyncThreadOptions, 'sysctls' | 'tasks' | 'clock'> {
  connections: Connections
  timers: ConnectionTimers
  sip: SipTemplates
  decision: SyncDecision
}

/** Bits of a record's state in the table, and in a message. */
const FLAGS = [
  [SYNCED, WIRE_SYNCED],
  [NO_OUTPUT, WIRE_NO_OUTPUT],
  [INACTIVE, WIRE_INACTIVE],
  [NO_CLIENT_PORT, WIRE_NO_CLIENT_PORT],
  [TEMPLATE, WIRE_TEMPLATE],
] as const

export class SyncMaster {
  readonly options: SyncMasterOptions
  /** Written so far. */
  records = 0
  private readonly parts: SyncMasterParts
  private readonly threads: SyncThread[]
  private readonly record = emptyRecord()

  constructor(parts: SyncMasterParts, options: SyncMasterOptions, now: number) {
    this.parts = parts
    this.options = options
    const { sysctls, tasks, clock } = parts
    const { syncId, maxBytes } = options
    this.threads = Array.from({ length: options.threads }, (_, thread) => {
      const send = (message: Uint8Array, then: number): void => options.send(message, thread, then)
      return new SyncThread({ sysctls, tasks, clock, syncId, maxBytes, send }, now)
    })
  }

  stop(): void {
    for (const thread of this.threads) thread.stop()
  }

  /** A client's packet has been handled, `packets` with it; or an expiry was put off. */
  consider(first: number, packets: number, now: number): void {
    const { connections, sysctls, decision } = this.parts
    const { words } = connections
    const version = sysctls.sync_version
    let count = packets
    for (let id = first; id >= 0;) {
      const isSent = this.isSendable(id, version) && decision.isDue(id, count, now)
      if (isSent) this.append(id, version, now)
      else if (version === 0) return
      id = words[(id << RECORD_SHIFT) + CONTROL]!
      if (id < 0) return
      const at = id << RECORD_SHIFT
      const isTemplate = (words[at + STATE]! & TEMPLATE) !== 0
      count = isTemplate ? ++words[at + IN_PACKETS]! : sysctls.sync_threshold[0]
    }
  }

  private isSendable(id: number, version: number): boolean {
    const { connections } = this.parts
    if (connections.has(id, ONE_PACKET)) return false
    return version !== 0 || !isIpv6(connections.clientOf(id))
  }

  private append(id: number, version: number, now: number): void {
    this.describe(id, this.record)
    this.records++
    // The kernel takes a hash of the entry's place in memory.
    this.threads[id % this.threads.length]!.add(this.record, version, now)
  }

  private describe(id: number, record: SyncRecord): void {
    const { connections, timers, sip } = this.parts
    const word = connections.words[(id << RECORD_SHIFT) + STATE]!
    record.client = connections.clientOf(id)
    record.virtual = connections.virtualOf(id)
    record.server = connections.serverOf(id)
    record.isIpv6 = isIpv6(record.client)
    record.protocol = connections.protocolOf(id)
    record.flags = connections.methodOf(id) | wireFlags(word)
    record.state = word & STATE_MASK
    record.clientPort = connections.clientPortOf(id)
    record.virtualPort = connections.virtualPortOf(id)
    record.serverPort = connections.serverPortOf(id)
    record.mark = connections.particulars.markOf(id)
    record.timeoutSeconds = Math.floor(timers.timeoutOf(id) / HZ)
    record.sequence = connections.particulars.sequenceOf(id)
    record.engineData = (word & TEMPLATE) === 0 ? '' : (sip.callIdOf(id) ?? '')
    record.engine = record.engineData === '' ? '' : 'sip'
  }
}

function wireFlags(word: number): number {
  let flags = (word >>> SEQUENCE_SHIFT) & WIRE_SEQUENCE
  for (const [bit, wire] of FLAGS) if ((word & bit) !== 0) flags |= wire
  return flags
}
