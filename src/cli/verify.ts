// `lvs-sim verify`: replays recordings of a real kernel through the director's own code and says
// where the two differ.
import { basename } from 'node:path'
import { addTally, noTally, type Difference, type Tally } from '../replay/difference.ts'
import { TraceError } from '../replay/problem.ts'
import { verify as replay, type StepFailure, type Verified } from '../replay/verify.ts'
import { wordsOf } from '../replay/words.ts'
import { inkOf, type Ink } from '../report/look.ts'
import type { Command, Shell, Values } from './command.ts'
import { EXIT, gravest, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { lookOf } from './terminal.ts'
import { readTraceFile, traceFiles } from './trace-files.ts'

export const verify: Command = {
  name: 'verify',
  positional: '<trace...>',
  summary: 'Replays recordings of a real kernel and compares every decision.',
  examples: [
    'lvs-sim verify test/golden/schedulers',
    'lvs-sim verify test/golden/rewriting/rewrite-nat.json --all',
    'lvs-sim verify my-trace.json --json',
  ],
  flags: {
    all: { kind: 'switch', describe: 'every difference, not only the first ones of a file' },
    json: { kind: 'switch', describe: 'the result as JSON on standard output', common: true },
    ...flags.colour,
  },
  more:
    'Exit codes: 0 all equal, 3 a file is no recording, 4 it could not be read, ' +
    '5 of a family that is not replayed yet, 99 a difference.',
  handle,
}

/** Steps and differences of a file that are shown without --all. */
const MOST_STEPS = 3
const MOST_DIFFERENCES = 5
/** Two values stand side by side if both are at most so long. */
const COLUMN = 34

type Result = { file: string; verified: Verified } | { file: string; error: TraceError }

function handle(values: Values, shell: Shell): ExitCode {
  const files = traceFiles([values['trace'] ?? []].flat() as string[])
  const isJson = values['json'] === true
  const { colour } = lookOf(process.stdout, flags.wantsColour(values))
  const ink = inkOf({ colour, unicode: true, width: 100 })
  const results = files.map((file) => {
    const result = examine(file)
    if (!isJson) shell.out(tell(result, values['all'] === true, ink))
    return result
  })
  if (isJson) shell.out(`${JSON.stringify(summary(results), null, 2)}\n`)
  else shell.out(lastLines(results))
  return gravest(results.map(codeOf))
}

function examine(file: string): Result {
  const text = readTraceFile(file)
  try {
    return { file, verified: replay(text) }
  } catch (error) {
    if (error instanceof TraceError) return { file, error }
    throw error
  }
}

function codeOf(result: Result): ExitCode {
  if ('error' in result) return result.error.isNotYet ? EXIT.incomplete : EXIT.scenario
  return result.verified.failures.length > 0 ? EXIT.gate : EXIT.ok
}

function tell(result: Result, all: boolean, ink: Ink): string {
  const name = basename(result.file).replace(/\.json$/, '')
  if ('error' in result) return tellError(name, result.file, result.error, ink)
  const { verified } = result
  if (verified.failures.length === 0) {
    return `${ink.good('ok')}    ${name.padEnd(40)} ${countsOf(verified.tally)}\n`
  }
  const shown = all ? verified.failures : verified.failures.slice(0, MOST_STEPS)
  const count = `${verified.failures.length} of ${verified.steps} steps differ`
  const head = `${ink.bad('FAIL')}  ${name.padEnd(40)} ${count}`
  const more = verified.failures.length - shown.length
  const rest = more > 0 ? `  ... and ${more} more steps; --all shows them\n` : ''
  return `${head}\n${shown.map((failure) => tellStep(failure, all, ink)).join('')}${rest}`
}

function tellError(name: string, file: string, error: TraceError, ink: Ink): string {
  if (error.isNotYet) return `${ink.doubtful('later')} ${name.padEnd(40)} ${error.message}\n`
  const place = error.place === '' ? file : `${file}: ${error.place}`
  const hint = error.suggestion === undefined ? '' : `\n      ${error.suggestion}`
  return `${ink.bad('error')} ${place}: ${error.message}${hint}\n`
}

function tellStep({ step, what, differences }: StepFailure, all: boolean, ink: Ink): string {
  const shown = all ? differences : differences.slice(0, MOST_DIFFERENCES)
  const more = differences.length - shown.length
  const lines = [`  ${ink.heading(`step ${step}`)}  ${wordsOf(what)}`]
  for (const difference of shown) lines.push(...tellDifference(difference, ink))
  if (more > 0) lines.push(`    ... and ${more} more differences here`)
  return `${lines.join('\n')}\n`
}

function tellDifference({ what, kernel, ours }: Difference, ink: Ink): string[] {
  const isShort = kernel.length <= COLUMN && ours.length <= COLUMN
  if (isShort && !kernel.includes('\n') && !ours.includes('\n')) {
    const left = `kernel  ${kernel}`.padEnd(COLUMN + 10)
    return [`    ${what}`, `      ${left}${ink.bad(`lvs-sim ${ours}`)}`]
  }
  const indent = (text: string): string => text.replace(/\n/g, `\n${' '.repeat(14)}`)
  return [
    `    ${what}`,
    `      kernel  ${indent(kernel)}`,
    `      lvs-sim ${ink.bad(indent(ours))}`,
  ]
}

function countsOf(tally: Tally): string {
  const counts = [
    [tally.decisions, 'decision'],
    [tally.packets, 'packet'],
    [tally.listings, 'listing'],
  ] as const
  const said = counts.filter(([count]) => count > 0)
  return said.map(([count, word]) => `${count} ${word}${count === 1 ? '' : 's'}`).join(', ')
}

function lastLines(results: readonly Result[]): string {
  const { passed, failed, notYet, compared } = summary(results)
  const later = notYet > 0 ? `, ${notYet} not yet` : ''
  const { decisions, packets, bytes, listings } = compared
  return (
    `\n${decisions} decisions, ${packets} packets, ${bytes} bytes and ${listings} listings ` +
    'compared\n' +
    `${passed} passed, ${failed} failed${later}\n`
  )
}

interface Summary {
  passed: number
  failed: number
  notYet: number
  compared: Tally
  files: unknown[]
}

function summary(results: readonly Result[]): Summary {
  const codes = results.map(codeOf)
  const compared = noTally()
  for (const result of results) if ('verified' in result) addTally(compared, result.verified.tally)
  const count = (...wanted: ExitCode[]): number =>
    codes.filter((code) => wanted.includes(code)).length
  return {
    passed: count(EXIT.ok),
    failed: count(EXIT.gate, EXIT.scenario),
    notYet: count(EXIT.incomplete),
    compared,
    files: results.map(toJson),
  }
}

function toJson(result: Result): Record<string, unknown> {
  if ('error' in result) {
    const { message, place, suggestion, isNotYet } = result.error
    return {
      file: result.file,
      verdict: isNotYet ? 'not yet' : 'error',
      place,
      message,
      suggestion,
    }
  }
  const { name, family, steps, tally, failures } = result.verified
  return {
    ...{
      file: result.file,
      name,
      family,
      verdict: failures.length === 0 ? 'ok' : 'differs',
      steps,
    },
    compared: tally,
    failures: failures.map(({ step, what, differences }) => ({
      ...{ step, what: wordsOf(what), differences },
    })),
  }
}
