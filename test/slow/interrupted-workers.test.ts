// 200 points on a queue, four workers of which one is killed every two seconds and replaced: all
// results are there once each, with the bytes of one core.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { emptyFolder, lvsSim } from '../support/built.ts'
import { hasRedis, TestRedis } from '../support/redis.ts'
import { Started } from '../support/started.ts'
import { bytesOf, putSweep } from '../support/sweep-fixture.ts'

const folder = emptyFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const KILL_MS = 2000

test.skipIf(!hasRedis)(
  '200 jobs, 4 workers, one killed every 2 s (needs redis-server)',
  { timeout: 900_000 },
  async () => {
    const vary = { 'realServers.rs.count': '1..100', 'services.web.forwarding': ['nat', 'dr'] }
    const phases = [{ name: 'steady', for: '5ms', rate: '1Mpps' }]
    putSweep(folder, { workload: { phases }, sweep: { vary, replications: 2 } })
    expect(lvsSim(['sweep', 'sweep.json', '-q', '-j1', '-o', 'one'], folder).code).toBe(0)

    const redis = await TestRedis.start()
    const start = (...words: string[]) => new Started([...words, '--queue', redis.url], folder)
    const workers = Array.from({ length: 4 }, () => start('worker', '-j1'))
    const dead: Started[] = []
    let turn = 0
    const killer = setInterval(() => {
      const place = turn++ % workers.length
      const old = workers[place]!
      old.child.kill('SIGKILL')
      dead.push(old)
      workers[place] = start('worker', '-j1')
    }, KILL_MS)
    try {
      const sweep = start('sweep', 'sweep.json', '-o', 'queued')
      expect(await sweep.ended).toBe(0)
      expect(dead.length).toBeGreaterThan(3)
      // Somebody was killed in the middle of a point, which was done again by another.
      const rows = readFileSync(join(folder, 'queued/table.csv'), 'utf8').trim().split('\n')
      expect(rows).toHaveLength(201)
      expect(rows.slice(1).every((row) => /^\d+,done,/.test(row))).toBe(true)
      expect(bytesOf(join(folder, 'queued'))).toEqual(bytesOf(join(folder, 'one')))
    } finally {
      clearInterval(killer)
      for (const worker of workers) await worker.kill()
      await redis.kill()
    }
  },
)
