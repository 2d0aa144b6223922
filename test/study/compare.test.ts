// Two runs beside each other: pairs on common random numbers, independent runs, gates, and a real
// director's counters.
import { describe, expect, test } from 'vitest'
import { readListing, type Listing } from '../../src/ipvsadm/read-listing.ts'
import type { Comparison, Difference } from '../../src/measure/comparison.ts'
import type { ReplicationResult } from '../../src/measure/replication.ts'
import { runReplications } from '../../src/study/replications.ts'
import { besideReal } from '../../src/study/beside-real.ts'
import { compare, type Side } from '../../src/study/compare.ts'
import { judge, readGate, type Gate } from '../../src/study/gates.ts'
import { summarise } from '../../src/study/summarise.ts'
import { theory } from '../../src/theory/theory.ts'
import {
  phaseFixture,
  replicationFixture,
  type PhaseFixture,
} from '../support/replication-fixture.ts'
import { scenarioFixture } from '../support/scenario-fixture.ts'

function side(label: string, phases: PhaseFixture[], seed = 'fixture'): Side {
  const scenario = scenarioFixture({ durationMs: 100, ratePps: 10_000, servers: 2 })
  scenario.seed = seed
  scenario.time.replications = phases.length
  const replications: ReplicationResult[] = phases.map((options, index) =>
    replicationFixture(index + 1, [phaseFixture(options)]),
  )
  const options = { version: '0', scenarioHash: label, costs: [], strict: false }
  const summary = summarise(scenario, replications, theory(scenario), options)
  return { label, scenario, summary, replications }
}

const latencies = (...values: number[]): PhaseFixture[] =>
  values.map((us) => ({ latencyPs: () => us * 1_000_000 }))

function of(comparison: Comparison | null, metric: string): Difference {
  return comparison!.differences.find((one) => one.metric === `web.${metric}`)!
}

describe('pairs', () => {
  const before = side('before', latencies(50, 80, 65))
  const after = side('after', latencies(51, 81, 66.5))

  test('what chance did to both cancels: 1 us more is shown though runs differ by 30 us', () => {
    const mean = of(compare(before, after), 'latency.mean')
    expect(mean.difference.mean).toBeCloseTo(3.5e-6 / 3, 12)
    expect(mean.shown).toBe(true)
    expect(mean.change!.mean).toBeCloseTo(3.5 / 195, 9)
    expect(mean.before.high! - mean.before.low!).toBeGreaterThan(30e-6)
  })

  test('other seeds are independent runs, say so, and cannot show it', () => {
    const comparison = compare(before, side('other', latencies(51, 81, 66.5), 'another'))
    expect(comparison!.pairing).toBe('independent')
    expect(of(comparison, 'latency.mean').shown).toBe(false)
    expect(comparison!.notes.join()).toContain('the seeds differ')
  })

  test('what is surest to differ much comes first, what is not shown last', () => {
    const { differences } = compare(before, after)!
    const shown = differences.map((one) => one.shown)
    expect(shown.indexOf(false)).toBeGreaterThan(0)
    expect(shown.lastIndexOf(true)).toBe(shown.indexOf(false) - 1)
    const least = differences
      .filter((one) => one.shown)
      .map(({ change, difference }) => {
        const { low, high } = change ?? difference
        return Math.min(Math.abs(low!), Math.abs(high!))
      })
    expect(least).toEqual([...least].sort((a, b) => b - a))
  })

  test('quantiles that differ by less than the histogram knows are not shown to', () => {
    const near = side('near', latencies(50.1, 80.16, 65.13))
    expect(of(compare(before, near), 'latency.p99').shown).toBe(false)
    expect(of(compare(before, near), 'latency.mean').shown).toBe(true)
  })

  test('a run beside itself is the same, number by number', () => {
    const comparison = compare(before, before)!
    expect(comparison.identical).toBe(true)
    expect(comparison.differences.every(({ shown }) => !shown)).toBe(true)
  })

  test('only replications of the same number are pairs', () => {
    const short: Side = { ...after, replications: after.replications.slice(1) }
    expect(of(compare(before, short), 'latency.mean')).toMatchObject({
      difference: { n: 2 },
      before: { mean: expect.closeTo(72.5e-6, 9) },
    })
  })

  test('one replication each shows nothing and says why', () => {
    const comparison = compare(side('a', latencies(50)), side('b', latencies(99)))!
    expect(comparison.differences.some(({ shown }) => shown)).toBe(false)
    expect(comparison.notes.join()).toContain('one replication has no interval')
  })

  test('runs without a phase in common cannot be compared', () => {
    const other = side('other', [{ phase: 'storm' }, { phase: 'storm' }])
    expect(compare(before, other)).toBe(null)
  })

  test('a loss that was not there before has a difference and no change', () => {
    const lossy = side('lossy', [{ failed: 3 }, { failed: 4 }, { failed: 5 }])
    const { change, difference, shown } = of(compare(before, lossy), 'loss')
    expect([change, shown]).toEqual([null, true])
    expect(difference.mean).toBeCloseTo(4 / 1000, 9)
  })
})

describe('common random numbers', () => {
  test('another scheduler meets the same requests, replication by replication', async () => {
    const offered = async (scheduler: string) => {
      const scenario = scenarioFixture({ ratePps: 100_000, servers: 4, scheduler })
      scenario.time.replications = 2
      const results = await runReplications(scenario, { workers: 1 })
      return results.map(({ phases }) => phases.map(({ windows }) => windows.offered))
    }
    const [rr, wlc, sh] = [await offered('rr'), await offered('wlc'), await offered('sh')]
    expect(rr[0]).not.toEqual(rr[1])
    expect(wlc).toEqual(rr)
    expect(sh).toEqual(rr)
  })
})

