// Several services with load from replications to report: each has its own numbers, its thresholds,
// its limits, and can be asked for by name.
import { beforeAll, describe, expect, test } from 'vitest'
import { readListing, type Listing } from '../../src/ipvsadm/read-listing.ts'
import type { BesideReal } from '../../src/measure/beside-real.ts'
import type { Summary } from '../../src/measure/summary.ts'
import { summaryText } from '../../src/report/terminal.ts'
import { theoryTable } from '../../src/report/theory-table.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { besideReal } from '../../src/study/beside-real.ts'
import { compare, type Side } from '../../src/study/compare.ts'
import { knownIn, readMetricName } from '../../src/study/metric-names.ts'
import { readingsOf } from '../../src/study/readings.ts'
import { simulate, type Simulated } from '../../src/study/simulate.ts'
import { readPrecision, simulateUntil, type Precision } from '../../src/study/until.ts'
import { theory } from '../../src/theory/theory.ts'
import { load } from '../support/scenario-text.ts'

type Json = Record<string, unknown>

const OPTIONS = { version: '0', workers: 1 }
const TITLE = 'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes'

/** Web on group a, db on group b, the same clients and director. */
function scenario(changes: Json = {}, perRequest: unknown = '1ms'): Scenario {
  const document = {
    format: 'lvs-sim/1',
    name: 'two-services',
    time: { replications: 3, cooldown: '100ms' },
    links: { lan: {} },
    clients: { users: { count: 2, addresses: 64, flows: 256 } },
    directors: { lb1: { cpu: { cores: 1 } } },
    realServers: {
      a: { count: 2, cpu: { cores: 1, perRequest } },
      b: { count: 2, address: '10.0.0.51', cpu: { cores: 1, perRequest: '2ms' } },
    },
    services: {
      web: { vip: '10.0.0.10:53', realServers: ['a'] },
      db: { vip: '10.0.0.9:53', realServers: ['b'] },
    },
    workload: {
      to: 'web',
      services: { db: { rates: { steady: '300pps', busy: '100pps' } } },
      phases: [
        { name: 'steady', for: '2s', rate: '400pps' },
        { name: 'busy', for: '2s', rate: '800pps' },
      ],
    },
    thresholds: {
      'db.loss': { check: 'ratio < 1%', phase: 'steady' },
      'db.delivered': { check: 'mean > 1kpps', phase: 'steady' },
    },
    ...changes,
  }
  return load(JSON.stringify(document)).scenario
}

describe('a run', () => {
  let summary: Summary
  let run: Simulated

  beforeAll(async () => {
    run = await simulate(scenario(), OPTIONS)
    summary = run.summary!
  })

  test('has the numbers of each service', () => {
    expect(Object.keys(summary.services)).toEqual(['web', 'db'])
    const { web, db } = summary.services
    for (const [service, phase, pps] of [
      [web!, 'steady', 400],
      [web!, 'busy', 800],
      [db!, 'steady', 300],
      [db!, 'busy', 100],
    ] as const) {
      // Of a Poisson count over 6 s.
      const { mean } = service.offered[phase]!
      expect(Math.abs(mean - pps), `${phase} ${pps}`).toBeLessThan(5 * Math.sqrt(pps / 6))
      expect(service.loss[phase]!.mean).toBe(0)
    }
    expect(web!.latency['steady']!.p50.mean).toBeGreaterThan(0.001)
    expect(db!.latency['steady']!.p50.mean).toBeGreaterThan(0.002)
    expect(web!.fairness['whole']!.servers.map(({ host }) => host)).toEqual(['a1', 'a2'])
    expect(db!.fairness['whole']!.servers.map(({ host }) => host)).toEqual(['b1', 'b2'])
  })

  test('is judged by the thresholds of each', () => {
    expect(summary.thresholds.map(({ metric, verdict }) => [metric, verdict])).toEqual([
      ['db.loss', 'pass'],
      ['db.delivered', 'fail'],
    ])
    expect(summary.verdict).toBe('fail')
  })

  test('is tight where the sum of the loads is highest, and has room for that many times', () => {
    const { phase, utilisation, fullAtPps } = summary.bottleneck!
    expect(phase).toBe('busy')
    const { web, db } = summary.services
    const offered = web!.offered['busy']!.mean + db!.offered['busy']!.mean
    expect(fullAtPps! * utilisation).toBeCloseTo(offered, 6)
  })

  test('stands beside the limits of each, where the other has what they leave room for', () => {
    const { further, ...web } = summary.theory!
    expect(web).toMatchObject({ mostPps: 2000, disagrees: false })
    expect(further!['db']).toMatchObject({ mostPps: 1000, disagrees: false })
    // Web leaves room for 300 of db, which are there in the first phase, and db for 800 of web.
    expect(web.text).toBe('arithmetic and simulation agree')
    expect(further!['db']!.text).toBe('arithmetic and simulation agree')
  })

  // What is tight does not fit in 80 columns of one service either.
  test.each([
    [80, ['THROUGHPUT', 'LATENCY', 'FAIRNESS', 'THEORY']],
    [100, ['THROUGHPUT', 'LATENCY', 'FAIRNESS', 'WHERE IT IS TIGHT', 'THEORY']],
  ])('is told in %i columns', (width, sections) => {
    const look = { colour: false, unicode: true, width }
    const text = summaryText(summary, look, run.replications)
    const table = theoryTable([{ label: null, theory: theory(scenario()) }], look)
    const told = sections.map((name) => text.slice(text.indexOf(name)).split('\n\n')[0]!)
    for (const line of [...told, table].flatMap((part) => part.split('\n'))) {
      expect(line.length, line).toBeLessThanOrEqual(width)
    }
    for (const part of told.slice(0, 3)) {
      expect(part).toMatch(/^ {2}web steady /m)
      expect(part).toMatch(/^ {2}db busy /m)
    }
    expect(text.replace(/\s+/g, ' ')).toContain('in all), then it is full')
    expect(table).toContain('resource, for db')
  })

  test('stands beside the counters of a real director, of the service that it lists', () => {
    const rows = ['10.0.0.51:53', '10.0.0.52:53'].map((end) => `  -> ${end} 0 500 0 0 0`)
    const text = [TITLE, 'UDP  10.0.0.9:53 0 1000 0 0 0', ...rows].join('\n')
    const given = { label: 'here', scenario: scenario(), summary, replications: run.replications }
    const beside = besideReal(given, readListing(text) as Listing, { overSeconds: null })
    expect(beside).toMatchObject({ service: 'db', realCount: 1000 })
    const { servers } = beside as BesideReal
    expect(servers.map(({ host }) => host)).toEqual(['b1', 'b2'])
    // 800 requests on flows that both servers have as many of.
    for (const { simulatedShare } of servers) {
      expect(Math.abs(simulatedShare.mean - 0.5)).toBeLessThan(0.15)
    }
  })

  test('can be read by name', () => {
    const names = readingsOf(run.replications, scenario()).map(
      ({ service, metric, phase, values }) => `${service}.${metric} ${phase} ${values.size}`,
    )
    expect(names).toContain('web.latency.p99 steady 3')
    expect(names).toContain('db.latency.p99 steady 3')
    expect(names).toContain('db.fairness.jain whole 3')
    expect(new Set(names).size).toBe(names.length)
  })
})

