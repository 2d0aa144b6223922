// Ctrl-C: once keeps what was measured, twice leaves nothing.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Summary } from '../../src/measure/summary.ts'
import { emptyFolder, MAIN } from '../support/built.ts'
import { rightDocument } from '../support/scenario-text.ts'

const folder = emptyFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(() => {
  const long = { phases: [{ name: 'steady', for: '1h', rate: '1Mpps' }] }
  const document = { ...rightDocument(), workload: long, time: { replications: 2 } }
  writeFileSync(join(folder, 'long.json'), JSON.stringify(document))
})

interface Ended {
  code: number | null
  out: string
  err: string
}

/**
 * Start-up takes half a second of processor time; on a crowded machine that may be many seconds by
 * the clock, so where the system tells it (Linux, in hundredths) that is what is waited for.
 */
async function untilItRuns(pid: number): Promise<void> {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const stat = `/proc/${pid}/stat`
  if (!existsSync(stat)) return void (await pause(1500))
  const used = () => Number(readFileSync(stat, 'utf8').split(' ')[13])
  while (used() < 120) await pause(20)
}

/** Starts the long run, waits until it simulates, sends the signals. */
async function interrupted(
  words: readonly string[],
  signals: readonly NodeJS.Signals[],
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, 'run', 'long.json', ...words], { cwd: folder })
  const ended = { code: null as number | null, out: '', err: '' }
  child.stdout.on('data', (part: Buffer) => (ended.out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (ended.err += part.toString()))
  const closed = new Promise<void>((resolve) => {
    child.on('close', (code) => {
      ended.code = code
      resolve()
    })
  })
  await untilItRuns(child.pid!)
  for (const signal of signals) child.kill(signal)
  await closed
  return ended
}

test.each<[string, string[], NodeJS.Signals]>([
  ['one worker', ['-j1'], 'SIGINT'],
  ['two workers', ['-j2'], 'SIGINT'],
  ['SIGTERM', ['-j1'], 'SIGTERM'],
])('once, with %s: what was measured is written, and says so', async (name, words, signal) => {
  const out = name.replace(' ', '-')
  const ran = await interrupted([...words, '--json', '-o', out], [signal])
  expect(ran.code).toBe(130)
  expect(ran.err).toMatch(/interrupted: writing what was measured/)
  const summary = JSON.parse(ran.out) as Summary
  expect(summary.complete).toBe(false)
  expect(summary.services['web']!.offered['steady']!.mean).toBeGreaterThan(0)
  expect(readFileSync(join(folder, out, 'summary.json'), 'utf8')).toBe(ran.out)
  expect(readdirSync(folder).filter((entry) => entry.includes('partial'))).toEqual([])
})

test('twice: nothing is written', async () => {
  const ran = await interrupted(['-j2', '-o', 'twice'], ['SIGINT', 'SIGINT', 'SIGTERM'])
  expect(ran.code).toBe(130)
  expect(ran.out).toBe('')
  expect(existsSync(join(folder, 'twice'))).toBe(false)
  expect(readdirSync(folder).filter((entry) => entry.includes('partial'))).toEqual([])
})
