// The rules of the house, held by a test (TigerBeetle's tidy.zig): imports go one way, nothing
// grows out of sight, nothing in the engine depends on the machine. First the tree, then a proof of
// each check.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Source } from './support/imports.ts'
import * as check from './support/tidy-checks.ts'
import { ENTRIES } from './support/tidy-rules.ts'

const root = join(import.meta.dirname, '..')
const skipped = new Set(['node_modules', 'dist', 'dist-bench', 'coverage', '.git', 'golden'])

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [relative(root, path).split(sep).join('/')]
  })
}

function read(path: string): Source {
  return { path, text: readFileSync(join(root, path), 'utf8') }
}

const paths = filesBelow(root).sort()
const isCode = /\.tsx?$/
const src = paths.filter((path) => path.startsWith('src/') && isCode.test(path)).map(read)
const tests = paths.filter((path) => path.startsWith('test/') && isCode.test(path)).map(read)
const text = /\.(tsx?|m?js|json|jsonc|ya?ml|md|txt|csv|html|css|conf|rules)$|(^|\/)\.\w+$|^\.ci\//
const texts = paths.filter((path) => text.test(path) && path !== 'package-lock.json').map(read)
const documents = texts.filter(({ path }) => /\.md$|^\.ci\//.test(path))
const packageJson = JSON.parse(read('package.json').text) as { scripts: Record<string, string> }

describe('the tree', () => {
  test('there are sources to look at', () => {
    expect(src.length).toBeGreaterThan(10)
    expect(src.map(({ path }) => path)).toEqual(expect.arrayContaining(ENTRIES))
  })

  const findings: [string, () => string[]][] = [
    ['imports go downwards only', () => check.importDirection(src)],
    ['no file loads itself', () => check.importCycles(src)],
    ['packages and node: stay in their folders', () => check.packageUse(src)],
    ['the engine loads nothing of Node', () => check.engineNeedsNode(src, 'src/engine.ts')],
    ['properties keep their seeds', () => check.strayProperties(tests)],
    ['every file is imported by another', () => check.unusedFiles(src)],
    ['files fit in 300 lines', () => check.longFiles(src)],
    ['functions fit on a screen', () => check.longFunctions(src)],
    ['lines fit in 100 columns', () => check.longLines([...src, ...tests])],
    ['files open with a comment', () => check.missingOpening(src)],
    ['names say something', () => check.shapelessNames(paths)],
    ['nothing unfinished, no path of one machine', () => check.strayWords(texts)],
    ['nothing that differs between engines or days', () => check.impureCode(src)],
    [
      'the lock file names no registry',
      () => check.lockedAddresses(read('package-lock.json').text),
    ],
    [
      'documents name scripts that exist',
      () => check.unknownScripts(documents, Object.keys(packageJson.scripts)),
    ],
  ]
  test.each(findings)('%s', (_name, find) => {
    expect(find()).toEqual([])
  })
})

/** A file made for a proof. */
function file(path: string, ...lines: string[]): Source {
  return { path, text: lines.join('\n') + '\n' }
}

describe('import direction can fail', () => {
  const cases: [string, Source, string][] = [
    [
      'upwards',
      file('src/kernel/a.ts', "import { b } from '../net/b.ts'"),
      'src/kernel/a.ts:1 may not import src/net/b.ts',
    ],
    [
      'sideways',
      file('src/ipvs/a.ts', '//', "export { b } from '../net/b.ts'"),
      'src/ipvs/a.ts:2 may not import src/net/b.ts',
    ],
    [
      'types count too',
      file('src/net/a.ts', "import type { B } from '../cluster/b.ts'"),
      'src/net/a.ts:1 may not import src/cluster/b.ts',
    ],
    [
      'a value where types are allowed',
      file('src/report/a.ts', "import { b } from '../theory/b.ts'"),
      'src/report/a.ts:1 may not import src/theory/b.ts',
    ],
    [
      'loaded later',
      file('src/measure/a.ts', "const b = await import('../cli/b.ts')"),
      'src/measure/a.ts:1 may not import src/cli/b.ts',
    ],
    [
      'a type by import()',
      file('src/measure/a.ts', "let b: import('../cli/b.ts').B"),
      'src/measure/a.ts:1 may not import src/cli/b.ts',
    ],
    [
      'out of src',
      file('src/cli/a.ts', "import x from '../../package.json'"),
      'src/cli/a.ts:1 leaves src: package.json',
    ],
    [
      'a folder nobody planned',
      file('src/things/a.ts'),
      'src/things/a.ts: the folder is not in the table of layers',
    ],
  ]
  test.each(cases)('%s', (_name, source, finding) => {
    expect(check.importDirection([source])).toEqual([finding])
  })

  test('and lets the rest pass', () => {
    const sources = [
      file('src/report/a.ts', "import type { B } from '../theory/b.ts'"),
      file('src/ipvs/a.ts', "import { assert } from '../assert.ts'"),
      file('src/kernel/a.ts', "import { b } from './b.ts'"),
      file('src/cli/a.ts', "new URL('../../package.json', import.meta.url)"),
      file('src/cluster/a.ts', "import { b } from '../ipvs/schedulers/b.ts'"),
      file('src/index.ts', "export { b } from './study/b.ts'"),
    ]
    expect(check.importDirection(sources)).toEqual([])
  })
})

describe('the graph checks can fail', () => {
  test('a cycle of three', () => {
    const sources = [
      file('src/net/a.ts', "import { b } from './b.ts'"),
      file('src/net/b.ts', "import { c } from './c.ts'"),
      file('src/net/c.ts', "import { a } from './a.ts'"),
    ]
    const cycle = 'cycle: src/net/a.ts -> src/net/b.ts -> src/net/c.ts -> src/net/a.ts'
    expect(check.importCycles(sources)).toEqual([cycle])
    sources[2] = file('src/net/c.ts', "import type { a } from './a.ts'")
    expect(check.importCycles(sources)).toEqual([])
  })

  test('packages outside their folder', () => {
    const sources = [
      file('src/net/a.ts', "import Queue from 'fastpriorityqueue'", "import fs from 'node:fs'"),
      file('src/report/a.ts', "import path from 'path'"),
      file('src/cli/a.ts', "import { hideBin } from 'yargs/helpers'", "import _ from 'lodash'"),
      file('src/kernel/a.ts', "import Queue from 'fastpriorityqueue'"),
    ]
    expect(check.packageUse(sources)).toEqual([
      'src/net/a.ts:1 may not use fastpriorityqueue',
      'src/net/a.ts:2 may not use node:fs',
      'src/report/a.ts:1 may not use path',
      'src/cli/a.ts:2 may not use lodash',
    ])
  })

  test('an engine that reaches Node two files away', () => {
    const sources = [
      file('src/engine.ts', "export { b } from './study/b.ts'"),
      file('src/study/b.ts', "import Pool from 'tinypool'", "import { c } from './c.ts'"),
      file('src/study/c.ts', "import os from 'node:os'"),
      file('src/study/d.ts', "import os from 'node:os'"),
    ]
    expect(check.engineNeedsNode(sources, 'src/engine.ts')).toEqual([
      'src/study/b.ts:1 loads tinypool, and src/engine.ts loads it',
      'src/study/c.ts:1 loads node:os, and src/engine.ts loads it',
    ])
  })

  test('a property with seeds of its own', () => {
    const sources = [
      file('test/net/a.test.ts', "import fc from '../support/properties.ts'"),
      file('test/net/b.test.ts', "import fc from 'fast-check'"),
    ]
    expect(check.strayProperties(sources)).toEqual([
      'test/net/b.test.ts:1 takes fast-check from elsewhere than test/support/properties.ts',
    ])
  })

  test('a file that nobody imports; a worker counts as imported', () => {
    const sources = [
      file('src/index.ts', "export { b } from './study/b.ts'"),
      file('src/study/b.ts', "const path = new URL('./worker.js', import.meta.url)"),
      file('src/study/worker.ts'),
      file('src/study/lonely.ts', "import { x } from './lonely.ts'"),
    ]
    expect(check.unusedFiles(sources)).toEqual(['src/study/lonely.ts: nobody imports it'])
  })
})

describe('the size checks can fail', () => {
  const lines = (count: number): string[] => Array<string>(count).fill('//')

  test('files, and the next longest are named', () => {
    const sources = [file('src/a.ts', ...lines(301)), file('src/b.ts', ...lines(300))]
    expect(check.longFiles(sources)).toEqual([
      'src/a.ts: 301 lines, over 300',
      'src/b.ts: 300 lines, still allowed',
    ])
    expect(check.longFiles([sources[1]!])).toEqual([])
    expect(check.longFiles([file('src/scenario/profiles/a.ts', ...lines(900))])).toEqual([])
  })

  test('functions of every kind', () => {
    const body = lines(69)
    const code = [
      ['function f() {', ...body, '}'],
      ['const g = () => {', ...body, '}'],
      ['class H { i() {', ...body, '} }'],
      ['function short() {', ...lines(68), '}'],
    ]
    const source = file('src/a.ts', ...code.flat())
    expect(check.longFunctions([source])).toEqual([
      'src/a.ts:1 f has 71 lines',
      'src/a.ts:72 a function without a name has 71 lines',
      'src/a.ts:143 i has 71 lines',
    ])
  })

  test('lines', () => {
    const source = file('src/a.ts', '//', 'x'.repeat(101), 'x'.repeat(100))
    expect(check.longLines([source])).toEqual(['src/a.ts:2 101 columns'])
  })
})

describe('the word checks can fail', () => {
  test('opening comments', () => {
    const bad = [file('src/a.ts', 'export {}'), file('src/b.ts', '', '// late')]
    const good = [file('src/c.ts', '// A wire.'), file('src/d.ts', '#!/usr/bin/env node', '// A')]
    expect(check.missingOpening([...bad, ...good, file('src/e.ts', '/** A wire. */')])).toEqual([
      'src/a.ts: does not open with a comment',
      'src/b.ts: does not open with a comment',
    ])
  })

  test('names', () => {
    const bad = ['src/net/util' + 's.ts', 'src/comm' + 'on/a.ts', 'test/help' + 'ers/a.ts']
    const good = ['src/net/utilisation.ts', 'test/support/a.ts', 'src/commons.ts']
    expect(check.shapelessNames([...bad, ...good]).map((line) => line.split(':')[0])).toEqual(bad)
  })

  test('unfinished work and machine paths', () => {
    const source = file('a.md', '// TO' + 'DO later', 'TO' + 'DOS', 'cd /wo' + 'rk/x', 'a/work')
    expect(check.strayWords([source])).toEqual([
      'a.md:1 TO' + 'DO',
      expect.stringMatching(/^a.md:3/),
    ])
  })

  test('addresses in the lock file', () => {
    const lock = { packages: { '': {}, a: { resolved: 'https://r/a.tgz' }, b: {} } }
    expect(check.lockedAddresses(JSON.stringify(lock))).toEqual(['a is tied to https://r/a.tgz'])
  })

  test('scripts that do not exist', () => {
    const document = file('README.md', 'npm run bench', 'npm test', 'npm install', 'npm run nope')
    expect(check.unknownScripts([document], ['bench'])).toEqual([
      'README.md tells to run the script test',
      'README.md tells to run the script nope',
    ])
  })
})

describe('the check for impure code can fail', () => {
  const cases: [code: string, finding: string | null][] = [
    ['const a = 2 ** 3', '** differs between engines'],
    ['a **= 2', '** differs between engines'],
    ['const a = Math.log(2)', 'Math.log is not exact'],
    ['const a = Math.random()', 'Math.random is not exact'],
    ["const a = Math['pow'](2, 3)", 'Math under another name'],
    ['const { exp } = Math', 'Math under another name'],
    ['const M = Math', 'Math under another name'],
    ['const a = Date.now()', 'Date is not for the engine'],
    ['const a = new Date()', 'Date is not for the engine'],
    ['performance.now()', 'performance is not for the engine'],
    ['globalThis.setTimeout(f)', 'globalThis is not for the engine'],
    ['setTimeout(f)', 'setTimeout is not for the engine'],
    ['const f: Intl.NumberFormat = g', 'Intl is not for the engine'],
    ['const a = { process }', 'process is not for the engine'],
    ['const a = x.toLocaleString()', 'toLocaleString depends on the language of the machine'],
    ['const a = x.localeCompare(y)', 'localeCompare depends on the language of the machine'],
    ['const a = Math.sqrt(2) + Math.imul(2, 3) * Math.PI', null],
    ['const a = x.performance + x.Date', null],
    ['const a = { performance: 1, crypto() {} }', null],
    ['// Math.log and Date are banned, 2 ** 3', null],
    ["const a = 'Math.log Date 2 ** 3'", null],
  ]
  test.each(cases)('%s', (code, finding) => {
    const expected = finding === null ? [] : [`src/net/a.ts:1 ${finding}`]
    expect(check.impureCode([file('src/net/a.ts', code)])).toEqual(expected)
  })

  test('the edges are free', () => {
    expect(check.impureCode([file('src/cli/a.ts', 'const a = Date.now()')])).toEqual([])
  })
})
