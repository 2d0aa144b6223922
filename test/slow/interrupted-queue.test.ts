// A sweep over a queue on Redis: the same bytes whatever happens to workers, coordinators, Redis.
// Without redis-server (Debian: apt-get install redis-server) these tests are skipped by name.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addressOf } from '../../src/study/queue-connection.ts'
import { packFiles, unpackFiles } from '../../src/study/queue-jobs.ts'
import { emptyFolder, lvsSim, ROOT } from '../support/built.ts'
import { freePort, hasRedis, TestRedis } from '../support/redis.ts'
import { Started } from '../support/started.ts'
import { bytesOf, POINTS, putSweep } from '../support/sweep-fixture.ts'

const folder = emptyFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function at(...path: string[]): string {
  return join(folder, ...path)
}

beforeAll(() => {
  putSweep(folder)
  expect(lvsSim(['sweep', 'sweep.json', '-q', '-j1', '-o', 'one'], folder).code).toBe(0)
  // As long as it takes to be interrupted: some tenths of a second each.
  mkdirSync(at('long'))
  const phases = [{ name: 'steady', for: '100ms', rate: '1Mpps' }]
  putSweep(at('long'), { workload: { phases } })
  expect(lvsSim(['sweep', 'long/sweep.json', '-q', '-o', 'long-one'], folder).code).toBe(0)
})

