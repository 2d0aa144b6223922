// Replications until it is precise enough, by a rule that looks at prefixes alone; the control
// variate behind their intervals; and a few cells of the coverage script.
import { describe, expect, test } from 'vitest'
import { Streams } from '../../src/kernel/random.ts'
import { boundsOfSkewness, skewnessWithin } from '../../src/measure/skewed-interval.ts'
import { controlOf, type Values } from '../../src/study/control-variates.ts'
import { runReplications } from '../../src/study/replications.ts'
import type { Span } from '../../src/study/spans.ts'
import { readPrecision, simulateUntil, type Precision } from '../../src/study/until.ts'
import { cellsOver, lineOf, WAYS, type Cell } from '../coverage/cells.ts'
import { MODELS, scenarioOf } from '../coverage/models.ts'
import { phaseFixture } from '../support/replication-fixture.ts'

const known = { services: ['web'], phases: ['steady'] }
const scenario = scenarioOf(MODELS[0]!, 20, 1)
const within = (text: string) => readPrecision(text, known) as Precision

describe('until', () => {
  const options = { version: '0', workers: 1 }

  test('takes the first size that is enough: a plain run of that size', async () => {
    const run = await simulateUntil(scenario, [within('web.latency.mean within 8%')], 200, options)
    const { mean, low, high, n } = run.summary!.services['web']!.latency['steady']!.mean
    expect(run.reached).toBe(true)
    expect([10, 12, 15, 18, 22, 27, 33, 40, 48, 58, 70, 84, 101, 122]).toContain(n)
    expect((high! - low!) / 2 / mean).toBeLessThanOrEqual(0.08)
    const plain = await runReplications(run.used, { workers: 1 })
    expect(run.replications).toEqual(plain)
    expect(run.summary!.methods!.at(-1)!.method).toContain(`${n} were enough`)
  })

  test('the size before was not enough', async () => {
    const run = await simulateUntil(scenario, [within('web.latency.mean within 3%')], 200, options)
    const sizes = [10, 12, 15, 18, 22, 27, 33, 40, 48, 58, 70, 84]
    const size = run.replications.length
    const before = sizes[sizes.indexOf(size) - 1]
    expect(before).toBeDefined()
    const shorter = await simulateUntil(
      scenario,
      [within('web.latency.mean within 3%')],
      before!,
      options,
    )
    expect(shorter.reached).toBe(false)
    const lookedAt = sizes.slice(0, sizes.indexOf(size))
    expect(shorter.summary!.until).toEqual({
      ...{ wanted: ['web.latency.mean within 3%'], reached: false, lookedAt },
    })
    expect(shorter.replications).toEqual(run.replications.slice(0, before))
  })

  test('fewer than ten are looked at once, and only they are named', async () => {
    const run = await simulateUntil(scenario, [within('web.latency.p99 within 0.01%')], 3, options)
    expect(run.summary!.until).toMatchObject({ reached: false, lookedAt: [3] })
    expect(run.summary!.methods!.at(-1)!.method).toBe(
      'added until web.latency.p99 within 0.01%, looking at n = 3; 3 were not enough',
    )
  })

  test.each([
    ['web.latency.p99', 'METRIC within AMOUNT'],
    ['web.latency.p97 within 2%', 'no metric'],
    ['web.latency.p99 stedy within 2%', 'no phase'],
    ['web.latency.p99 within 2', 'has its unit'],
    ['web.latency.p99 within 0%', 'never be reached'],
  ])('"%s" is told to be wrong', (text, message) => {
    expect(readPrecision(text, known)).toMatchObject({ message: expect.stringContaining(message) })
  })
})

