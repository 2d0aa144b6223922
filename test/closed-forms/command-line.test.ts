// The words after `npm run closed-forms --`: what is asked for, and what is said of mistakes.
import { expect, test } from 'vitest'
import { namedBy, readWords } from './command-line.ts'
import { wholeTable } from './whole.ts'

test.each([
  ['', { isHeavy: false, isJson: false, seeds: null, names: [] }],
  ['--json M/M/1', { isHeavy: false, isJson: true, seeds: null, names: ['M/M/1'] }],
  ['--coverage', { isHeavy: false, isJson: false, seeds: 1000, names: [] }],
  ['--coverage 200 rr', { isHeavy: false, isJson: false, seeds: 200, names: ['rr'] }],
  ['--heavy 0.99', { isHeavy: true, isJson: false, seeds: null, names: ['0.99'] }],
])('%j', (words, expected) => {
  expect(readWords(words.split(' ').filter((word) => word !== ''))).toEqual(expected)
})

test.each([
  ['--coverge', 'unknown option --coverge: did you mean --coverage?'],
  ['-x', 'unknown option -x: the options are --heavy, --json, --coverage'],
  ['--coverage 5', 'expected a whole number of seeds of 20 or more, got 5'],
  ['--coverage 20.5', 'expected a whole number of seeds of 20 or more, got 20.5'],
  ['--coverage 20 30', 'two numbers of seeds, 20 and 30: give one'],
  ['M/Q/1', 'no model has "M/Q/1" in its name: there are M/M/1, '],
  ['scv 25', 'no model has "scv 25" in its name: it takes hours: add --heavy'],
])('%s: %s', (words, problem) => {
  const asked = words === 'scv 25' ? [words] : words.split(' ')
  expect(readWords(asked)).toContain(problem)
})

test.each([
  [['M/M/1 at 0.9'], ['M/M/1 at 0.9']],
  [['M/M/1 at 0'], ['M/M/1 at 0.5', 'M/M/1 at 0.8', 'M/M/1 at 0.9', 'M/M/1 at 0.95']],
  [
    ['lc over 8', 'M/D/1 at 0.5'],
    ['M/D/1 at 0.5', 'lc over 8 at 0.8', 'lc over 8 at 0.9'],
  ],
])('%j names %j', (words, expected) => {
  expect(namedBy(words, wholeTable(false)).map(({ name }) => name)).toEqual(expected)
})