describe.skipIf(!hasRedis)('over a queue (needs redis-server)', { timeout: 120_000 }, () => {
  let redis: TestRedis
  const started: Started[] = []

  beforeEach(async () => {
    redis = await TestRedis.start()
  })

  afterEach(async () => {
    for (const one of started.splice(0)) await one.kill()
    await redis.kill()
  })

  function start(line: string, main?: string): Started {
    const one = new Started([...line.split(' '), '--queue', redis.url], folder, main)
    started.push(one)
    return one
  }

  test('two workers give the bytes of one core; they say what they do', async () => {
    const sweep = start('sweep sweep.json -o queued')
    await sweep.until(() => /no worker yet/.test(sweep.err))
    const workers = [start('worker -j1 --idle 5s'), start('worker -j2 --idle 5s')]
    expect(await sweep.ended).toBe(0)
    expect(bytesOf(at('queued'))).toEqual(bytesOf(at('one')))
    expect(sweep.out).toBe(lvsSim(['sweep', 'sweep.json', '-o', 'one'], folder).out)
    expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([0, 0])
    const done = workers.map(({ err }) => err.match(/swept: point \d is done/g) ?? []).flat()
    expect(new Set(done).size).toBe(POINTS)
    expect(done).toHaveLength(POINTS)
  })

  test('nobody works: it says how; a shard and a point go over the queue as well', async () => {
    const sweep = start('sweep sweep.json -o shard --shard 1/2')
    await sweep.until(() => /no worker yet: lvs-sim worker --queue/.test(sweep.err))
    start('worker -j1 -q')
    expect(await sweep.ended).toBe(0)
    expect(readdirSync(at('shard/points'))).toHaveLength(5)
    expect(await start('sweep sweep.json -o shard --point 1').ended).toBe(0)
    expect(readdirSync(at('shard/points'))).toHaveLength(6)
  })

  test('a coordinator that is killed or interrupted goes on where it was', async () => {
    start('worker -j1 -q')
    for (const [signal, code] of [
      ['SIGKILL', null],
      ['SIGINT', 130],
    ] as const) {
      const sweep = start('sweep long/sweep.json -o again')
      const before = existsSync(at('again/points')) ? readdirSync(at('again/points')).length : 0
      await sweep.until(
        () => existsSync(at('again/points')) && readdirSync(at('again/points')).length > before,
      )
      expect(await sweep.kill(signal)).toBe(code)
    }
    const last = start('sweep long/sweep.json -o again')
    expect(await last.ended).toBe(0)
    expect(last.err).toMatch(/to run, \d there already/)
    expect(bytesOf(at('again'))).toEqual(bytesOf(at('long-one')))
  })

  test('a worker that is killed is replaced', async () => {
    const first = start('worker -j2')
    const sweep = start('sweep long/sweep.json -o killed')
    await first.until(() => /is done/.test(first.err))
    await first.kill()
    start('worker -j1 -q')
    expect(await sweep.ended).toBe(0)
    expect(bytesOf(at('killed'))).toEqual(bytesOf(at('long-one')))
  })

  test('a worker that is asked to end finishes what it has', async () => {
    const worker = start('worker -j1')
    const sweep = start('sweep long/sweep.json -o ended')
    await worker.until(() => /is done/.test(worker.err))
    expect(await worker.kill('SIGTERM')).toBe(130)
    expect(worker.err).toMatch(/interrupted: finishing the points under way/)
    start('worker -j1 -q')
    // Nothing has to wait for a lease to run out: the first one gave its point back whole.
    expect(await sweep.ended).toBe(0)
    expect(bytesOf(at('ended'))).toEqual(bytesOf(at('long-one')))
  })

  test('Redis that forgets everything, or is frozen, is waited for', async () => {
    start('worker -j1 -q')
    const sweep = start('sweep long/sweep.json -o back')
    await sweep.until(
      () => existsSync(at('back/points')) && readdirSync(at('back/points')).length > 0,
    )
    await redis.kill()
    await sweep.until(() => /does not answer; waiting 300s for it/.test(sweep.err))
    await redis.start()
    await sweep.until(() => /is back/.test(sweep.err))
    redis.freeze()
    await sweep.until(() => sweep.err.match(/waiting 300s/g)?.length === 2)
    redis.thaw()
    expect(await sweep.ended).toBe(0)
    expect(bytesOf(at('back'))).toEqual(bytesOf(at('long-one')))
  })

  test('Redis that stays away ends it with what is done', async () => {
    const worker = start('worker -j1 --patience 4s')
    const sweep = start('sweep long/sweep.json -o gone --patience 4s')
    await sweep.until(
      () => existsSync(at('gone/points')) && readdirSync(at('gone/points')).length > 0,
    )
    await redis.kill()
    expect(await sweep.ended).toBe(5)
    expect(sweep.err).toMatch(/gave up\. What is done is kept; the same command goes on later/)
    expect(sweep.out).toMatch(/9 points, \d missing/)
    expect(await worker.ended).toBe(5)
    const resumed = lvsSim(['sweep', 'long/sweep.json', '-o', 'gone', '-q'], folder)
    expect(resumed.code).toBe(0)
    expect(bytesOf(at('gone'))).toEqual(bytesOf(at('long-one')))
  })

  test('points that fail do so once, and take no other down', async () => {
    start('worker -j2 -q')
    const vary = '--vary realServers.rs.address=10.0.0.11,10.0.0.2 --vary realServers.rs.count=4,9'
    const sweep = start(`sweep sweep.json -o failing ${vary}`)
    expect(await sweep.ended).toBe(5)
    expect(lvsSim(`sweep sweep.json -q -o fails-here ${vary}`.split(' '), folder).code).toBe(5)
    expect(bytesOf(at('failing'))).toEqual(bytesOf(at('fails-here')))
  })

  test('a worker of another version is refused by name, on both sides', async () => {
    const other = copyOfProgram('other', (text) =>
      text.replace(/"version": ".*?"/, '"version": "0.0.9"'),
    )
    const sweep = start('sweep sweep.json -o version')
    await sweep.until(() => /no worker yet/.test(sweep.err))
    const worker = start('worker -j1', other)
    expect(await worker.ended).toBe(3)
    expect(worker.err).toMatch(
      /of lvs-sim 0\.0\.9 is refused: "swept" on redis:.* is swept by lvs-sim/,
    )
    await sweep.until(() =>
      /refused: worker .* of lvs-sim 0\.0\.9; this sweep is of/.test(sweep.err),
    )
    start('worker -j1 -q')
    expect(await sweep.ended).toBe(0)
    expect(bytesOf(at('version'))).toEqual(bytesOf(at('one')))
  })
})