describe('the control variate', () => {
  const stream = new Streams('control').stream('values')
  /** Ten replications: counts by chance, values that follow them by `slope`, and noise. */
  function drawn(slope: number): { span: Span; values: Values; plain: number[] } {
    const results = Array.from({ length: 10 }, () => {
      const phase = phaseFixture()
      phase.windows.offered = phase.windows.offered.map(() => Math.round(20 * stream.uniform()))
      return phase
    })
    const span: Span = { name: 'steady', steady: true, cut: 0, settling: 0, expected: 50, results }
    const byBatch = results.map(({ windows }) =>
      Array.from({ length: 20 }, (_, batch) => {
        const count = windows.offered.slice(5 * batch, 5 * batch + 5).reduce((a, b) => a + b, 0)
        return 100 + slope * (count - 50) + 10 * (stream.uniform() - 0.5)
      }),
    )
    const whole = byBatch.map((own) => own.reduce((a, b) => a + b, 0) / own.length)
    return { span, values: { whole, byBatch }, plain: whole }
  }
  const spread = (values: readonly number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  }

  test('takes out what the offered requests explain, and keeps the mean where it belongs', () => {
    let [before, after, mean] = [0, 0, 0]
    for (let trial = 0; trial < 50; trial++) {
      const { span, values, plain } = drawn(1)
      const { whole } = controlOf(span, span.results)!(values)
      before += spread(plain)
      after += spread(whole)
      mean += whole.reduce((a, b) => a + b, 0) / whole.length / 50
    }
    expect(after).toBeLessThan(before / 5)
    // Standard error of 500 replications of 20 batches of noise 2.9: 0.03.
    expect(Math.abs(mean - 100)).toBeLessThan(0.12)
  })

  test('leaves alone what it does not explain', () => {
    const { span, values } = drawn(0)
    expect(controlOf(span, span.results)!(values)).toBe(values)
  })

  test('is none where nothing is known, or one run stands alone', () => {
    const { span } = drawn(1)
    expect(controlOf({ ...span, expected: null }, span.results)).toBe(null)
    expect(controlOf(span, span.results.slice(0, 1))).toBe(null)
    expect(controlOf({ ...span, steady: false }, span.results)).toBe(null)
  })
})

describe('skewness', () => {
  test('of exponential values is 2', () => {
    const stream = new Streams('skew').stream('values')
    const values = Array.from({ length: 200_000 }, () => stream.exponential())
    expect(skewnessWithin([values])).toBeCloseTo(2, 0)
  })

  test('lengthens the side of the tail, and none is the usual interval', () => {
    expect(boundsOfSkewness(10, 1, 2, 0)).toEqual({ low: 8, high: 12 })
    const right = boundsOfSkewness(10, 1, 2, 0.5)
    const left = boundsOfSkewness(10, 1, 2, -0.5)
    expect(right.high - 10).toBeGreaterThan(10 - right.low)
    expect(10 - left.low).toBeCloseTo(right.high - 10, 12)
    expect(left.high - 10).toBeCloseTo(10 - right.low, 12)
  })
})

/** So few of n tries succeed by chance of 95 % once in 3,000 times (binomial). */
function fewestByChance(n: number): number {
  let [term, below, count] = [0.05 ** n, 0, 0]
  while (below + term < 1 / 3000) {
    below += term
    term *= ((n - count) / (count + 1)) * (0.95 / 0.05)
    count++
  }
  return count
}

test('of 20 tries 14 or fewer come up once in 3,000 times, of 40 31 or fewer', () => {
  expect([fewestByChance(20), fewestByChance(40)]).toEqual([15, 32])
})

describe('coverage, small: no cell is beyond what chance does to 95 %', () => {
  test.each([
    ['M/M/1', 40, 6],
    ['M/D/1', 40, 6],
    ['wlc, even', 20, 8],
    ['wlc, uneven', 20, 8],
  ])('%s', { timeout: 300_000 }, async (name, seeds, count) => {
    const cells: Cell[] = []
    const models = MODELS.filter((model) => model.name === name)
    const ways = WAYS.filter(({ until }) => until === undefined)
    for await (const cell of cellsOver(seeds, models, ways)) cells.push(cell)
    expect(cells).toHaveLength(count)
    expect(cells.filter(({ told }) => told < seeds)).toEqual([])
    const few = cells.filter(({ covered }) => covered < fewestByChance(seeds))
    expect(few.map(lineOf)).toEqual([])
    expect(cells.some(({ covered }) => covered < seeds)).toBe(true)
  })
})
