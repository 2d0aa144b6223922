// The daemon that listens to other directors (spec 7.5): what of a message it takes, and what its
// own table then holds. It never answers.
import { read16 } from '../wire/bytes.ts'
import {
  isVersion1,
  endOfRecord1,
  HEADER_1_BYTES,
  paddingBefore1,
  readRecord1,
} from './sync-format-1.ts'
import { HEADER_0_BYTES, readRecord0 } from './sync-format-0.ts'
import { AH, ANY_PROTOCOL, ESP, SCTP, TCP, UDP } from './headers.ts'
import { SCTP_STATE_NAMES } from './sctp-states.ts'
import {
  BROKEN,
  emptyRecord,
  WIRE_NO_CLIENT_PORT,
  WIRE_ONE_PACKET,
  WIRE_TEMPLATE,
  type SyncRecord,
} from './sync-record.ts'
import { STATE_NAMES } from './tcp-states.ts'

const LEAST_BYTES = 4
/** NONE and ASSURED. */
const TEMPLATE_STATES = 2
const STATES: Record<number, number> = {
  [TCP]: STATE_NAMES.length,
  [UDP]: 1,
  [SCTP]: SCTP_STATE_NAMES.length,
  [AH]: 1,
  [ESP]: 1,
}
const ENGINES = ['', 'sip']

/** What became of a message's records. */
export interface SyncTally {
  taken: number
  /** Records that could not be used, and messages or ends of messages that could not be read. */
  skipped: number
  broken: number
  /** Messages with another id. */
  foreign: number
}

/** Does what a record says (sync-apply.ts). */
export interface RecordTaker {
  apply(record: SyncRecord, now: number): void
}

export class SyncBackup {
  readonly tally: SyncTally = { taken: 0, skipped: 0, broken: 0, foreign: 0 }
  /** 0: takes every message. */
  private readonly syncId: number
  private readonly table: RecordTaker
  private readonly record = emptyRecord()

  constructor(syncId: number, table: RecordTaker) {
    this.syncId = syncId
    this.table = table
  }

  receive(message: Uint8Array, now: number): void {
    const { tally } = this
    if (message.length < LEAST_BYTES || read16(message, 2) !== message.length) {
      tally.broken++
      return
    }
    if (this.syncId !== 0 && message[1] !== this.syncId) {
      tally.foreign++
      return
    }
    if (isVersion1(message)) this.receive1(message, now)
    else this.receive0(message, now)
  }

  private receive1(message: Uint8Array, now: number): void {
    const { record, tally } = this
    let at = HEADER_1_BYTES
    for (let left = message[4]!; left > 0; left--) {
      at += paddingBefore1(at)
      const end = endOfRecord1(message, at)
      const result = end === BROKEN ? BROKEN : readRecord1(message, at, end, record)
      if (result === BROKEN) {
        tally.broken++
        return
      }
      if (result === end) this.take(record, now)
      else tally.skipped++
      at = end
    }
  }

  private receive0(message: Uint8Array, now: number): void {
    let at = HEADER_0_BYTES
    for (let left = message[0]!; left > 0; left--) {
      at = readRecord0(message, at, this.record)
      if (at === BROKEN) {
        this.tally.broken++
        return
      }
      this.take(this.record, now)
    }
  }

  private take(record: SyncRecord, now: number): void {
    if (!isUsable(record)) {
      this.tally.skipped++
      return
    }
    this.tally.taken++
    this.table.apply(record, now)
  }
}

function isUsable({ flags, protocol, state, engine }: SyncRecord): boolean {
  if ((flags & WIRE_ONE_PACKET) !== 0 || !ENGINES.includes(engine)) return false
  if ((flags & WIRE_TEMPLATE) !== 0) {
    const isKnown = protocol === ANY_PROTOCOL || STATES[protocol] !== undefined
    return isKnown && (flags & WIRE_NO_CLIENT_PORT) === 0 && state < TEMPLATE_STATES
  }
  return state < (STATES[protocol] ?? 0)
}
