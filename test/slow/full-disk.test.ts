// A disk that is full: a clear error, what is whole stays, nothing half-written.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptyFolder, lvsSim } from '../support/built.ts'
import { bytesOf, POINTS, putSweep } from '../support/sweep-fixture.ts'

const folder = emptyFolder()
const disk = join(folder, 'disk')
mkdirSync(disk)

/** Room for some of the points, not for all. */
const words = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]
const canMount = process.getuid?.() === 0 && spawnSync('mount', words).status === 0

beforeAll(() => putSweep(folder))

afterAll(() => {
  if (canMount) spawnSync('umount', [disk])
  rmSync(folder, { recursive: true, force: true })
})

test.skipIf(!canMount)('a full disk (needs root and mount)', { timeout: 120_000 }, () => {
  const sweep = () => lvsSim(['sweep', 'sweep.json', '-q', '-j2', '-o', 'disk/out'], folder)
  const ran = sweep()
  expect([ran.code, ran.out]).toEqual([4, ''])
  expect(ran.err).toMatch(/cannot write results into .*: no space is left on the device/)
  expect(ran.err).toMatch(/Points that are whole stay there/)
  const out = join(disk, 'out')
  expect(readdirSync(out).sort()).toEqual(['plan.json', 'points'])
  const kept = readdirSync(join(out, 'points'))
  expect(kept.length).toBeGreaterThan(0)
  expect(kept.length).toBeLessThan(POINTS)
  for (const point of kept)
    expect(existsSync(join(out, 'points', point, 'summary.json'))).toBe(true)

  writeFileSync(join(disk, 'rest'), new Uint8Array(statfsSync(disk).bavail * 4096))
  const lone = lvsSim(['run', 'sweep.json', '-q', '-o', 'disk/lone'], folder)
  expect(lone.code).toBe(4)
  expect(lone.err).toMatch(/no space is left on the device\n {2}Make room there/)
  expect(readdirSync(disk).sort()).toEqual(['out', 'rest'])
  rmSync(join(disk, 'rest'))

  expect(spawnSync('mount', ['-o', 'remount,size=20m', disk]).status).toBe(0)
  const resumed = sweep()
  expect(resumed.code).toBe(0)
  expect(lvsSim(['sweep', 'sweep.json', '-q', '-j1', '-o', 'whole'], folder).code).toBe(0)
  expect(bytesOf(out)).toEqual(bytesOf(join(folder, 'whole')))
})
