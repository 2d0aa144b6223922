// Columns of a sweep that are there only where something was found out or an address moves.
import { expect, test } from 'vitest'
import type { PointOutcome } from '../../src/measure/point.ts'
import type { Measured, Summary } from '../../src/measure/summary.ts'
import { SweepTable } from '../../src/report/sweep-table.ts'
import { SweepText } from '../../src/report/sweep-text.ts'

const seconds = (mean: number): Measured => ({ mean, low: mean, high: mean, n: 3, unit: 's' })

function outcome(point: number, more: { found?: Measured; outage?: Measured }): PointOutcome {
  const { found, outage } = more
  const web = {
    ...{ phases: ['steady'], offered: {}, delivered: {}, loss: {}, latency: {}, fairness: {} },
    ...(outage === undefined ? {} : { outage: { total: outage, longest: outage } }),
  }
  const summary = {
    ...{ services: { web }, bottleneck: null, theory: null, thresholds: [], verdict: 'pass' },
    ...(found === undefined ? {} : { found: [{ what: 'rs3 is down', after: found, times: 3 }] }),
  } as unknown as Summary
  const values = [{ text: String(point), number: point }]
  return { point, status: 'done', reason: null, values, summary }
}

const HEAD = { name: 'a', title: 'A', version: '0', seed: 's' }
const AXES = [{ path: 'x', unit: null }]

function lines(...outcomes: PointOutcome[]): string[] {
  const text = new SweepText({ ...HEAD, axes: AXES })
  for (const each of outcomes) text.add(each)
  const all = text.text({ colour: false, unicode: true, width: 100 }).split('\n')
  return all.slice(3, 4 + outcomes.length).map((line) => line.trim().replace(/ {2,}/g, '|'))
}

test('neither', () => {
  expect(lines(outcome(0, {}))[0]).toBe('x|phase|delivered|lost|p99|where it is tight')
})

test('what was found out, and what never was', () => {
  const [head, first, second] = lines(outcome(0, { found: seconds(4) }), outcome(1, {}))
  expect(head).toBe('x|phase|delivered|lost|p99|found out after|where it is tight')
  expect(first).toBe('0|0|steady|4.00 ± 0.00s')
  expect(second).toBe('1|1|steady|never')
})

test('an address that moves', () => {
  const [head, first] = lines(outcome(0, { outage: seconds(3.1) }))
  expect(head).toBe('x|phase|delivered|lost|p99|no service|where it is tight')
  expect(first).toBe('0|0|steady|3.10 ± 0.00s')
})

test('a number without an interval has a sign, told once below the table', () => {
  const found = { ...seconds(4), low: null, high: null }
  const text = new SweepText({ ...HEAD, axes: AXES })
  for (const point of [0, 1]) text.add(outcome(point, { found, outage: seconds(3.1) }))
  const printed = text.text({ colour: false, unicode: true, width: 100 })
  expect(printed.match(/4\.00s \? +3\.10 ± 0\.00s/g)).toHaveLength(2)
  expect(printed.match(/^ {2}\? no interval: .*$/gm)).toHaveLength(1)
  expect(lines(outcome(0, { found: seconds(4) })).join()).not.toContain('?')
})

test('the table has both in base units', () => {
  const table = new SweepTable(AXES)
  table.add(outcome(0, { found: seconds(4), outage: seconds(3.1) }))
  const [head, row] = table
    .text()
    .split('\n')
    .map((line) => line.split(','))
  const value = (name: string) => row![head!.indexOf(name)]
  expect(value('found.rs3 is down_s')).toBe('4')
  expect(value('web.outage.total_s')).toBe('3.1')
  expect(value('web.outage.longest_s_high')).toBe('3.1')
})

test.each([1, 3, 6])(
  '%i axes in 100 columns: the rest goes on below, with the numbers',
  (count) => {
    const axes = Array.from({ length: count }, (_, n) => ({
      path: `a.name-of-axis-${n}`,
      unit: null,
    }))
    const text = new SweepText({ ...HEAD, title: 'A long title. '.repeat(12), axes })
    for (const point of [0, 1]) {
      const values = axes.map(({ path }) => ({ text: `${path} ${point}`, number: null }))
      text.add({ ...outcome(point, { found: seconds(4) }), values })
    }
    const printed = text.text({ colour: false, unicode: true, width: 100 })
    const all = printed.split('\n')
    expect(all.filter((line) => line.length > 100)).toEqual([])
    const numbers = all.filter((line) => /^ {2}[01] /.test(line))
    expect(numbers.length).toBe(count === 1 ? 2 : 4)
    for (const { path } of axes) expect(printed).toContain(`${path} 1`)
    expect(printed.match(/4\.00 ± 0\.00s/g)).toHaveLength(2)
  },
)

test('a phase that all have in common is told above where lines would be too long with it', () => {
  const printed = (name: string) => {
    const axes = [{ path: name, unit: null }]
    const text = new SweepText({ ...HEAD, axes })
    for (const point of [0, 1]) text.add(outcome(point, { found: seconds(4) }))
    return text.text({ colour: false, unicode: true, width: 100 }).split('\n')
  }
  const [, short] = printed('x'.repeat(25))
  expect(short).toBe('lvs-sim 0, seed "s", 2 points')
  const [, long, , head, ...rows] = printed('x'.repeat(43))
  expect(long).toBe('lvs-sim 0, seed "s", 2 points, all of steady')
  expect(head).not.toContain('phase')
  expect(rows.filter((line) => /^ {2}[01] /.test(line))).toHaveLength(2)
})
