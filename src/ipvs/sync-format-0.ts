// Version 0 of the synchronisation protocol (spec 7.4): IPv4 alone, without timeout and mark, and
// with sequence numbers in the order of the sending host, which is little-endian here.
import { ipv4 } from '../wire/address.ts'
import { writeAddress } from '../wire/address.ts'
import { read16, read32, write16 } from '../wire/bytes.ts'
import { BROKEN, SEQUENCE_BYTES, WIRE_SEQUENCE, type SyncRecord } from './sync-record.ts'

export const HEADER_0_BYTES = 4
const RECORD_BYTES = 24
const WORD_BYTES = 4

export function writeHeader0(message: Uint8Array, syncId: number, count: number): void {
  message[0] = count
  message[1] = syncId
  write16(message, 2, message.length)
}

export function sizeOfRecord0({ sequence }: SyncRecord): number {
  return RECORD_BYTES + (sequence === null ? 0 : SEQUENCE_BYTES)
}

export function writeRecord0(record: SyncRecord, message: Uint8Array, at: number): void {
  message[at] = 0
  message[at + 1] = record.protocol
  write16(message, at + 2, record.clientPort)
  write16(message, at + 4, record.virtualPort)
  write16(message, at + 6, record.serverPort)
  writeAddress(record.client, message, at + 8)
  writeAddress(record.virtual, message, at + 12)
  writeAddress(record.server, message, at + 16)
  write16(message, at + 20, record.flags)
  write16(message, at + 22, record.state)
  if (record.sequence !== null) message.set(swapped(record.sequence), at + RECORD_BYTES)
}

/** Reads the record at `at`; gives where it ends, or BROKEN. */
export function readRecord0(message: Uint8Array, at: number, record: SyncRecord): number {
  let end = at + RECORD_BYTES
  if (end > message.length) return BROKEN
  record.isIpv6 = false
  record.protocol = message[at + 1]!
  record.clientPort = read16(message, at + 2)
  record.virtualPort = read16(message, at + 4)
  record.serverPort = read16(message, at + 6)
  record.client = ipv4(read32(message, at + 8))
  record.virtual = ipv4(read32(message, at + 12))
  record.server = ipv4(read32(message, at + 16))
  record.flags = read16(message, at + 20)
  record.state = read16(message, at + 22)
  record.mark = 0
  record.timeoutSeconds = 0
  record.engine = ''
  record.engineData = ''
  record.sequence = null
  if ((record.flags & WIRE_SEQUENCE) !== 0) {
    if (end + SEQUENCE_BYTES > message.length) return BROKEN
    record.sequence = swapped(message.subarray(end, end + SEQUENCE_BYTES))
    end += SEQUENCE_BYTES
  }
  return end
}

/** Words of the other byte order. */
function swapped(bytes: Uint8Array): Uint8Array {
  return bytes.map((_, at) => bytes[(at | (WORD_BYTES - 1)) - (at & (WORD_BYTES - 1))]!)
}
