import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Summary, ThresholdResult } from '../../src/measure/summary.ts'
import { summaryText, verdictText } from '../../src/report/terminal.ts'
import { ROOT } from '../support/built.ts'

const RESULTS = join(ROOT, 'results')
const kept = readdirSync(RESULTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.before'))
  .map(({ name }) => name)

function read(name: string): Summary {
  return JSON.parse(readFileSync(join(RESULTS, name, 'summary.json'), 'utf8')) as Summary
}

const ASCII = { colour: false, unicode: false, width: 100 }
const UNICODE = { colour: false, unicode: true, width: 100 }

describe.each(kept)('the summary of %s', (name) => {
  const summary = read(name)

  test('fits in 100 columns, thresholds first and the verdict last', () => {
    const lines = summaryText(summary, UNICODE).trimEnd().split('\n')
    expect(lines.filter((line) => line.length > 100)).toEqual([])
    expect(lines[0]).toContain(name)
    expect(lines.join('\n').endsWith(`\n${verdictText(summary, UNICODE)}`)).toBe(true)
    const headings = lines
      .filter((line) => /^[A-Z]{4}/.test(line))
      .map((line) => line.split(' ')[0])
    expect(headings.at(0)).toBe(summary.thresholds.length > 0 ? 'THRESHOLDS' : 'THROUGHPUT')
  })

  test('fits with phases of long names, too', () => {
    const text = JSON.stringify(summary)
    // 'after' is also what other things of a summary are called.
    const phases = Object.values(summary.services)[0]!.phases.filter((phase) => phase !== 'after')
    const long = phases.reduce(
      (all, phase) =>
        all.replaceAll(`"${phase}"`, `"${phase}-a-rather-long-phase-name-with-many-parts"`),
      text,
    )
    const lines = summaryText({ ...(JSON.parse(long) as Summary), timeline: [] }, UNICODE)
    expect(lines.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect(lines.replace(/\s+/g, '')).toContain('-a-rather-long-phase-name-with-many-parts')
  })

  test('is plain ASCII where the terminal is not UTF-8', () => {
    expect(summaryText({ ...summary, title: '' }, ASCII)).toMatch(/^[\n -~]*$/)
  })

  test('has no colour codes unless asked for', () => {
    expect(summaryText(summary, UNICODE)).not.toContain('\u001b')
    expect(summaryText(summary, { ...UNICODE, colour: true })).toContain('\u001b')
  })
})

describe('the verdict', () => {
  const threshold = (verdict: ThresholdResult['verdict']): ThresholdResult => ({
    metric: 'web.loss',
    phase: 'steady',
    check: 'ratio < 4%',
    statistic: 'ratio',
    measured:
      verdict === 'not measured' ? null : { mean: 0.0621, low: 0.05, high: 0.07, n: 5, unit: '1' },
    limit: 0.04,
    verdict,
  })
  const having = (pass: boolean, ...verdicts: ThresholdResult['verdict'][]) =>
    verdictText(
      { ...read(kept[0]!), name: 'my', pass, thresholds: verdicts.map(threshold) },
      UNICODE,
    )

  test.each([
    [true, [], 'my PASSED: no thresholds were set.'],
    [true, ['pass', 'pass'], 'my PASSED all 2 thresholds.'],
    [
      false,
      ['pass', 'fail'],
      'my FAILED 1 of 2 thresholds: web.loss in steady is 6.2 ± 1.0%, wanted ratio < 4%.',
    ],
  ] as [boolean, ThresholdResult['verdict'][], string][])('%s %s', (pass, verdicts, text) => {
    expect(having(pass, ...verdicts)).toBe(text)
  })

  test('close and not measured say so', () => {
    expect(having(true, 'close')).toContain('more replications would tell')
    expect(having(false, 'close')).toContain('FAILED')
    expect(having(true, 'not measured')).toContain('its phase was not reached')
  })

  test.each([
    [[], 'my INCOMPLETE: 6 replications did not reach web.latency.p99 within 2%.'],
    [
      ['pass'],
      'my INCOMPLETE, passed its threshold: 6 replications did not reach web.latency.p99 ' +
        'within 2%.',
    ],
    [
      ['fail'],
      'my FAILED 1 of 1 threshold: web.loss in steady is 6.2 ± 1.0%, wanted ratio < 4%. ' +
        '6 replications did not reach web.latency.p99 within 2%.',
    ],
  ] as [ThresholdResult['verdict'][], string][])('%s, and not so precise', (verdicts, text) => {
    const until = { wanted: ['web.latency.p99 within 2%'], reached: false, lookedAt: [6] }
    const more = { name: 'my', replications: 6, thresholds: verdicts.map(threshold), until }
    const said = verdictText({ ...read(kept[0]!), ...more }, UNICODE)
    expect(said.replace(/\s+/g, ' ')).toBe(text)
  })

  test('without an interval says so, or by what it was decided', () => {
    const measured = { mean: 1.07e-3, low: null, high: null, n: 3, unit: 's' } as const
    const p99 = { metric: 'web.latency', check: 'p99 < 1ms', measured, statistic: 'p99' }
    const having = (more: Pick<ThresholdResult, 'verdict' | 'decidedBy'>) =>
      verdictText(
        {
          ...{ ...read(kept[0]!), name: 'my', pass: more.verdict === 'close' },
          thresholds: [{ ...p99, phase: 'steady', limit: 1e-3, ...more }],
        },
        { ...UNICODE, width: 1000 },
      )
    expect(having({ verdict: 'close' })).toBe(
      'my PASSED, 1 of 1 threshold close: web.latency in steady is 1.07ms without an interval, ' +
        'wanted p99 < 1ms: more replications would tell.',
    )
    expect(having({ verdict: 'fail', decidedBy: { statistic: 'p90', low: 1.02e-3 } })).toBe(
      'my FAILED 1 of 1 threshold: web.latency in steady is 1.07ms (no interval, but p90 is ' +
        '1.02ms or more), wanted p99 < 1ms.',
    )
  })
})
