// What the address of a service went through, as a number of the service: in summaries, thresholds,
// comparisons and stopping rules.
import { describe, expect, test } from 'vitest'
import type { OutageResult } from '../../src/measure/outages.ts'
import type { ReplicationResult } from '../../src/measure/replication.ts'
import type { Scenario, ThresholdSpec } from '../../src/scenario/scenario.ts'
import { readAmount } from '../../src/study/amounts.ts'
import { compare, type Side } from '../../src/study/compare.ts'
import { judge, readGate, type Gate } from '../../src/study/gates.ts'
import { readMetricName } from '../../src/study/metric-names.ts'
import { availabilityOf } from '../../src/study/outages.ts'
import { summarise } from '../../src/study/summarise.ts'
import { theory } from '../../src/theory/theory.ts'
import { loadPair } from '../support/director-pair-scenario.ts'
import { phaseFixture, replicationFixture } from '../support/replication-fixture.ts'

const S = 1_000_000_000_000
const { scenario: pair } = loadPair(10)

function outage(seconds: number, more: Partial<OutageResult> = {}): OutageResult {
  return {
    ...{ address: '10.0.0.10', cause: 'lb1 crashes', fromPs: 2 * S, toPs: (2 + seconds) * S },
    ...{ isOver: true, takenBy: 'lb2', detectionPs: null, electionPs: null, arpPs: null },
    connections: { open: 10, kept: 6, reset: 3, stuck: 1, tried: 5, answered: 4, failed: 1 },
    ...more,
  }
}

function replications(...lists: OutageResult[][]): ReplicationResult[] {
  return lists.map((outages, index) => {
    return { ...replicationFixture(index + 1, [phaseFixture()]), outages }
  })
}

function side(label: string, scenario: Scenario, ...lists: OutageResult[][]): Side {
  const results = replications(...lists)
  const own = { ...scenario, time: { ...scenario.time, replications: lists.length } }
  const options = { version: '0', scenarioHash: label, costs: [], strict: false }
  const summary = summarise(own, results, theory(own), options)
  return { label, scenario: own, summary, replications: results }
}

describe('of a service', () => {
  test('lengths are added up and the longest is found, in each replication', () => {
    const other = outage(50, { address: '10.0.0.99' })
    const all = replications([outage(3), outage(1, { cause: 'lb2 crashes' }), other], [outage(2)])
    const { outage: lengths, connections } = availabilityOf(all, pair, 'web')
    expect(lengths!.total).toMatchObject({ mean: 3, n: 2, unit: 's' })
    expect(lengths!.longest).toMatchObject({ mean: 2.5, n: 2, unit: 's' })
    expect(connections!.kept.mean).toBe(9)
    expect(connections!.reset.mean).toBe(4.5)
    expect(connections!.stuck.mean).toBe(1.5)
  })

  test('a replication without any has had 0 s of it', () => {
    const { outage: lengths } = availabilityOf(replications([outage(3)], []), pair, 'web')
    expect([lengths!.total.mean, lengths!.longest.mean]).toEqual([1.5, 1.5])
  })

  test('where no address moves there is nothing to say', () => {
    expect(availabilityOf([replicationFixture(1)], pair, 'web')).toEqual({})
  })
})

function threshold(
  measure: 'outage' | 'connections',
  statistic: ThresholdSpec['statistic'],
  operator: ThresholdSpec['operator'],
  limit: number,
): ThresholdSpec {
  const text = `${statistic} ${operator} ${limit}`
  return { of: 'web', measure, statistic, operator, limit, phase: null, text }
}

test('thresholds', () => {
  const thresholds = [
    threshold('outage', 'longest', '<', 4),
    threshold('outage', 'total', '<', 3),
    threshold('outage', 'total', '<', 2),
    threshold('connections', 'reset', '<', 5),
    threshold('connections', 'kept', '>=', 7),
  ]
  const lists = [[outage(3)], [outage(2.5)], [outage(3.2)]]
  const { summary } = side('a', { ...pair, thresholds }, ...lists)
  expect(summary.thresholds.map(({ metric, phase, verdict }) => [metric, phase, verdict])).toEqual([
    ['web.outage', 'whole', 'pass'],
    ['web.outage', 'whole', 'close'],
    ['web.outage', 'whole', 'fail'],
    ['web.connections', 'whole', 'pass'],
    ['web.connections', 'whole', 'fail'],
  ])
})

describe('compared', () => {
  const base = side('a', pair, [outage(3)], [outage(2)], [outage(2.6)])
  const other = side('b', pair, [outage(2)], [outage(1.1)], [outage(1.5)])
  const comparison = compare(base, other)!

  test('pair by pair: a second less is shown, though replications differ by as much', () => {
    const found = comparison.differences.find(({ metric }) => metric === 'web.outage.total')!
    expect(found.phase).toBe('whole')
    expect(found.difference.mean).toBeCloseTo(-1, 12)
    expect(found.shown).toBe(true)
  })

  test('the same is no difference', () => {
    const found = comparison.differences.find(({ metric }) => metric === 'web.connections.kept')!
    expect(found.difference).toMatchObject({ mean: 0, low: 0, high: 0 })
  })

  test.each([
    ['web.outage.longest > -2s', 'fail'],
    ['web.outage.longest > -500ms', 'pass'],
    ['web.outage.total > +10%', 'pass'],
    ['web.connections.reset > +1', 'pass'],
  ])('%s', (text, verdict) => {
    const gate = readGate(text, { services: ['web'], phases: ['steady'] }) as Gate
    expect(gate).not.toHaveProperty('message')
    const judged = judge(gate, comparison, new Set(['steady']))
    expect(judged.map((each) => [each.phase, each.verdict])).toEqual([['whole', verdict]])
  })
})

test('names and amounts: the whole run, seconds and counts', () => {
  const known = { services: ['web'], phases: ['steady'] }
  expect(readMetricName('web.outage.longest', known)).toMatchObject({ phase: null })
  expect(readMetricName('web.outage.longest whole', known)).toMatchObject({ phase: 'whole' })
  expect(readMetricName('web.outage.longest steady', known)).toMatchObject({
    message: 'there is no phase "steady"',
    hint: 'There are whole.',
  })
  expect(readMetricName('web.outage.longst', known)).toMatchObject({
    hint: 'Did you mean web.outage.longest?',
  })
  expect(readAmount('200ms', 'outage.total')).toEqual({ limit: 0.2, isRelative: false })
  expect(readAmount('10', 'connections.reset')).toEqual({ limit: 10, isRelative: false })
  expect(readAmount('10%', 'connections.reset')).toEqual({ limit: 0.1, isRelative: true })
})
