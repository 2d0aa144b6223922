// Problems as people read them: what was expected, the place, the line with a mark under it.
//
//     error: expected a bit rate, like "10Gbps", got "10Gbs"
//       --> my.json:20:40  at links.lan.rate
//        |
//     20 |     "lan": { "kind": "switch", "rate": "10Gbs" }
//        |                                        ^^^^^^^ did you mean "10Gbps"?
import type { Problem } from './problems.ts'

const RED = '\u001B[31m'
const YELLOW = '\u001B[33m'
const PLAIN = '\u001B[39m'

/** Longer lines are cut around the mark. */
const MOST_COLUMNS = 100

/** All problems, and how many there are when there are several. */
export function printProblems(
  problems: readonly Problem[],
  options: { colour?: boolean } = {},
): string {
  const texts = problems.map((problem) => printProblem(problem, options.colour === true))
  const errors = problems.filter(({ severity }) => severity === 'error').length
  if (errors > 1) texts.push(`${errors} errors`)
  return texts.join('\n\n')
}

function printProblem(problem: Problem, colour: boolean): string {
  const { severity, message, file, path, suggestion } = problem
  const paint = severity === 'error' ? RED : YELLOW
  const head = colour ? `${paint}${severity}${PLAIN}` : severity
  const at = path === '' ? '' : `  at ${path}`
  const hint = suggestion === null ? '' : hintOf(suggestion)
  if (problem.line === null || problem.column === null || problem.sourceLine === null) {
    const lines = [`${head}: ${message}`, `  --> ${file}${at}`]
    return (hint === '' ? lines : [...lines, `  ${hint}`]).join('\n')
  }
  const number = String(problem.line)
  const gap = ' '.repeat(number.length)
  const { text, column } = cut(problem.sourceLine, problem.column)
  const length = Math.max(1, Math.min(problem.length, text.length - column + 1))
  const mark = `${' '.repeat(column - 1)}${'^'.repeat(length)}${hint === '' ? '' : ` ${hint}`}`
  return [
    `${head}: ${message}`,
    `${gap} --> ${file}:${number}:${problem.column}${at}`,
    `${gap} |`,
    `${number} | ${text}`,
    `${gap} | ${mark}`,
  ].join('\n')
}

/** What could stand there instead is asked for; a sentence is advice and says itself. */
function hintOf(suggestion: string): string {
  const isInstead = /^["-]|^\S+$/.test(suggestion)
  return isInstead ? `did you mean ${suggestion}?` : suggestion
}

/** The part of a long line around the column, tabs as spaces so that the mark stands right. */
function cut(line: string, column: number): { text: string; column: number } {
  const plain = line.replaceAll('\t', ' ').replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD')
  if (plain.length <= MOST_COLUMNS) return { text: plain, column }
  const from = Math.max(0, Math.min(column - 40, plain.length - MOST_COLUMNS))
  return { text: plain.slice(from, from + MOST_COLUMNS), column: column - from }
}
