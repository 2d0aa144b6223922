// results/validation.md says what is true now: its rows that take seconds are computed again.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { claims } from './claims.ts'
import { simulatedClosedForms } from './closed-forms.ts'
import { triedIntervals } from './intervals.ts'
import { boxes, exactValues, tcpFormulas, toeplitz } from './measured.ts'
import { apart, lineOf, type Row } from './section.ts'

/** A queue, a loss and a hash; closed-forms.test.ts looks at more. */
const SOME = ['M/M/1 at 0.5', 'M/M/10/10 with 8 offered', '8 flows over 8']

const COMMITTED = new Set(
  readFileSync(new URL('../../results/validation.md', import.meta.url), 'utf8')
    .split('\n')
    .map(plain),
)

/** A line of a table without what only aligns it. */
function plain(line: string): string {
  return line.replace(/ +/g, ' ').trim()
}

const missing = (rows: readonly Row[]) =>
  rows.map((row) => plain(lineOf(row))).filter((line) => !COMMITTED.has(line))

describe('results/validation.md has what is computed now', () => {
  test.each([
    ['wires and rings', () => exactValues().rows],
    ['formulas of TCP', () => tcpFormulas().rows],
    ['the Toeplitz hash', () => toeplitz().rows],
    ['published boxes', () => boxes().rows],
    ['claims of scenarios', () => claims().rows],
    ['closed forms', () => simulatedClosedForms(SOME)],
    ['intervals', () => triedIntervals('8 flows over 8', 1000)],
  ])('%s', { timeout: 300_000 }, (_, rows) => {
    expect(missing(rows())).toEqual([])
  })
})

test('another number would be found missing', () => {
  const [row] = boxes().rows
  expect(missing([{ ...row!, ours: '1.5 Mpps' }])).toHaveLength(1)
})

test.each([
  [1.05, 1, '+5.0 %'],
  [0.998, 1, '−0.20 %'],
  [1.00001, 1, '0 %'],
])('%d beside %d is %s', (ours, known, text) => {
  expect(apart(ours, known)).toBe(text)
})
