// One attempt of a checker as a conversation (spec healthchecks.md, 2.1 and 4): it asks its host
// for things of the network, is told what came of them, and ends with a verdict. It owns no clock
// and no socket; each wait has a deadline.
import type { Endpoint } from './checker-settings.ts'

export const NEVER_PS = 9_007_199_254_740_992

/** What the host is asked to do. It answers later, never from within. */
export type Ask =
  | { ask: 'connect'; to: Endpoint }
  | { ask: 'handshake'; serverName: string }
  | { ask: 'write'; text: string }
  | { ask: 'datagram'; to: Endpoint; payload: Uint8Array }
  | { ask: 'echo'; to: Endpoint }
  | { ask: 'run'; command: string }
  | { ask: 'signal'; signal: 'SIGTERM' | 'SIGKILL' }
  /** Nothing more is wanted of what was asked before. */
  | { ask: 'close' }

/** What came of it. */
export type Told =
  | { told: 'connected' | 'secured' | 'refused' | 'unreachable' | 'closed' | 'echoed' }
  /** Text of a server that speaks in lines, as it came. */
  | { told: 'text'; text: string }
  | { told: 'page'; status: number; digest: string; body: string }
  | { told: 'reply'; payload: Uint8Array }
  /** Of a program: null when a signal ended it. */
  | { told: 'exited'; code: number | null }

export interface Verdict {
  isGood: boolean
  /** What a program says that the server is to weigh; null: what it was configured with. */
  weight?: number | null
}

export const GOOD: Verdict = { isGood: true }
export const BAD: Verdict = { isGood: false }

/** What a conversation does in one step: a verdict, or asks and a new deadline. */
export interface Step {
  verdict?: Verdict
  asks?: Ask[]
  /** How long the answer may take; without it the deadline stays as it is. */
  waitPs?: number
}

export interface Conversation {
  begin(): Step
  handle(told: Told): Step
  /** The deadline has come. */
  expire(): Step
}
