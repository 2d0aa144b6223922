// The shipped scenarios give the results that are kept beside them, byte for byte; so do two runs,
// and any number of workers. Whoever means a change writes it into results/CHANGES.md and commits
// the new folders.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { emptyFolder, filesBelow, lvsSim, ROOT } from './support/built.ts'

const folder = emptyFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const scenarios = readdirSync(join(ROOT, 'scenarios')).filter((name) => name.endsWith('.json'))
/** What differs from run to run, and what is not kept. */
const NOT_KEPT = /run\.json$|^replications\//
const NOT_SAME = /run\.json$/
/** What they show is what is warned of: packets too large for a tunnel, two masters. */
const WARNED = new Set(['tun-wan.json', 'split-brain.json'])

test.each(scenarios)('%s gives the results that are kept', { timeout: 300_000 }, (name) => {
  const out = join(folder, name)
  const { code, err } = lvsSim(['run', `scenarios/${name}`, '-q', '-o', out])
  expect(code).toBe(0)
  expect(err).toMatch(WARNED.has(name) ? /^warning: / : /^$/)
  const kept = filesBelow(join(ROOT, 'results', name.replace(/\.json$/, '')), NOT_KEPT)
  const made = filesBelow(out, NOT_KEPT)
  expect([...made.keys()]).toEqual([...kept.keys()])
  for (const [path, text] of made) expect(text === kept.get(path), path).toBe(true)
})

test('every kept folder has its scenario', () => {
  const kept = readdirSync(join(ROOT, 'results'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.before'))
    .map(({ name }) => `${name}.json`)
  expect(kept.sort()).toEqual([...scenarios].sort())
})

test('one worker, two workers and a second run give the same bytes', { timeout: 120_000 }, () => {
  const run = (name: string, workers: string) => {
    const out = join(folder, name)
    const words = ['run', 'scenarios/wrr-3-to-1.json', '--duration', '300ms', '-qq', '-o', out]
    expect(lvsSim([...words, '-j', workers]).code).toBe(0)
    return filesBelow(out, NOT_SAME)
  }
  const first = run('first', '1')
  expect(first.size).toBeGreaterThan(10)
  expect(run('second', '2')).toEqual(first)
  expect(run('third', '2')).toEqual(first)
})

test('the scenario in a results folder gives that folder again', { timeout: 60_000 }, () => {
  const [first, second] = [join(folder, 'a'), join(folder, 'b')]
  const set = [
    '--set',
    'workload.arrivals=constant',
    '--seed',
    'x',
    '-n',
    '2',
    '--duration',
    '100ms',
  ]
  expect(lvsSim(['run', 'scenarios/wrr-3-to-1.json', ...set, '-qq', '-o', first]).code).toBe(0)
  expect(lvsSim(['run', join(first, 'scenario.json'), '-qq', '-o', second]).code).toBe(0)
  expect(filesBelow(second, NOT_SAME)).toEqual(filesBelow(first, NOT_SAME))
})
