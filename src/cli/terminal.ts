// What a stream can show. Decided for each stream by itself: picocolors alone turns colour on in a
// pipe when CI is set, and standard output is often a file while standard error is a screen.

import type { Look } from '../report/look.ts'

export type { Look } from '../report/look.ts'

interface Stream {
  isTTY?: boolean
  columns?: number
}

type Environment = Record<string, string | undefined>

/** `wanted` is --color or --no-color; undefined when neither was given. */
export function lookOf(
  stream: Stream,
  wanted: boolean | undefined,
  environment: Environment = process.env,
): Look {
  return {
    colour: wanted ?? coloured(stream, environment),
    unicode: hasUnicode(environment),
    width: Math.min(100, Math.max(80, stream.isTTY === true ? (stream.columns ?? 80) : 100)),
  }
}

function coloured(stream: Stream, environment: Environment): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false
  if (environment['TERM'] === 'dumb') return false
  return stream.isTTY === true
}

function hasUnicode(environment: Environment): boolean {
  if (process.platform === 'win32' || process.platform === 'darwin') return true
  const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']]
  return /utf-?8/i.test(locale.find((value) => value !== undefined && value !== '') ?? '')
}
