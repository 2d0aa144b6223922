// The sentence on what limits: room, no room, or a cause that no wire and no core has.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Bottleneck, Measured, Summary } from '../../src/measure/summary.ts'
import { summaryText, verdictText } from '../../src/report/terminal.ts'
import { ROOT } from '../support/built.ts'

const LOOK = { colour: false, unicode: true, width: 100 }
const kept = JSON.parse(
  readFileSync(join(ROOT, 'results/01-one-server/summary.json'), 'utf8'),
) as Summary

const one = (mean: number): Measured => ({ mean, low: null, high: null, n: 1, unit: '1' })
const rate = (mean: number): Measured => ({ ...one(mean), unit: 'pps' })

/** One phase of 1,000 requests per second: what was delivered of them, and what failed. */
function summary(delivered: number, lost: number, more: Partial<Bottleneck>): Summary {
  const web = kept.services['web']!
  const [phase] = web.phases as [string]
  const own = {
    ...{ offered: { [phase]: rate(1000) }, delivered: { [phase]: rate(delivered) } },
    ...{ loss: { [phase]: one(lost) }, unfinished: { [phase]: one(1000 - delivered) } },
  }
  const bottleneck: Bottleneck = {
    ...{ at: 'lb1', resource: 'cpu', utilisation: 0.25, phase, note: '', ties: [] },
    ...{ fullAtPps: null, room: null, ...more },
  }
  return { ...kept, services: { web: { ...web, ...own } }, bottleneck }
}

describe('what limits', () => {
  const connections = { failing: [{ at: 'rs*', cause: 'connection limit' }] }
  const policer = { failing: [{ at: 'r.wan policer', cause: 'beyond the rate' }] }
  const cases: [string, Summary, RegExp][] = [
    [
      'room',
      summary(1000, 0, { fullAtPps: 4000, room: 3 }),
      /lb1 cpu\. Room: 4\.0 times this load/,
    ],
    [
      'full and lost',
      summary(900, 0.1, { room: 0 }),
      /lb1 cpu\. No room: it is full\. Requests are/,
    ],
    ['full and queued', summary(1000, 0, { room: 0 }), /it is full\. Answers of \w+ come too late/],
    [
      'lost of something else',
      summary(900, 0.1, connections),
      /something else\. Requests are lost in \w+: connection limit at rs\*\. lb1 cpu is the busi/,
    ],
    [
      'open at the end',
      summary(900, 0, connections),
      /Requests of \w+ were still open at the end: connection limit at rs\*/,
    ],
    [
      'policed',
      summary(1000, 0, policer),
      /Packets are dropped in \w+: beyond the rate at r\.wan p/,
    ],
  ]
  test.each(cases)('%s', (_, own, text) => {
    const said = summaryText(own, LOOK).replace(/\s+/g, ' ')
    expect(said).toMatch(text)
    expect(said.includes('Room:')).toBe(own.bottleneck!.fullAtPps !== null)
  })
})

test('a verdict that hangs on open requests asks for a longer cooldown, not for more runs', () => {
  const own = summary(900, 0, {})
  const threshold = {
    ...{ metric: 'web.loss', phase: own.bottleneck!.phase, check: 'ratio < 1%' },
    ...{ statistic: 'ratio', limit: 0.01, verdict: 'close' as const },
    measured: { mean: 0, low: 0, high: 0.1, n: 5, unit: '1' as const },
  }
  const said = (limit: number) =>
    verdictText({ ...own, thresholds: [{ ...threshold, limit }] }, LOOK).replace(/\s+/g, ' ')
  expect(said(0.01)).toContain('a longer cooldown would tell')
  // Were all open ones to fail, 10 % would be lost: this limit is for chance to decide.
  expect(said(0.11)).toContain('more replications would tell')
})

test('the largest latency of several runs is said to be that of one', () => {
  expect(summaryText(kept, LOOK)).toMatch(/p99\.9 +max of a run/)
  expect(summaryText({ ...kept, replications: 1 }, LOOK)).toMatch(/p99\.9 +max$/m)
})
