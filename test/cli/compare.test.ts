// `lvs-sim compare` as a user meets it: runs from files and folders, gates, and what is told about
// wrong words.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Comparison } from '../../src/measure/comparison.ts'
import { emptyFolder, lvsSim } from '../support/built.ts'

const folder = emptyFolder()
const QUICK = ['--duration', '5ms', '-n', '3']

beforeAll(() => {
  const scenario = {
    format: 'lvs-sim/1',
    name: 'my',
    extends: 'preset:one-director-10g',
    realServers: {
      rs: { count: 2, cpu: { cores: 1, perRequest: { kind: 'exponential', mean: '10us' } } },
    },
    services: { web: { forwarding: 'dr', scheduler: 'rr' } },
    workload: { phases: [{ name: 'steady', for: '5ms', rate: '100kpps' }] },
  }
  writeFileSync(join(folder, 'my.json'), JSON.stringify(scenario))
  const storm = { phases: [{ name: 'storm', for: '5ms', rate: '100kpps' }] }
  writeFileSync(join(folder, 'storm.json'), JSON.stringify({ ...scenario, workload: storm }))
  expect(lvsSim(['run', 'my.json', '-n', '3', '-q'], folder).code).toBe(0)
  const slower = ['--set', 'realServers.rs.cpu.perRequest.mean=12us']
  expect(lvsSim(['run', 'my.json', '-n', '3', '-q', ...slower], folder).code).toBe(0)
  cpSync(join(folder, 'results/my'), join(folder, 'bare'), { recursive: true })
  rmSync(join(folder, 'bare/replications'), { recursive: true })
  cpSync(join(folder, 'results/my'), join(folder, 'damaged'), { recursive: true })
  writeFileSync(join(folder, 'damaged/replications/2.json'), '{"replication": 2, "pha')
  cpSync(join(folder, 'results/my'), join(folder, 'short'), { recursive: true })
  rmSync(join(folder, 'short/replications/3.json'))
  mkdirSync(join(folder, 'foreign'))
  writeFileSync(join(folder, 'real.txt'), 'hello\n')
})

test('a name alone is the run before against the run now, in pairs', () => {
  const { code, out } = lvsSim(['compare', 'my', '--json'], folder)
  expect(code).toBe(0)
  const comparison = JSON.parse(out) as Comparison
  expect(comparison).toMatchObject({ pairing: 'pairs', n: 3, base: { label: 'my.before' } })
  const mean = comparison.differences.find((one) => one.metric === 'web.latency.mean')!
  expect(mean).toMatchObject({ shown: true, change: { unit: '1', n: 3 } })
  expect(mean.difference.low).toBeGreaterThan(0)
})

test('from folders it says what it says from scenarios', () => {
  const stored = lvsSim(['compare', 'results/my.before', 'results/my', '--json'], folder)
  const vary = ['--vary', 'realServers.rs.cpu.perRequest.mean=10us,12us']
  const fresh = lvsSim(['compare', 'my.json', ...vary, '-n', '3', '--json'], folder)
  expect(fresh.code).toBe(0)
  expect(JSON.parse(fresh.out).differences).toEqual(JSON.parse(stored.out).differences)
})

test('text names what differs and what does not; Markdown is a table', () => {
  const text = lvsSim(['compare', 'my'], folder).out
  expect(text).toMatch(/WHAT DIFFERS.*\n(.*\n)*.*web\.latency\.mean steady/)
  expect(text).toMatch(/no difference shown: .*web\.offered/)
  const markdown = lvsSim(['compare', 'my', '--format', 'markdown'], folder).out
  expect(markdown).toMatch(/^\| --- \| ---: \| ---: \| ---: \|$/m)
})

test('several values are each compared with the first', () => {
  const vary = ['--vary', 'services.web.scheduler=rr,wlc,sh']
  const { out } = lvsSim(['compare', 'my.json', ...vary, ...QUICK, '--json'], folder)
  const { comparisons } = JSON.parse(out) as { comparisons: Comparison[] }
  expect(comparisons.map(({ base, other }) => `${base.label} ${other.label}`)).toEqual([
    'rr wlc',
    'rr sh',
  ])
})

test.each([
  ['web.latency.mean > +1%', 99],
  ['web.latency.mean > +900%', 0],
  ['web.latency.mean steady > +100ns', 99],
])('--fail-on %s: exit code %i', (gate, code) => {
  const ran = lvsSim(['compare', 'my', '-q', '--fail-on', gate], folder)
  expect(ran.code).toBe(code)
  expect(ran.out).toMatch(code === 99 ? /^FAILED/ : /^passed/)
})

describe('wrong words', () => {
  test.each([
    [['my.json'], 2, 'alone is nothing to compare'],
    [['nothing'], 2, 'no folder results/nothing'],
    [['results/nothing'], 2, 'no folder results/nothing'],
    [['nothing.json', 'my.json'], 4, 'no such file'],
    [['results/my', 'storm.json'], 2, 'no service and phase in common'],
    [['my.json', 'my.json', '--vary', 'seed=a,b'], 2, 'one scenario, not two'],
    [['results/my', '--vary', 'seed=a,b'], 2, 'not a folder'],
    [['my.json', '--vary', 'services.web.scheduler=rr'], 2, 'two values or more'],
    [['my.json', '--vary', 'services.web.scheduler'], 2, 'PATH=A,B,C'],
    [['my.json', '--vary', 'services.web.schedular=rr,wlc'], 3, 'did you mean "scheduler"'],
    [['my.json', '--vary', 'realServers.rx.count=1,2'], 2, 'Did you mean realServers.rs'],
    [
      ['my.json', '--vary', 'services.web.scheduler=rr,wlb'],
      3,
      '--vary services.web.scheduler=wlb',
    ],
    [['my', '--fail-on', 'web.latency.p98 > 5%'], 2, 'no metric'],
    [['my', '--fail-on', 'web.latency.p99 stedy > 5%'], 2, 'Did you mean steady'],
    [['results/my.before', 'results/my', '-n', '2'], 2, '--replications does not go with results'],
    [['results/my.before', 'results/my', '--set', 'seed=b'], 2, '--set does not go with results'],
    [['results/my.before', 'results/my', '--duration', '1ms'], 2, '--duration does not go'],
    [['my', '--seed', 'b'], 2, '--seed does not go with results'],
    [['my', '--load', '2kpps'], 2, '--load does not go with results'],
    [['my.json', 'storm.json', '--load', '2kpps'], 2, '--load goes with rules'],
    [['bare', 'results/my'], 4, 'holds no replications'],
    [['damaged', 'results/my'], 3, 'replications/2.json is damaged'],
    [['short', 'results/my'], 4, 'holds 2 replications, its summary speaks of 3'],
    [['foreign', 'results/my'], 4, 'cannot read foreign/summary.json'],
    [['results/my', '--with', 'real.txt'], 3, 'no listing with counters'],
    [['my.json', '--with', 'real.txt'], 2, 'takes a folder of results'],
    [['results/my', 'bare', '--with', 'real.txt'], 2, 'do not go together'],
    [
      ['results/my', '--with', 'real.txt', '--over', '0s'],
      2,
      '--over must be more than 0, got "0s"',
    ],
    [['my', '--format', 'html'], 2, 'text or markdown or json'],
  ])('%j: exit code %i, "%s"', (words, code, message) => {
    const ran = lvsSim(['compare', ...words], folder)
    expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(message)])
    expect(ran.out).toBe('')
  })
})
