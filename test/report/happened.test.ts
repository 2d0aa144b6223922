// What happened, and how long it took to be found out, as the terminal tells it.
import { describe, expect, test } from 'vitest'
import type { HappenedEvent, ReplicationResult } from '../../src/measure/replication.ts'
import type { Summary } from '../../src/measure/summary.ts'
import { inkOf } from '../../src/report/look.ts'
import { foundOut, happened } from '../../src/report/sections/happened.ts'
import type { Page } from '../../src/report/sections/section.ts'
import { foundOf } from '../../src/study/found.ts'
import { replicationFixture } from '../support/replication-fixture.ts'

const MS = 1_000_000_000
const LOOK = { colour: false, unicode: true, width: 100 }

function pageOf(summary: Partial<Summary>): Page {
  return { summary: summary as Summary, look: LOOK, ink: inkOf(LOOK), phases: [] }
}

const event = (ms: number, text: string, kind: HappenedEvent['kind'] = 'check') => {
  return { atPs: ms * MS, text, ...(kind === undefined ? {} : { kind }) }
}

describe('what happened', () => {
  test('nothing says nothing', () => {
    expect(happened(pageOf({ timeline: [] }))).toEqual([])
  })

  test('everything while it is little; long lines are folded', () => {
    const timeline = [event(1, 'rs3 went down', 'fault'), event(2.25, 'word '.repeat(30), 'ipvs')]
    const [heading, ...lines] = happened(pageOf({ timeline }))
    expect(heading).toBe('WHAT HAPPENED (replication 1)')
    expect(lines[0]).toBe('  1.0ms  rs3 went down')
    expect(lines).toHaveLength(3)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100)
  })

  test('of much the beginning and the end, without changes of IPVS', () => {
    const timeline = Array.from({ length: 40 }, (_, index) => [
      event(index, `check ${index}`),
      event(index, `change ${index}`, 'ipvs'),
    ]).flat()
    const lines = happened(pageOf({ timeline }))
    expect(lines).toHaveLength(1 + 24 + 1)
    expect(lines.join('\n')).not.toContain('change')
    expect([lines[1], lines[24]]).toEqual(['  0.0ms  check 0', '  39.0ms  check 39'])
    expect(lines[25]).toBe('  and 56 events more: events.csv has them all')
  })
})

describe('how long it took to find out', () => {
  const found = (number: number, ...ms: number[]): ReplicationResult => {
    const timeline = ms.map((after, index) => ({
      ...event(index, 'lb1 checks: rs3 of web is down'),
      ...{ found: 'rs3 of web is down', afterPs: after * MS },
    }))
    return replicationFixture(number, [], { timeline })
  }

  test('over replications, in each the first time', () => {
    const [only, ...more] = foundOf([found(1, 100, 900), found(2, 300), found(3)])
    expect(more).toEqual([])
    expect(only).toMatchObject({ what: 'rs3 of web is down', times: 2, after: { mean: 0.2, n: 2 } })
    const lines = foundOut(pageOf({ found: [only!], replications: 3 }))
    expect(lines[0]).toMatch(/^FOUND OUT\s+after\s+replications$/)
    expect(lines[1]).toMatch(/^ {2}rs3 of web is down\s+200.*in 2 of 3$/)
  })

  test('nothing was found', () => {
    expect(foundOf([found(1)])).toEqual([])
    expect(foundOut(pageOf({ replications: 1 }))).toEqual([])
  })
})
