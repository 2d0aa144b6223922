// What the user is told when something goes wrong, and the exit code that goes with it.
import { describe, expect, test } from 'vitest'
import { ContentError, FileError, fileReason, tell, UsageError } from '../../src/cli/errors.ts'
import { EXIT, gravest, type ExitCode } from '../../src/cli/exit-codes.ts'
import { problemsOf } from '../support/scenario-text.ts'
import { ScenarioError } from '../../src/scenario/problems.ts'

const plain = { debug: false, colour: false }

describe('an error has its exit code and its words', () => {
  const scenario = new ScenarioError(problemsOf('{ "format": "lvs-sim/1", "nam": "x" }'))

  test.each<[error: unknown, code: ExitCode, text: RegExp]>([
    [new UsageError('no'), EXIT.usage, /^error: no$/],
    [new UsageError('no', 'Try this.'), EXIT.usage, /^error: no\n {2}Try this\.$/],
    [new FileError('no', 'Try this.'), EXIT.file, /^error: no\n {2}Try this\.$/],
    [new ContentError('no'), EXIT.scenario, /^error: no$/],
    [scenario, EXIT.scenario, /my\.json:1:/],
    [new TypeError('x is undefined'), EXIT.bug, /a fault in lvs-sim.*x is undefined[^]*report/],
    ['thrown text', EXIT.bug, /thrown text/],
  ])('%s', (error, code, text) => {
    const told = tell(error, plain)
    expect(told.code).toBe(code)
    expect(told.text).toMatch(text)
    expect(told.text).not.toMatch(/\n {4}at /)
    expect(told.text).not.toContain('\u001B')
  })

  test('the stack only on request', () => {
    expect(tell(new TypeError('x'), { ...plain, debug: true }).text).toMatch(/\n {4}at /)
  })
})

test('the exit codes are those of the documents', () => {
  expect(EXIT).toEqual({
    ok: 0,
    bug: 1,
    usage: 2,
    scenario: 3,
    file: 4,
    incomplete: 5,
    gate: 99,
    interrupted: 130,
  })
})

test.each<[codes: ExitCode[], gravest: ExitCode]>([
  [[], 0],
  [[0, 0], 0],
  [[0, 99], 99],
  [[99, 5], 5],
  [[5, 3, 99], 3],
  [[99, 130, 1], 130],
])('of %j the gravest is %i', (codes, expected) => {
  expect(gravest(codes)).toBe(expected)
})

test.each([
  ['ENOENT', /no such file/],
  ['EISDIR', /a folder, not a file/],
  ['EACCES', /permission denied/],
  ['ENOSPC', /no space/],
])('%s has words', (code, words) => {
  expect(fileReason(Object.assign(new Error('raw'), { code }))).toMatch(words)
})

test('an error of the system without words keeps its own', () => {
  expect(fileReason(Object.assign(new Error('raw'), { code: 'EWEIRD' }))).toBe('raw')
})