test('limits that leave room for a load that is never there are not compared', async () => {
  const workload = {
    to: 'web',
    services: { db: { rates: { calm: '0pps', rush: '0pps..900pps', end: '300pps' } } },
    phases: [
      { name: 'calm', for: '1s', rate: '400pps' },
      { name: 'rush', for: '1s', rate: '400pps' },
      { name: 'end', for: '1s', rate: '0pps..400pps' },
    ],
  }
  const { summary } = await simulate(scenario({ workload, thresholds: {} }), OPTIONS)
  expect(summary!.theory!.text).toMatch(/^in no steady phase do the other services/)
})

describe('names on the command line', () => {
  const known = knownIn(scenario())

  test.each([
    ['db.loss steady', { service: 'db', metric: 'loss', phase: 'steady' }],
    ['web.latency.p99', { service: 'web', metric: 'latency.p99', phase: null }],
    ['db.fairness.jain whole', { service: 'db', metric: 'fairness.jain', phase: 'whole' }],
  ])('%s', (words, expected) => {
    expect(readMetricName(words, known)).toEqual(expected)
  })

  test.each([
    ['dbs.loss', 'there is no metric "dbs.loss"', 'Did you mean db.loss?'],
    ['db.loss stedy', 'there is no phase "stedy"', 'Did you mean steady?'],
    ['db.latency.p9', 'there is no metric "db.latency.p9"', 'There are db.latency.mean, '],
  ])('%s is none', (words, message, hint) => {
    const wrong = readMetricName(words, known)
    expect(wrong).toMatchObject({ message })
    expect((wrong as { hint: string }).hint).toContain(hint)
  })
})

test('replications are added until the service that is meant is precise enough', async () => {
  const given = scenario({}, { kind: 'exponential', mean: '1ms' })
  const read = (text: string) => readPrecision(text, knownIn(given)) as Precision
  const countOf = async (text: string) =>
    (await simulateUntil(given, [read(text)], 40, OPTIONS)).replications.length
  // The latency of db, whose work is always the same, is sure long before that of web.
  expect(await countOf('db.latency.mean steady within 4%')).toBe(10)
  expect(await countOf('web.latency.mean steady within 0.5%')).toBeGreaterThan(10)
})

test('a comparison has the differences of both, and tells them apart', async () => {
  const side = async (label: string, given: Scenario): Promise<Side> => {
    const { summary, replications } = await simulate(given, OPTIONS)
    return { label, scenario: given, summary: summary!, replications }
  }
  const [slow, fast] = [await side('slow', scenario()), await side('fast', scenario({}, '0.5ms'))]
  const { differences } = compare(slow, fast)!
  const of = (metric: string) =>
    differences.find((each) => each.metric === metric && each.phase === 'steady')!
  expect(of('web.latency.mean').shown).toBe(true)
  expect(of('db.latency.mean')).toMatchObject({ shown: false, difference: { mean: 0 } })
})
