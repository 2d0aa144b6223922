// Version 1 of the synchronisation protocol, byte for byte (spec 7.4, 7.5).
import { readAddress, writeAddress } from '../wire/address.ts'
import { read16, read32, write16, write32 } from '../wire/bytes.ts'
import { readText, writeText } from '../wire/text.ts'
import { BROKEN, SEQUENCE_BYTES, SKIPPED, WIRE_SEQUENCE, type SyncRecord } from './sync-record.ts'

export const HEADER_1_BYTES = 8
const VERSION = 1
const RECORD_IPV4_BYTES = 36
const RECORD_IPV6_BYTES = 72
const ADDRESSES_AT = 24
const IPV6_RECORD = 1
const SIZE_BITS = 0xfff
const OPTION_HEADER_BYTES = 2
/** Options; one with this bit may be passed over by who does not know it. */
const OPTIONAL = 0x40
const SEQUENCE = 1
const ENGINE_DATA = 2
const ENGINE_NAME = 3
const LONGEST_ENGINE_NAME = 16
const LONGEST_ENGINE_DATA = 255

/** A message of this version; every other one is of version 0. */
export function isVersion1(message: Uint8Array): boolean {
  if (message.length < HEADER_1_BYTES) return false
  return message[0] === 0 && message[5] === VERSION && read16(message, 6) === 0
}

export function writeHeader1(message: Uint8Array, syncId: number, count: number): void {
  message.fill(0, 0, HEADER_1_BYTES)
  message[1] = syncId
  write16(message, 2, message.length)
  message[4] = count
  message[5] = VERSION
}

/** Records begin at multiples of 4. */
export function paddingBefore1(at: number): number {
  return -at & 3
}

export function sizeOfRecord1(record: SyncRecord): number {
  let size = record.isIpv6 ? RECORD_IPV6_BYTES : RECORD_IPV4_BYTES
  if (record.sequence !== null) size += OPTION_HEADER_BYTES + SEQUENCE_BYTES
  if (record.engine !== '') {
    size += 2 * OPTION_HEADER_BYTES + record.engineData.length + record.engine.length
  }
  return size
}

export function writeRecord1(record: SyncRecord, message: Uint8Array, at: number): void {
  const addressBytes = record.isIpv6 ? 16 : 4
  message[at] = record.isIpv6 ? IPV6_RECORD : 0
  message[at + 1] = record.protocol
  write16(message, at + 2, sizeOfRecord1(record))
  write32(message, at + 4, record.flags)
  write16(message, at + 8, record.state)
  write16(message, at + 10, record.clientPort)
  write16(message, at + 12, record.virtualPort)
  write16(message, at + 14, record.serverPort)
  write32(message, at + 16, record.mark)
  write32(message, at + 20, record.timeoutSeconds)
  writeAddress(record.client, message, at + ADDRESSES_AT)
  writeAddress(record.virtual, message, at + ADDRESSES_AT + addressBytes)
  writeAddress(record.server, message, at + ADDRESSES_AT + 2 * addressBytes)
  writeOptions(record, message, at + ADDRESSES_AT + 3 * addressBytes)
}

function writeOptions(record: SyncRecord, message: Uint8Array, first: number): void {
  let at = first
  if (record.sequence !== null) {
    at = writeOption(message, at, SEQUENCE, SEQUENCE_BYTES)
    message.set(record.sequence, at)
    at += SEQUENCE_BYTES
  }
  if (record.engine === '') return
  at = writeOption(message, at, ENGINE_DATA, record.engineData.length)
  at = writeText(record.engineData, message, at)
  at = writeOption(message, at, ENGINE_NAME, record.engine.length)
  writeText(record.engine, message, at)
}

function writeOption(message: Uint8Array, at: number, type: number, length: number): number {
  message[at] = type
  message[at + 1] = length
  return at + OPTION_HEADER_BYTES
}

/** Where the record ends that begins at `at`, or BROKEN. */
export function endOfRecord1(message: Uint8Array, at: number): number {
  if (at + RECORD_IPV4_BYTES > message.length) return BROKEN
  const type = message[at]!
  if ((type & ~IPV6_RECORD) !== 0) return BROKEN
  const word = read16(message, at + 2)
  const size = word & SIZE_BITS
  if (word !== size) return BROKEN
  const least = type === IPV6_RECORD ? RECORD_IPV6_BYTES : RECORD_IPV4_BYTES
  return size < least || at + size > message.length ? BROKEN : at + size
}

/** Reads the record from `at` to `end`; gives `end`, BROKEN or SKIPPED. */
export function readRecord1(
  message: Uint8Array,
  at: number,
  end: number,
  record: SyncRecord,
): number {
  const addressBytes = message[at] === IPV6_RECORD ? 16 : 4
  record.isIpv6 = addressBytes === 16
  record.protocol = message[at + 1]!
  record.flags = read32(message, at + 4)
  record.state = read16(message, at + 8)
  record.clientPort = read16(message, at + 10)
  record.virtualPort = read16(message, at + 12)
  record.serverPort = read16(message, at + 14)
  record.mark = read32(message, at + 16)
  record.timeoutSeconds = read32(message, at + 20)
  record.client = readAddress(message, at + ADDRESSES_AT, addressBytes)
  record.virtual = readAddress(message, at + ADDRESSES_AT + addressBytes, addressBytes)
  record.server = readAddress(message, at + ADDRESSES_AT + 2 * addressBytes, addressBytes)
  record.sequence = null
  record.engine = ''
  record.engineData = ''
  return readOptions(message, at + ADDRESSES_AT + 3 * addressBytes, end, record)
}

function readOptions(message: Uint8Array, first: number, end: number, record: SyncRecord): number {
  let seen = 0
  let result = end
  for (let at = first; at < end;) {
    if (at + OPTION_HEADER_BYTES > end) return BROKEN
    const type = message[at]!
    const length = message[at + 1]!
    const data = at + OPTION_HEADER_BYTES
    if (length === 0 || data + length > end) return BROKEN
    const known = type & ~OPTIONAL
    if (known >= SEQUENCE && known <= ENGINE_NAME) {
      if ((seen & (1 << known)) !== 0 || !isOfSize(known, length)) return BROKEN
      seen |= 1 << known
      readOption(known, message.subarray(data, data + length), record)
    } else if ((type & OPTIONAL) === 0) {
      result = SKIPPED
    }
    at = data + length
  }
  return result
}

function isOfSize(option: number, length: number): boolean {
  if (option === SEQUENCE) return length === SEQUENCE_BYTES
  return length <= (option === ENGINE_NAME ? LONGEST_ENGINE_NAME : LONGEST_ENGINE_DATA)
}

function readOption(option: number, data: Uint8Array, record: SyncRecord): void {
  if (option === ENGINE_DATA) record.engineData = readText(data)
  else if (option === ENGINE_NAME) record.engine = readText(data)
  else if ((record.flags & WIRE_SEQUENCE) !== 0) record.sequence = data.slice()
}