describe('gates', () => {
  const known = { services: ['web'], phases: ['steady', 'storm'] }
  const base = side('base', latencies(50, 80, 65))
  const verdictOf = (text: string, ...us: number[]) => {
    const gate = readGate(text, known) as Gate
    expect(gate).not.toHaveProperty('message')
    const comparison = compare(base, side('other', latencies(...us)))!
    return judge(gate, comparison, new Set(['steady'])).map(({ verdict }) => verdict)
  }

  test.each([
    ['web.latency.mean > +5%', [50.1, 80.1, 65.1], 'pass'],
    ['web.latency.mean > +5%', [55, 88, 71.5], 'fail'],
    ['web.latency.mean > +5%', [50, 88, 68], 'close'],
    ['web.latency.mean > +1us', [55, 88, 71.5], 'fail'],
    ['web.latency.mean > +20us', [55, 88, 71.5], 'pass'],
    ['web.latency.mean steady < -5%', [45, 72, 58.5], 'fail'],
    ['web.latency.mean < -5%', [50, 80, 65], 'pass'],
    ['web.latency.mean storm > 5%', [99, 99, 99], undefined],
  ])('%s after %j us: %s', (text, us, verdict) => {
    expect(verdictOf(text, ...us)).toEqual(verdict === undefined ? [] : [verdict])
  })

  test('loss has points: 0.4 % more is beyond +0.1%, also from nothing', () => {
    const lossy = side('lossy', [{ failed: 3 }, { failed: 4 }, { failed: 5 }])
    const gate = readGate('web.loss > +0.1%', known) as Gate
    expect(gate).toMatchObject({ isRelative: false, limit: 0.001 })
    expect(judge(gate, compare(base, lossy)!, new Set())[0]).toMatchObject({ verdict: 'fail' })
  })

  test.each([
    ['web.latency.p9 > 5%', 'no metric', 'latency.p90'],
    ['wob.latency.p99 > 5%', 'no metric', 'Did you mean web.latency.p99?'],
    ['web.latency.p99 storn > 5%', 'no phase', 'Did you mean storm?'],
    ['web.latency.p99 steady now > 5%', 'more than a metric', 'web.latency.p99'],
    ['web.latency.p99 > 5', 'has its unit', 'Did you mean'],
    ['web.latency.p99 5%', 'METRIC > CHANGE', 'For instance'],
    ['web.fairness.jain < -0.1x', 'has its unit', 'For instance'],
  ])('"%s" is told to be wrong', (text, message, hint) => {
    const wrong = readGate(text, known)
    expect(wrong).toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    })
  })
})

describe('beside a real director', () => {
  const title = 'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n'
  const listing = (a: number, b: number, port = 53) =>
    readListing(
      `${title}UDP  10.0.0.10:53 0 ${a + b} 0 0 0\n` +
        `  -> 10.0.0.11:${port} 0 ${a} 0 0 0\n  -> 10.0.0.12:${port} 0 ${b} 0 0 0\n`,
    ) as Listing
  const run = side('run', [{ servers: [5, 5] }, { servers: [6, 4] }, { servers: [4, 6] }])

  test('shares are set side by side; what chance can do is no difference', () => {
    const beside = besideReal(run, listing(520, 480), { overSeconds: null })
    expect(beside).toMatchObject({ counted: 'packets', realCount: 1000, rate: null, notes: [] })
    expect((beside as { servers: unknown }).servers).toMatchObject([
      { host: 'rs1', real: 520, realShare: 0.52, shown: false },
      { host: 'rs2', real: 480, realShare: 0.48, shown: false },
    ])
  })

  test('the chance of a real count is binomial: of a million two points are no chance', () => {
    const even = side('even', [{}, {}, {}])
    const shown = (a: number, b: number) => {
      const beside = besideReal(even, listing(a, b), { overSeconds: null })
      return (beside as { servers: { shown: boolean }[] }).servers.map((one) => one.shown)
    }
    expect(shown(52, 48)).toEqual([false, false])
    expect(shown(520_000, 480_000)).toEqual([true, true])
  })

  test('counters over a known time give a rate', () => {
    const beside = besideReal(run, listing(5000, 5000), { overSeconds: 2 })
    expect(beside).toMatchObject({ rate: { real: 5000, change: { mean: expect.closeTo(1, 9) } } })
  })

  test('servers on another port are found by their addresses', () => {
    expect(besideReal(run, listing(5, 5, 8080), { overSeconds: null })).toMatchObject({
      realCount: 10,
    })
  })

  test('shares are of all servers that either has, and those that one lacks are named', () => {
    const even = side('even', [{}, {}, {}])
    const text = `${title}UDP  10.0.0.10:53 0 1 0 0 0\n  -> 10.0.0.11:53 0 700 0 0 0\n`
    const other = readListing(`${text}  -> 10.0.0.99:53 0 300 0 0 0\n`) as Listing
    expect(besideReal(even, other, { overSeconds: null })).toMatchObject({
      realCount: 1000,
      servers: [
        {
          ...{ host: 'rs1', real: 700, realShare: 0.7, shown: true },
          simulatedShare: { mean: expect.closeTo(0.5, 12) },
        },
      ],
      jain: null,
      notes: [
        'only in the listing: 10.0.0.99:53 with 30.0% there',
        'only in the scenario: 10.0.0.12:53 with 50.0% here',
      ],
    })
  })

  test('a listing of other servers is refused with both lists', () => {
    const other = readListing(`${title}UDP  10.9.9.9:53 0 1 0 0 0\n  -> 10.9.9.1:53 0 1 0 0 0\n`)
    expect(besideReal(run, other as Listing, { overSeconds: null })).toMatchObject({
      message: expect.stringContaining('no server in common'),
      hint: expect.stringContaining('10.9.9.1:53'),
    })
  })
})
