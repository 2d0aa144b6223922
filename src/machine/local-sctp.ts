// SCTP of a host that has no association (RFC 9260, 8.4): packets out of the blue are aborted, but
// for those that end something anyway.
import { read32, write16, write32 } from '../wire/bytes.ts'
import { crc32c } from '../wire/crc32c.ts'
import { SCTP_HEADER_BYTES, setSctpChecksum } from '../wire/sctp.ts'

const INIT = 1
const ABORT = 6
const SHUTDOWN_ACK = 8
const COOKIE_ACK = 11
const SHUTDOWN_COMPLETE = 14
const CHUNK_BYTES = 4
/** The tag is the peer's own, sent back. */
const REFLECTED = 1

/**
 * The packet that answers the one in `bytes`; null for silence, also where its checksum is wrong.
 */
export function outOfTheBlue(bytes: Uint8Array): Uint8Array | null {
  if (bytes.length < SCTP_HEADER_BYTES + CHUNK_BYTES || !isIntact(bytes)) return null
  const type = bytes[SCTP_HEADER_BYTES]!
  if (type === ABORT || type === COOKIE_ACK || type === SHUTDOWN_COMPLETE) return null
  const answer = new Uint8Array(SCTP_HEADER_BYTES + CHUNK_BYTES)
  answer.set(bytes.subarray(2, 4), 0)
  answer.set(bytes.subarray(0, 2), 2)
  // An INIT says the tag that its sender expects; whoever has sent anything else gets his own.
  const tagAt = type === INIT ? SCTP_HEADER_BYTES + CHUNK_BYTES : 4
  write32(answer, 4, read32(bytes, tagAt))
  answer[SCTP_HEADER_BYTES] = type === SHUTDOWN_ACK ? SHUTDOWN_COMPLETE : ABORT
  answer[SCTP_HEADER_BYTES + 1] = type === INIT ? 0 : REFLECTED
  write16(answer, SCTP_HEADER_BYTES + 2, CHUNK_BYTES)
  setSctpChecksum(answer, 0, answer.length)
  return answer
}

function isIntact(bytes: Uint8Array): boolean {
  const copy = bytes.slice()
  write32(copy, 8, 0)
  const crc = crc32c(copy, 0, copy.length)
  return [0, 1, 2, 3].every((i) => bytes[8 + i] === ((crc >>> (8 * i)) & 255))
}
