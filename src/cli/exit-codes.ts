// What the shell learns. Scripts tell "a gate said no" from "broken" by these, so they never
// change.

export const EXIT = {
  ok: 0,
  /** A fault in lvs-sim. */
  bug: 1,
  usage: 2,
  scenario: 3,
  file: 4,
  /** Stopped by a limit, or something asked for was not measured; what was measured is kept. */
  incomplete: 5,
  /** A threshold failed, or `validate --warnings` found some. */
  gate: 99,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Gravest first: what several scenarios of one command come to. */
const GRAVITY: readonly ExitCode[] = [
  EXIT.interrupted,
  EXIT.bug,
  EXIT.usage,
  EXIT.scenario,
  EXIT.file,
  EXIT.incomplete,
  EXIT.gate,
  EXIT.ok,
]

/** The gravest of the codes. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  return GRAVITY.find((code) => codes.includes(code)) ?? EXIT.ok
}
