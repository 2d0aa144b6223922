// The results folder: whole or not there, the one before kept, a foreign one never touched.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FileError } from '../../src/cli/errors.ts'
import { ResultsFolder, type ResultFile } from '../../src/cli/results-folder.ts'

let place = ''
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'lvs-sim-results-'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

function files(mark: string): ResultFile[] {
  return [
    { path: 'summary.json', text: `{ "schema": "lvs-sim-summary/1", "mark": "${mark}" }\n` },
    { path: 'replications/1.json', text: '{}\n' },
  ]
}

function markOf(folder: string): string {
  const text = readFileSync(join(folder, 'summary.json'), 'utf8')
  return (JSON.parse(text) as { mark: string }).mark
}

const names = () => readdirSync(place).sort()

describe('writing', () => {
  test('puts every file in its place and leaves nothing beside', () => {
    const path = join(place, 'deep', 'er', 'my')
    new ResultsFolder(path).write(files('a'))
    expect(readdirSync(path).sort()).toEqual(['replications', 'summary.json'])
    expect(readFileSync(join(path, 'replications/1.json'), 'utf8')).toBe('{}\n')
    expect(readdirSync(join(place, 'deep', 'er'))).toEqual(['my'])
  })

  test('makes a folder that others may read', () => {
    const path = join(place, 'my')
    new ResultsFolder(path).write(files('a'))
    expect(statSync(path).mode & 0o777).toBe(0o777 & ~process.umask())
  })

  test('keeps the one before, and only that one', () => {
    const path = join(place, 'my')
    for (const mark of ['a', 'b', 'c']) new ResultsFolder(path).write(files(mark))
    expect(names()).toEqual(['my', 'my.before'])
    expect([markOf(path), markOf(`${path}.before`)]).toEqual(['c', 'b'])
  })

  test('into an empty folder', () => {
    const path = join(place, 'my')
    mkdirSync(path)
    new ResultsFolder(path).write(files('a'))
    expect(names()).toEqual(['my'])
  })

  test('through a symbolic link, which stays', () => {
    const real = join(place, 'real')
    new ResultsFolder(real).write(files('a'))
    symlinkSync(real, join(place, 'link'))
    new ResultsFolder(join(place, 'link')).write(files('b'))
    expect([markOf(real), markOf(`${real}.before`)]).toEqual(['b', 'a'])
    expect(markOf(join(place, 'link'))).toBe('b')
  })
})

describe('what is not ours is left alone', () => {
  function expectRefusal(path: string, words: RegExp): void {
    const before = names()
    expect(() => new ResultsFolder(path)).toThrow(FileError)
    expect(() => new ResultsFolder(path)).toThrow(words)
    expect(names()).toEqual(before)
  }

  test('a folder with other files', () => {
    const path = join(place, 'my')
    mkdirSync(path)
    writeFileSync(join(path, 'thesis.tex'), 'years of work')
    expectRefusal(path, /holds no summary\.json of lvs-sim: it is left alone/)
  })

  test.each([
    ['no schema', '{}'],
    ['another schema', '{ "schema": "k6/1" }'],
    ['no JSON', 'hello'],
    ['null', 'null'],
  ])('a folder with a summary.json that has %s', (_name, text) => {
    const path = join(place, 'my')
    mkdirSync(path)
    writeFileSync(join(path, 'summary.json'), text)
    expectRefusal(path, /left alone/)
  })

  test('a foreign folder where the one before would go', () => {
    const path = join(place, 'my')
    new ResultsFolder(path).write(files('a'))
    mkdirSync(`${path}.before`)
    writeFileSync(join(`${path}.before`, 'thesis.tex'), 'years of work')
    expectRefusal(path, /my\.before.*left alone/)
  })

  test('a file in the way', () => {
    const path = join(place, 'my')
    writeFileSync(path, 'years of work')
    expectRefusal(path, /it is a file, not a folder/)
  })

  test('a file as a part of the path', () => {
    writeFileSync(join(place, 'file'), '')
    expectRefusal(join(place, 'file', 'my'), /a part of its path is a file|exists already/)
  })

  test('a folder that became foreign during the run', () => {
    const path = join(place, 'my')
    const folder = new ResultsFolder(path)
    mkdirSync(path)
    writeFileSync(join(path, 'thesis.tex'), 'years of work')
    expect(() => folder.write(files('a'))).toThrow(/left alone/)
    expect(names()).toEqual(['my'])
    expect(readdirSync(path)).toEqual(['thesis.tex'])
  })

  const isRoot = process.getuid?.() === 0
  test.skipIf(isRoot)('a folder that may not be written [skipped for root]', () => {
    chmodSync(place, 0o555)
    try {
      expectRefusal(join(place, 'my'), /permission denied/)
    } finally {
      chmodSync(place, 0o755)
    }
  })
})

describe('what is half-written goes', () => {
  test('when a file cannot be written', () => {
    const path = join(place, 'my')
    new ResultsFolder(path).write(files('a'))
    const impossible = [...files('b'), { path: 'summary.json/x', text: '' }]
    expect(() => new ResultsFolder(path).write(impossible)).toThrow(FileError)
    expect(names()).toEqual(['my'])
    expect(markOf(path)).toBe('a')
  })

  test('when it is discarded, at any time and twice', () => {
    const path = join(place, 'my')
    const folder = new ResultsFolder(path)
    expect(names()).toEqual([])
    folder.discard()
    folder.discard()
    folder.write(files('a'))
    folder.discard()
    expect(existsSync(path)).toBe(true)
  })
})
