// A file of recorded requests, by its content unless its format is said.
import { looksLikeAccessLog, readAccessLog } from './access-log.ts'
import { looksLikeCsv, readCsv } from './csv.ts'
import { readFlows } from './flows.ts'
import { looksLikeCapture } from './pcap.ts'
import type { Recording, TrafficFormat, TrafficProblem } from './recording.ts'

/** What a file is; null when it is none of the three. */
export function formatOf(bytes: Uint8Array): TrafficFormat | null {
  if (looksLikeCapture(bytes)) return 'pcap'
  const text = textOf(bytes.subarray(0, 64_000))
  if (looksLikeAccessLog(text)) return 'access-log'
  return looksLikeCsv(text) ? 'csv' : null
}

/** Reads it; `protocol` says which flows of a capture are meant. */
export function readTraffic(
  bytes: Uint8Array,
  format: TrafficFormat | null,
  protocol: 'tcp' | 'udp' | null,
): Recording | TrafficProblem {
  if (bytes.length > 1 && bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return { problem: 'the file is compressed: unpack it with gunzip first', line: null }
  }
  const known = format ?? formatOf(bytes)
  if (known === null && bytes.includes(0)) {
    return { problem: 'this is no CSV, no access log and no capture of libpcap', line: null }
  }
  // A text that is none of the three is most likely a table whose header was forgotten.
  switch (known ?? 'csv') {
    case 'pcap':
      return readFlows(bytes, protocol)
    case 'access-log':
      return readAccessLog(textOf(bytes))
    case 'csv':
      return readCsv(textOf(bytes))
  }
}

/** Logs hold what strangers sent: bytes that are no UTF-8 become a sign, and stop nobody. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes)
}
