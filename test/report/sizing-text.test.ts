// What `size` prints: what has no interval is marked, and no line is longer than the look allows.
import { expect, test } from 'vitest'
import type { Sizing, SizingPoint } from '../../src/measure/sizing.ts'
import type { Measured, ThresholdResult } from '../../src/measure/summary.ts'
import { sizingText } from '../../src/report/sizing-text.ts'

const LOOK = { colour: false, unicode: true, width: 100 }
const PATH = 'workload.phases.a-rather-long-phase-name.rate'

const p99 = (measured: Measured, more: Partial<ThresholdResult> = {}): ThresholdResult => ({
  ...{ metric: 'web.latency', phase: 'a-rather-long-phase-name', check: 'p99 < 1ms' },
  ...{ statistic: 'p99', measured, limit: 1e-3, verdict: 'pass', ...more },
})
const known: Measured = { mean: 782e-6, low: 694e-6, high: 870e-6, n: 12, unit: 's' }
const unsure: Measured = { mean: 2.42e-3, low: null, high: null, n: 3, unit: 's' }
const decided = { verdict: 'fail', decidedBy: { statistic: 'p90', low: 1.1e-3 } } as const

const point = (value: string, ...thresholds: ThresholdResult[]): SizingPoint => ({
  ...{ value, replications: 12, verdict: thresholds[0]!.verdict as 'pass', thresholds },
})

const sizing = (answer: string | null, ...evidence: SizingPoint[]): Sizing => ({
  ...{ schema: 'lvs-sim-sizing/1', name: 'my', seed: 'a', version: '0', path: PATH },
  ...{ from: '1kpps', to: '20kpps', asked: 'highest', answer, confidence: 0.95, evidence },
  ...{ limits: null, notes: [] },
})

test('a value without an interval has a sign, and what decided it is told', () => {
  const text = sizingText(
    sizing('1kpps', point('1kpps', p99(known)), point('20kpps', p99(unsure, decided))),
    LOOK,
    false,
  )
  expect(text).toMatch(/^ {2}20kpps +2\.42ms \? /m)
  expect(text).toContain('  ? no interval: ')
  expect(text.replace(/\s+/g, ' ')).toContain(
    '20kpps is decided by p90 of web.latency in a-rather-long-phase-name: 1.10ms or more',
  )
})

test('where all have intervals there is no such sign', () => {
  expect(sizingText(sizing('1kpps', point('1kpps', p99(known))), LOOK, false)).not.toContain('?')
})

test.each(['1kpps', null])('the answer %s is folded', (answer) => {
  const text = sizingText(sizing(answer, point('1kpps', p99(known))), { ...LOOK, width: 80 }, true)
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  const words = answer === null ? `NO ANSWER ${PATH}: nothing from` : `ANSWER ${PATH}=1kpps is the`
  expect(text.replace(/\s+/g, ' ')).toContain(words)
  expect(text).toMatch(/\n {2}\S.*\.\n$/)
})

test.each([1, 2, 3, 5])('%i thresholds, the same in 100 columns', (count) => {
  const values = ['1kpps', '20kpps']
  const evidence = values.map((value) => point(value, ...Array(count).fill(p99(known))))
  const text = sizingText(sizing('1kpps', ...evidence), LOOK, false)
  const lines = text.split('\n')
  expect(lines.filter((line) => line.length > 100)).toEqual([])
  // Every value stands at the left of each of its blocks, and every threshold in both rows.
  const blocks = lines.filter((line) => line.startsWith('  20kpps')).length
  expect(lines.filter((line) => line.startsWith('  1kpps'))).toHaveLength(blocks)
  expect(text.match(/782 ± 88us/g)).toHaveLength(2 * count)
  expect(text.match(/meets them/g)).toHaveLength(2)
})
