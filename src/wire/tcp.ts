// The header of TCP (RFC 9293). `at` is where it begins.
import { read32 } from './bytes.ts'

/** Without options. */
export const TCP_HEADER_BYTES = 20
export const TCP_CHECKSUM_AT = 16

/** The flags, bit 0 first: FIN, SYN, RST, PSH, ACK, URG, ECE, CWR. */
export const TCP_FLAG_LETTERS = 'FSRPAUEC'
export const FIN = 0x01
export const SYN = 0x02
export const RST = 0x04
export const ACK = 0x10

export function tcpFlags(bytes: Uint8Array, at: number): number {
  return bytes[at + 13]!
}

export function sequenceNumber(bytes: Uint8Array, at: number): number {
  return read32(bytes, at + 4)
}

export function acknowledgement(bytes: Uint8Array, at: number): number {
  return read32(bytes, at + 8)
}

export function tcpHeaderLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 12]! >> 4) * 4
}
