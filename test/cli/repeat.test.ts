// What a summary ends with: the scenario of the results folder gives the same results again, from
// any place and without the files that it was once run with.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { emptyFolder, filesBelow, lvsSim } from '../support/built.ts'
import { rightDocument } from '../support/scenario-text.ts'

const folder = emptyFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const LOG = Array.from({ length: 40 }, (_, index) => {
  const stamp = `[10/Oct/2023:13:55:${String(index >> 2).padStart(2, '0')} +0000]`
  return `192.0.2.${index % 9} - - ${stamp} "GET / HTTP/1.1" 200 ${1000 + index}`
}).join('\n')

/** run.json is of one run. */
const filesIn = (path: string): Map<string, string> => filesBelow(path, /^run\.json$/)

/**
 * Runs in a folder of its own, moves the results elsewhere, removes all else, and runs what is
 * there from yet another place.
 */
function repeats(name: string, files: Record<string, string | Uint8Array>, words: string[]): void {
  const [from, moved, elsewhere] = ['from', 'moved', 'elsewhere'].map((part) => {
    return join(folder, `${name}-${part}`)
  }) as [string, string, string]
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(from, path, '..'), { recursive: true })
    writeFileSync(join(from, path), content)
  }
  const first = lvsSim(['run', ...words, '-q', '-o', 'out'], from)
  expect([first.code, first.err]).toEqual([0, expect.not.stringContaining('error')])
  cpSync(join(from, 'out'), moved, { recursive: true })
  rmSync(from, { recursive: true })
  mkdirSync(elsewhere)
  const again = lvsSim(['run', join(moved, 'scenario.json'), '-q', '-o', 'again'], elsewhere)
  expect([again.code, again.out]).toEqual([0, first.out])
  expect(filesIn(join(elsewhere, 'again'))).toEqual(filesIn(moved))
}

const small = (more: Record<string, unknown>): string =>
  JSON.stringify({ ...rightDocument(), services: { web: { protocol: 'tcp' } }, ...more })

const CONF = (port: number): string =>
  `virtual_server 10.0.0.10 ${port} {\n lb_algo rr\n lb_kind DR\n protocol TCP\n` +
  ` real_server 10.0.0.11 ${port} {\n  TCP_CHECK {\n  }\n }\n}\n`

describe('without the files of the first run', () => {
  test('a log alone', () => repeats('log', { 'my log.log': LOG }, ['my log.log', '-n', '2']))

  test('a log that lies elsewhere, given by --set', () => {
    const files = { 'logs/good.log': LOG, 'my.json': small({}) }
    const set = ['--set', 'workload.replay.file=logs/good.log']
    repeats('set', files, ['my.json', ...set, '-n', '1'])
  })

  test('a table that is called like one of the results', () => {
    const workload = { replay: { file: 'latency.csv', speed: 2 } }
    const document = { ...rightDocument(), services: { web: { protocol: 'tcp' } }, workload }
    const files = { 'latency.csv': 'time,client\n0,a\n1,b\n', 'my.json': JSON.stringify(document) }
    repeats('table', files, ['my.json', '-n', '1'])
  })

  test('a curve of rates', () => {
    const phases = [{ name: 'day', rate: { file: 'curves/day.csv' } }]
    const workload = { ...(rightDocument().workload as object), phases }
    const files = {
      'curves/day.csv': 'time,rate\n0,1000\n0.02,3000\n',
      'my.json': JSON.stringify({ ...rightDocument(), workload }),
    }
    repeats('curve', files, ['my.json', '-n', '1'])
  })

  test('a keepalived.conf with what it includes', () => {
    const directors = { lb1: { keepalived: 'conf/keepalived.conf' } }
    const workload = { phases: [{ name: 'steady', for: '20ms', rate: '1kcps' }] }
    const document = {
      ...{ format: 'lvs-sim/1', name: 'conf', extends: 'preset:one-director-10g' },
      ...{ directors, workload },
      realServers: { rs: { count: 1, address: '10.0.0.11' } },
    }
    const files = {
      'conf/keepalived.conf': 'include web.conf\n',
      'conf/web.conf': CONF(80),
      'my.json': JSON.stringify(document),
    }
    repeats('conf', files, ['my.json', '-n', '1'])
  })

  test('rules of ipvsadm', () => {
    const files = { rules: '-A -t 10.0.0.10:80 -s rr\n-a -t 10.0.0.10:80 -r 10.0.0.11:80 -g\n' }
    repeats('rules', files, ['rules', '--load', '2kcps', '-n', '1', '--duration', '20ms'])
  })
})

test('of standard input the copy is called stdin', () => {
  const ran = lvsSim(['run', '-', '--as', 'access-log', '-q', '-n', '1', '-o', 'in'], folder, LOG)
  expect(ran.code).toBe(0)
  expect(readFileSync(join(folder, 'in/recorded/stdin'), 'utf8')).toBe(LOG)
})

test('a file that is too large is not kept, and the summary says what to do', () => {
  const line = `${LOG.split('\n')[0]!} "-" "${'x'.repeat(100_000)}"\n`
  mkdirSync(join(folder, 'large'))
  writeFileSync(join(folder, 'large/large.log'), line.repeat(90))
  const first = lvsSim(['run', 'large/large.log', '-n', '1', '-o', 'kept'], folder)
  expect(first.code).toBe(0)
  expect(existsSync(join(folder, 'kept/recorded'))).toBe(false)
  const summary = filesIn(join(folder, 'kept')).get('summary.json')!
  expect(summary).toContain(
    'large.log has 9 MB and is not kept with the results: to repeat the run, put it at ' +
      'recorded/large.log beside scenario.json',
  )
  const words = ['run', 'kept/scenario.json', '-o', 'again']
  const missing = lvsSim(words, folder)
  expect([missing.code, missing.err]).toEqual([4, expect.stringContaining('recorded/large.log')])
  mkdirSync(join(folder, 'kept/recorded'))
  cpSync(join(folder, 'large/large.log'), join(folder, 'kept/recorded/large.log'))
  expect(lvsSim(words, folder).code).toBe(0)
  expect(filesIn(join(folder, 'again')).get('summary.json')).toBe(summary)
})

test('the points of a sweep have it too, also merged', () => {
  writeFileSync(join(folder, 'swept.log'), LOG)
  const words = ['sweep', 'swept.log', '-n', '1', '--vary', 'services.web.scheduler=rr,wlc']
  for (const shard of ['1/2', '2/2']) {
    const ran = lvsSim([...words, '--shard', shard, '-o', `shard${shard[0]!}`], folder)
    expect([ran.code, ran.err]).toEqual([0, expect.any(String)])
  }
  expect(lvsSim(['merge', 'shard1', 'shard2', '-o', 'merged'], folder).code).toBe(0)
  const points = readdirSync(join(folder, 'merged/points'))
  expect(points).toHaveLength(2)
  rmSync(join(folder, 'swept.log'))
  const point = join(folder, 'merged/points', points[0]!)
  const again = lvsSim(['run', join(point, 'scenario.json'), '-q', '-o', 'point'], folder)
  expect(again.code).toBe(0)
  const [was, is] = [point, join(folder, 'point')].map((path) => filesIn(path).get('summary.json'))
  expect(is).toBe(was)
})
