// The header of SCTP (RFC 9260): ports, tag and a CRC32c over the packet without addresses, then
// chunks. `at` is where it begins.
import { crc32c } from './crc32c.ts'
import { write32 } from './bytes.ts'

export const SCTP_HEADER_BYTES = 12
export const SCTP_CHECKSUM_AT = 8

/** By their numbers, from 0. */
export const CHUNK_NAMES: readonly string[] = [
  ['DATA', 'INIT', 'INIT_ACK', 'SACK', 'HEARTBEAT', 'HEARTBEAT_ACK', 'ABORT', 'SHUTDOWN'],
  ['SHUTDOWN_ACK', 'ERROR', 'COOKIE_ECHO', 'COOKIE_ACK', 'ECNE', 'CWR', 'SHUTDOWN_COMPLETE'],
].flat()

/** The type of the first chunk; -1 if there is none. */
export function firstChunk(bytes: Uint8Array, at: number, end: number): number {
  return at + SCTP_HEADER_BYTES < end ? bytes[at + SCTP_HEADER_BYTES]! : -1
}

export function setSctpChecksum(bytes: Uint8Array, at: number, end: number): void {
  write32(bytes, at + SCTP_CHECKSUM_AT, 0)
  const crc = crc32c(bytes, at, end)
  for (let i = 0; i < 4; i++) bytes[at + SCTP_CHECKSUM_AT + i] = crc >>> (8 * i)
}
