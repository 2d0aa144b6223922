// The director's view of an SCTP association (spec 4.3), as tcp-states.ts for TCP: the first chunk
// of a packet is the event, and only ESTABLISHED counts as active.
import { HZ } from './ticks.ts'

/** States by their kernel numbers. */
export const SCTP_ESTABLISHED = 8
export const SCTP_CLOSED = 13

export const SCTP_STATE_NAMES: readonly string[] = [
  ...['NONE', 'INIT1', 'INIT', 'C-SENT', 'C-REPLIED', 'C-WAIT', 'COOKIE', 'C-ECHOED'],
  ...['ESTABLISHED', 'S-SENT', 'S-RECEIVED', 'S-ACK-SENT', 'REJECTED', 'CLOSED'],
]

const SHORT_NAMES = 'NO I1 IN CS CR CW CO CE ES SS SR SA RJ CL'.split(' ')

const STATE_BITS = 4
const EVENT_BITS = 4

/** Events, rows of a table: data and all that is like it, then the chunks of the handshakes. */
const DATA_EVENT = 0
export const SCTP_INIT = 1
const COOKIE_ECHO_EVENT = 3
const COOKIE_ACK_EVENT = 4
export const SCTP_ABORT = 9

/** Event by the number of a chunk's type; types beyond are like data. */
const EVENT_OF_CHUNK = [0, 1, 2, 0, 0, 0, 9, 5, 6, 8, 3, 4, 0, 0, 7]

/**
 * Event of a packet by its first chunk and the one that follows; -1 where there is none. A cookie
 * with an abort behind it is an abort.
 */
export function sctpEvent(firstChunk: number, nextChunk: number): number {
  const event = EVENT_OF_CHUNK[firstChunk] ?? DATA_EVENT
  const isCookie = event === COOKIE_ECHO_EVENT || event === COOKIE_ACK_EVENT
  return isCookie && EVENT_OF_CHUNK[nextChunk] === SCTP_ABORT ? SCTP_ABORT : event
}

// Rows by event: d i i_a c_e c_a s s_a s_c err ab; columns by current state in the order of the
// short names.
const INPUT_ROWS = [
  'ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
  'I1 IN IN CS CR CW CO CE ES SS SR SA IN IN',
  'CW CW CW CS CR CO CO CE ES SS SR SA RJ CL',
  'CR IN IN CR CR CW CO CE ES SS SR SA RJ CL',
  'ES I1 IN CS CR CW CO ES ES SS SR SA RJ CL',
  'SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL',
  'CL IN IN CS CR CW CO CE ES CL SR CL RJ CL',
  'CL CL CL CS CR CW CO CE ES SS SR CL RJ CL',
  'CL I1 IN CS CR CW CO CL ES SS SR SA RJ CL',
  'CL CL CL CL CL RJ CL CL CL CL CL CL CL CL',
]
const OUTPUT_ROWS = [
  'ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
  'CW CW CW CW CW CW CW CW ES CW CW CW CW CW',
  'CS CS CS CS CR CW CO CE ES SS SR SA RJ CL',
  'CE CE CE CE CE CE CE CE ES SS SR SA RJ CL',
  'ES ES ES ES ES ES ES ES ES SS SR SA RJ CL',
  'SS SS SS SS SS SS SS SS SS SS SR SA RJ CL',
  'SA SA SA SA SA CW CO CE ES SA SA SA RJ CL',
  'CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
  'CL CL CL CL CL CW CO CE ES SS SR SA RJ CL',
  'CL RJ CL CL CL CL CL CL CL CL CL CL CL CL',
]
const INPUT_ONLY_ROWS = [
  'ES I1 IN CS CR ES CO CE ES SS SR SA RJ CL',
  'I1 IN IN IN IN IN CO CE ES SS SR SA IN IN',
  'CE CE CE CE CE CE CO CE ES SS SR SA RJ CL',
  'ES ES ES ES ES ES CO CE ES SS SR SA RJ CL',
  'ES I1 IN ES ES CW ES ES ES SS SR SA RJ CL',
  'SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL',
  'CL IN IN CS CR CW CO CE CL CL SR CL RJ CL',
  'CL CL CL CL CL CW CO CE ES SS CL CL RJ CL',
  'CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
  'CL CL CL CL CL RJ CL CL CL CL CL CL CL CL',
]

const TRANSITIONS: Uint8Array = flatten([INPUT_ROWS, OUTPUT_ROWS, INPUT_ONLY_ROWS])

function flatten(tables: readonly (readonly string[])[]): Uint8Array {
  const flat = new Uint8Array(tables.length << (EVENT_BITS + STATE_BITS))
  tables.forEach((rows, table) =>
    rows.forEach((row, event) =>
      row.split(' ').forEach((name, state) => {
        flat[place(table, event, state)] = SHORT_NAMES.indexOf(name)
      }),
    ),
  )
  return flat
}

function place(table: number, event: number, state: number): number {
  return (table << (EVENT_BITS + STATE_BITS)) | (event << STATE_BITS) | state
}

/** `table` is INPUT, OUTPUT or INPUT_ONLY of tcp-states.ts. */
export function nextSctpState(table: number, state: number, event: number): number {
  return TRANSITIONS[place(table, event, state)]!
}

const TIMEOUT_SECONDS = [2, 4, 61, 61, 61, 61, 61, 61, 900, 61, 61, 61, 4, 61]

/** Timeouts by state, in ticks; nothing changes them. */
export const SCTP_TIMEOUTS: Int32Array = Int32Array.from(TIMEOUT_SECONDS, (s) => s * HZ)
