// Folders for results: all that they lie in is made, and a place that takes none ends at once.
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileError } from '../../src/cli/errors.ts'
import { makeFolder } from '../../src/cli/make-folder.ts'
import { lvsSim } from '../support/built.ts'
import { putSweep } from '../support/sweep-fixture.ts'

let place = ''
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'lvs-sim-folders-'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

test('makes what is not there, and leaves what is', () => {
  const path = join(place, 'a', 'b', 'c')
  makeFolder(path)
  expect(statSync(path).isDirectory()).toBe(true)
  writeFileSync(join(path, 'kept'), '')
  makeFolder(path)
  expect(existsSync(join(path, 'kept'))).toBe(true)
})

test.each([
  ['file', 'EEXIST'],
  ['file/below', 'ENOTDIR'],
])('%s, a file on the way, is %s', (path, code) => {
  writeFileSync(join(place, 'file'), '')
  expect(() => makeFolder(join(place, path))).toThrow(expect.objectContaining({ code }) as Error)
})

// The kernel says there that there is no such file, and Node's own way asks for ever.
test.runIf(process.platform === 'linux')('below /proc is an error at once', () => {
  expect(() => makeFolder('/proc/lvs-sim/points')).toThrow(FileError)
  putSweep(place)
  const words = ['sweep', 'sweep.json', '-o', '/proc/lvs-sim']
  const { code, err } = lvsSim(words, place)
  expect([code, err]).toEqual([4, expect.stringContaining('/proc takes no folders')])
})
