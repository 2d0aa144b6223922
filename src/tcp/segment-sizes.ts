// How large segments may be: headers with their options, the MSS that a SYN announces, and the
// payload that a full segment has towards an end or through a path (RFC 9293, 3.7.1; RFC 6691).
import type { TcpOptions } from './options.ts'

export const TCP_HEADER_BYTES = 20
/** Timestamps with the two bytes that align them (RFC 7323, appendix A). */
const TIMESTAMPS_BYTES = 12

/** Of an end with these options on a network of that MTU. */
export class SegmentSizes {
  /** Payload of a full segment by the MTU, B. */
  readonly payloadBytes: number
  /** What SYNs announce: without options (RFC 6691). */
  readonly announcedBytes: number
  /** Options of every segment but SYNs. */
  readonly optionBytes: number
  private readonly ipHeaderBytes: number

  constructor(options: TcpOptions, mtuBytes: number, ipHeaderBytes: number) {
    this.ipHeaderBytes = ipHeaderBytes
    this.optionBytes = segmentHeaderBytes(options) - TCP_HEADER_BYTES
    const byMtu = mtuBytes - ipHeaderBytes - TCP_HEADER_BYTES
    this.announcedBytes = Math.min(byMtu, options.advmss ?? Infinity)
    this.payloadBytes = byMtu - this.optionBytes
  }

  /** Payload of a full segment towards an end that announced so much. */
  mssTowards(announcedBytes: number): number {
    return Math.max(1, Math.min(this.payloadBytes, announcedBytes - this.optionBytes))
  }

  /** Payload of a full segment through a path of that MTU. */
  mssThrough(mtuBytes: number): number {
    return Math.max(1, mtuBytes - this.ipHeaderBytes - TCP_HEADER_BYTES - this.optionBytes)
  }
}

/** Header of a SYN: MSS, selective acknowledgements, window scale, timestamps, in whole words. */
export function synHeaderBytes({ sack, timestamps }: TcpOptions): number {
  if (timestamps) return TCP_HEADER_BYTES + 20
  return TCP_HEADER_BYTES + 8 + (sack ? 4 : 0)
}

/** Header of any other segment, without selective acknowledgements. */
export function segmentHeaderBytes({ timestamps }: TcpOptions): number {
  return TCP_HEADER_BYTES + (timestamps ? TIMESTAMPS_BYTES : 0)
}
