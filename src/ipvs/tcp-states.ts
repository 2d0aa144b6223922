// The director's view of a TCP connection (spec 4.1): it guesses the state from the flags it sees,
// with a table for either direction and a third for connections whose replies it never sees (DR,
// TUN). A state says how long the connection may be silent and whether it counts as active.
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from './headers.ts'
import { HZ } from './ticks.ts'

/** States by their kernel numbers. */
export const NONE = 0
export const ESTABLISHED = 1
export const SYN_RECV = 3
export const FIN_WAIT = 4
export const TIME_WAIT = 5
export const CLOSE = 6
export const CLOSE_WAIT = 7
export const LISTEN = 9
export const SYNACK = 10

export const STATE_NAMES: readonly string[] = [
  ...['NONE', 'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT', 'TIME_WAIT', 'CLOSE'],
  ...['CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'SYNACK'],
]

/**
 * Which table: packets of the client, packets of the server, packets of the client when replies go
 * elsewhere.
 */
export const INPUT = 0
export const OUTPUT = 1
export const INPUT_ONLY = 2
/**
 * Added to any of them while the defence demands it: the client's ACK alone establishes nothing.
 */
export const SECURE = 3

const SHORT_NAMES = ['NO', 'ES', 'SS', 'SR', 'FW', 'TW', 'CL', 'CW', 'LA', 'LI', 'SA']

const EVENT_SHIFT = 4
const TABLE_SHIFT = 6
/** Events are the rows of a table: syn, fin, ack, rst. */
const SYN_EVENT = 0
const FIN_EVENT = 1
const ACK_EVENT = 2
const RST_EVENT = 3

// Rows by event, columns by current state in the order of the short names; cells are the next
// state.
const INPUT_ROWS = [
  'SR ES ES SR SR SR SR SR SR SR SR',
  'CL CW SS TW TW TW CL CW LA LI TW',
  'ES ES SS ES FW TW CL CW CL LI ES',
  'CL CL CL SR CL CL CL CL LA LI SR',
]
const OUTPUT_ROWS = [
  'SS ES SS SR SS SS SS SS SS LI SR',
  'TW FW SS TW FW TW CL TW LA LI TW',
  'ES ES SS ES FW TW CL CW LA ES ES',
  'CL CL SS CL CL TW CL CL CL CL CL',
]
const INPUT_ONLY_ROWS = [
  'SR ES ES SR SR SR SR SR SR SR SR',
  'CL FW SS TW FW TW CL CW LA LI TW',
  'ES ES SS ES FW TW CL CW CL LI ES',
  'CL CL CL SR CL CL CL CL LA LI CL',
]
const SECURE_INPUT_ROWS = [
  'SR ES ES SR SR SR SR SR SR SR SA',
  'CL CW SS TW TW TW CL CW LA LI SA',
  'ES ES SS SR FW TW CL CW CL LI SA',
  'CL CL CL SR CL CL CL CL LA LI CL',
]
const SECURE_OUTPUT_ROWS = [
  'SS ES SS SA SS SS SS SS SS LI SA',
  'TW FW SS TW FW TW CL TW LA LI TW',
  'ES ES SS ES FW TW CL CW LA ES ES',
  'CL CL SS CL CL TW CL CL CL CL CL',
]
const SECURE_INPUT_ONLY_ROWS = [
  'SA ES ES SR SA SA SA SA SA SA SA',
  'CL FW SS TW FW TW CL CW LA LI TW',
  'ES ES SS ES FW TW CL CW CL LI ES',
  'CL CL CL SR CL CL CL CL LA LI CL',
]

/** Next states at table << 6 | event << 4 | state. */
const TRANSITIONS: Uint8Array = flatten([
  ...[INPUT_ROWS, OUTPUT_ROWS, INPUT_ONLY_ROWS],
  ...[SECURE_INPUT_ROWS, SECURE_OUTPUT_ROWS, SECURE_INPUT_ONLY_ROWS],
])

/** By state: 1 if the connection counts as active. That begins with the first SYN. */
const ACTIVE: Uint8Array = Uint8Array.of(0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1)

const TIMEOUT_SECONDS = [2, 900, 120, 60, 120, 120, 10, 60, 30, 120, 120]

function flatten(tables: readonly (readonly string[])[]): Uint8Array {
  const flat = new Uint8Array(tables.length << TABLE_SHIFT)
  tables.forEach((rows, table) =>
    rows.forEach((row, event) =>
      row.split(' ').forEach((name, state) => {
        flat[(table << TABLE_SHIFT) | (event << EVENT_SHIFT) | state] = SHORT_NAMES.indexOf(name)
      }),
    ),
  )
  return flat
}

/**
 * The state after a packet; RST goes before SYN (a SYN-ACK is a SYN), SYN before FIN, FIN before
 * ACK.
 */
export function nextState(table: number, state: number, tcpFlags: number): number {
  let event = ACK_EVENT
  if ((tcpFlags & TCP_RST) !== 0) event = RST_EVENT
  else if ((tcpFlags & TCP_SYN) !== 0) event = SYN_EVENT
  else if ((tcpFlags & TCP_FIN) !== 0) event = FIN_EVENT
  else if ((tcpFlags & TCP_ACK) === 0) return CLOSE
  return TRANSITIONS[(table << TABLE_SHIFT) | (event << EVENT_SHIFT) | state]!
}

export function isActive(state: number): boolean {
  return ACTIVE[state] === 1
}

/** Timeouts by state, in ticks; `ipvsadm --set` changes two of them. */
export function tcpTimeouts(): Int32Array {
  return Int32Array.from(TIMEOUT_SECONDS, (seconds) => seconds * HZ)
}