/** The built program with another package.json, and without some packages. */
function copyOfProgram(
  name: string,
  change: (text: string) => string,
  without: string[] = [],
): string {
  const root = at(name)
  cpSync(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true })
  const text = JSON.stringify({ name: 'lvs-sim', type: 'module', version: '0.1.0' }, null, 2)
  writeFileSync(join(root, 'package.json'), change(text))
  mkdirSync(join(root, 'node_modules'))
  for (const entry of readdirSync(join(ROOT, 'node_modules'))) {
    if (without.includes(entry)) continue
    symlinkSync(join(ROOT, 'node_modules', entry), join(root, 'node_modules', entry))
  }
  return join(root, 'dist/cli/main.js')
}

describe('bad input', () => {
  test.each<[string, number, RegExp]>([
    ['worker', 2, /which queue\?/],
    ['worker --queue localhost', 2, /--queue is the address of a Redis, got "localhost"/],
    ['worker --queue http://localhost', 2, /--queue is the address of a Redis/],
    ['worker --queue redis://localhost/x', 2, /--queue is the address of a Redis/],
    [
      'worker --queue redis://nowhere.invalid',
      4,
      /cannot reach Redis at redis:\/\/nowhere\.invalid:6379: there is no such host/,
    ],
    ['worker --queue redis://localhost --idle 3', 2, /--idle is a time/],
    ['sweep sweep.json --queue redis://localhost --patience x', 2, /--patience is a time/],
  ])('%s', (line, code, words) => {
    const ran = lvsSim(line.split(' '), folder)
    expect([ran.code, ran.out]).toEqual([code, ''])
    expect(ran.err).toMatch(words)
  })

  test('nobody listens there', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    const ran = lvsSim(['sweep', 'sweep.json', '-o', 'unreached', '--queue', url], folder)
    expect(ran.code).toBe(4)
    expect(ran.err).toMatch(
      /cannot reach Redis at redis:.*: nobody listens there\n {2}Is it running/,
    )
  })

  test('BullMQ is not installed: nothing else needs it', async () => {
    const main = copyOfProgram('bare', (text) => text, ['bullmq'])
    const local = new Started(['sweep', 'sweep.json', '-q', '-j1', '-o', 'bare-one'], folder, main)
    expect(await local.ended).toBe(0)
    const queued = new Started(['worker', '--queue', 'redis://localhost'], folder, main)
    expect(await queued.ended).toBe(4)
    expect(queued.err).toMatch(/a queue needs the package bullmq, .*\n {2}npm install bullmq/)
  })
})

test.each<[string, string | null]>([
  ['redis://head', 'redis://head:6379'],
  ['redis://head:7000/3', 'redis://head:7000/3'],
  ['rediss://user:secret@head', 'rediss://head:6379'],
  ['redis://[::1]:7000', 'redis://[::1]:7000'],
  ['redis:', null],
  ['redis://head:70000', null],
  ['head:6379', null],
  ['redis://head/1/2', null],
])('the address %s', (text, shown) => {
  expect(addressOf(text)?.shown ?? null).toBe(shown)
})

test('packed files come back; what leads out of the folder does not', async () => {
  const files = [{ path: 'replications/1.json', text: '{"é":1}\n' }]
  expect(await unpackFiles(await packFiles(files))).toEqual(files)
  for (const path of ['../x', '/etc/passwd', 'a/../../x', 'a//b', '', 'a\\b']) {
    expect(await unpackFiles(await packFiles([{ path, text: '' }]))).toBe(null)
  }
  for (const wrong of [null, 5, '', 'x', await packFiles([])]) {
    expect(await unpackFiles(wrong)).toBe(null)
  }
})
