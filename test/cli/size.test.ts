// `lvs-sim size` and `run --until` as a user meets them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Sizing } from '../../src/measure/sizing.ts'
import { emptyFolder, filesBelow, lvsSim } from '../support/built.ts'

const folder = emptyFolder()

beforeAll(() => {
  const perRequest = { kind: 'exponential', mean: '10us' }
  const scenario = {
    format: 'lvs-sim/1',
    name: 'my',
    extends: 'preset:one-director-10g',
    realServers: { rs: { count: 1, cpu: { cores: 1, perRequest } } },
    services: { web: { forwarding: 'dr', scheduler: 'rr' } },
    workload: { phases: [{ name: 'steady', for: '10ms', rate: '200kpps' }] },
    thresholds: { 'web.latency': [{ check: 'mean < 30us', phase: 'steady' }] },
  }
  writeFileSync(join(folder, 'my.json'), JSON.stringify(scenario))
  writeFileSync(join(folder, 'bare.json'), JSON.stringify({ ...scenario, thresholds: {} }))
})

test('without words it sizes the servers that are busy', () => {
  const { code, out } = lvsSim(['size', 'my.json', '--json'], folder)
  const sizing = JSON.parse(out) as Sizing
  expect([code, sizing.path]).toEqual([0, 'realServers.rs.count'])
  // Two are full; of three each has 67 % and takes 30 us by M/M/1, a little less in turn.
  expect(['3', '4']).toContain(sizing.answer)
  const values = sizing.evidence.map(({ value }) => Number(value))
  expect(values).toEqual([...values].sort((a, b) => a - b))
})

test('the text ends with the answer', () => {
  const { out } = lvsSim(['size', 'my.json', '--vary', 'realServers.rs.cpu.cores=1..8'], folder)
  expect(out).toMatch(
    /EVIDENCE\n(.*\n)+.*is the busiest.*\n(.*\n)*\nANSWER realServers\.rs\.cpu\.cores=3 /,
  )
})

test('the highest load', () => {
  const max = ['--max', 'workload.phases.steady.rate=10kpps,40kpps,90kpps,150kpps']
  const { code, out } = lvsSim(['size', 'my.json', ...max, '-q'], folder)
  expect([code, out]).toEqual([0, expect.stringContaining('steady.rate=40kpps is the highest')])
})

test('nothing in the range: exit code 99', () => {
  const { code, out } = lvsSim(['size', 'my.json', '--vary', 'realServers.rs.count=1..2'], folder)
  expect([code, out]).toEqual([99, expect.stringContaining('nothing from 1 to 2 meets')])
})

describe('wrong words', () => {
  test.each([
    [['bare.json'], 3, 'no thresholds'],
    [['my.json', '--vary', 'realServers.rx.count=1..4'], 2, 'Did you mean realServers.rs'],
    [['my.json', '--vary', 'realServers.rs.cout=1..4'], 3, 'did you mean "count"'],
    [['my.json', '--vary', 'realServers.rs.count=4..1'], 2, 'runs backwards'],
    [['my.json', '--max', 'workload.phases.stedy.rate=1kpps..2kpps'], 3, 'only steady'],
    [['my.json', '--vary', 'seed=1..2', '--max', 'seed=1..2'], 2, 'do not go together'],
    [['my.json', '--most', '1'], 2, 'whole number from 2'],
    [['nothing.json'], 4, 'no such file'],
  ])('%j: exit code %i, "%s"', (words, code, message) => {
    const ran = lvsSim(['size', ...words], folder)
    expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(message)])
  })
})

describe('run --until', () => {
  const until = ['--until', 'web.latency.p99 within 20%', '--set', 'realServers.rs.count=8']

  test('gives the same bytes with one worker and with two', () => {
    const files = [1, 2].map((workers) => {
      const out = `until-${workers}`
      const words = ['run', 'my.json', '-q', '-o', out, '-j', `${workers}`, ...until]
      expect(lvsSim(words, folder).code).toBe(0)
      return filesBelow(join(folder, out), /run\.json/)
    })
    expect(files[0]!.size).toBeGreaterThan(15)
    expect(files[0]).toEqual(files[1])
  })

  test('says when the most replications were not enough: exit code 5', () => {
    const ran = lvsSim(['run', 'my.json', '-q', '-n', '3', '--until', 'web.loss within 0%'], folder)
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('never be reached')])
    const few = ['-n', '3', '--until', 'web.latency.mean within 0.01%']
    const short = lvsSim(['run', 'my.json', '-q', ...few], folder)
    expect([short.code, short.err]).toEqual([5, expect.stringContaining('needs more than 3')])
  })

  test('a wrong metric is told before anything runs', () => {
    const ran = lvsSim(['run', 'my.json', '--until', 'web.latency.p98 within 2%'], folder)
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('no metric')])
  })
})
