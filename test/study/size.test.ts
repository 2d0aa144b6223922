// Sizes: the search asks few and finds the change; ranges are read; answers agree with Erlang's
// formula, where a server of c cores is M/M/c.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { readCandidates } from '../../src/study/candidates.ts'
import { firstMeeting } from '../../src/study/search.ts'
import { size } from '../../src/study/size.ts'
import {
  erlangSets,
  fewestCores,
  meanTime,
  scenarioOfCores,
  type ErlangSet,
} from '../support/erlang.ts'

describe('the search', () => {
  test('finds where the row changes, asks none twice, and has asked its neighbour', async () => {
    const row = fc
      .integer({ min: 1, max: 200 })
      .chain((count) =>
        fc.tuple(
          fc.constant(count),
          fc.integer({ min: 0, max: count }),
          fc.integer({ min: -5, max: count + 5 }),
        ),
      )
    await fc.assert(
      fc.asyncProperty(row, async ([count, change, guess]) => {
        const asked: number[] = []
        const found = await firstMeeting(count, guess, async (index) => {
          asked.push(index)
          return Promise.resolve(index >= change)
        })
        expect(found).toBe(change)
        expect(new Set(asked).size).toBe(asked.length)
        if (change > 0) expect(asked).toContain(change - 1)
        expect(asked.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(count + 1)) + 2)
      }),
    )
  })

  test('a good guess needs two questions', async () => {
    let asked = 0
    await firstMeeting(1000, 500, async (index) => {
      asked++
      return Promise.resolve(index >= 500)
    })
    expect(asked).toBe(2)
  })
})

describe('ranges', () => {
  test.each([
    ['a.b=1..4', ['1', '2', '3', '4']],
    ['a.b=3..3', ['3']],
    ['a.b=1,2,4,8', ['1', '2', '4', '8']],
    ['a.b=1kpps,1Mpps', ['1kpps', '1Mpps']],
    ['a.b=100us..103us', ['100us', '101us', '102us', '103us']],
  ])('%s', (text, values) => {
    expect(readCandidates(text)).toEqual({ path: 'a.b', values })
  })

  test('rates rise by a percent and end where they were told to', () => {
    const { values } = readCandidates('p=1Mpps..20Mpps') as { values: string[] }
    expect([values[0], values[1], values.at(-1)]).toEqual(['1Mpps', '1.01Mpps', '20Mpps'])
    expect(values).toHaveLength(302)
  })

  test.each([
    ['a.b', 'PATH=FROM..TO'],
    ['a.b=5', 'FROM..TO'],
    ['a.b=4..1', 'runs backwards'],
    ['a.b=1..', 'FROM..TO'],
    ['a.b=1..9999999', 'too wide'],
    ['a.b=1Mpps..20us', 'of one kind'],
    ['a.b=1Mpps..20', 'of one kind'],
    ['a.b=4,2', 'must rise'],
    ['a.b=one..two', 'of one kind'],
  ])('%s is refused: %s', (text, message) => {
    expect(readCandidates(text)).toMatchObject({ message: expect.stringContaining(message) })
  })
})

const answerFor = (set: ErlangSet) =>
  size(
    {
      asked: 'smallest',
      values: Array.from({ length: 40 }, (_, index) => `${index + 1}`),
      scenarioAt: (value) => scenarioOfCores(set, Number(value)),
    },
    { version: '0', most: 40, workers: 1 },
  )

// All twenty are in test/slow.
describe.each(erlangSets().slice(0, 4))('M/M/c with $cores cores, load $load', (set) => {
  test('the smallest number of cores is that of Erlang', async () => {
    const { answer, evidence, limits } = await answerFor(set)
    expect(answer).toBe(`${fewestCores(set)}`)
    expect(evidence.find(({ value }) => Number(value) === Number(answer) - 1)).toMatchObject({
      verdict: 'fail',
    })
    expect(limits).toMatchObject({ value: answer, at: 'rs cpu' })
    expect(limits!.next!.mostPps).toBeGreaterThan(set.rate)
  })
})

test('the highest load is the mirror image of the smallest cluster', async () => {
  const set = erlangSets()[1]!
  const rates = [0.6, 0.8, 1, 1.2, 1.4].map((share) => `${share}`)
  const { answer } = await size(
    {
      asked: 'highest',
      values: rates,
      scenarioAt: (value) => scenarioOfCores({ ...set, rate: set.rate * Number(value) }, set.cores),
    },
    { version: '0', most: 20, workers: 1 },
  )
  const carried = rates.filter((rate) => meanTime(set.cores, set.load * Number(rate)) < set.limit)
  expect(carried.length).toBeLessThan(rates.length)
  expect(answer).toBe(carried.at(-1))
})

test('what so few requests cannot tell is not met until there are more', async () => {
  const set = { ...erlangSets()[0]!, rate: 4000 }
  const scenarioAt = (value: string) => {
    const scenario = scenarioOfCores(set, Number(value))
    // Far above all latencies; 2,000 requests in five runs of 0.1 s say next to nothing of p99.9.
    scenario.time.durationPs = scenario.workload.phases[0]!.durationPs = 1e11
    scenario.time.warmupPs = 0
    scenario.thresholds = [{ ...scenario.thresholds[0]!, statistic: 'p999', limit: 1 }]
    return scenario
  }
  const question = { asked: 'smallest', values: ['4'], scenarioAt } as const
  const few = await size(question, { version: '0', most: 5, workers: 1 })
  expect([few.answer, few.evidence[0]!.verdict]).toEqual([null, 'close'])
  const many = await size(question, { version: '0', most: 80, workers: 1 })
  expect(many.answer).toBe('4')
})

test('a miss is decided by an interval, too', async () => {
  const set = { ...erlangSets()[0]!, rate: 4000 }
  const scenarioAt = (limit: number) => (value: string) => {
    const scenario = scenarioOfCores(set, Number(value))
    // 80 requests in each of three runs: p99 has no interval.
    scenario.time.durationPs = scenario.workload.phases[0]!.durationPs = 2e10
    scenario.time.warmupPs = 0
    scenario.time.replications = 3
    scenario.thresholds = [{ ...scenario.thresholds[0]!, statistic: 'p99', limit }]
    return scenario
  }
  const options = { version: '0', most: 3, workers: 1 }
  const at = async (limit: number, most = 3) => {
    const question = { asked: 'smallest', values: ['4'], scenarioAt: scenarioAt(limit) } as const
    const { answer, evidence } = await size(question, { ...options, most })
    const { verdict, replications, thresholds } = evidence[0]!
    return { ...thresholds[0]!, answer, verdict, replications }
  }
  const few = await at(300e-6)
  expect(few).toMatchObject({ answer: null, verdict: 'close', replications: 3 })
  expect(few.measured!.low).toBe(null)
  expect(few.measured!.mean).toBeGreaterThan(300e-6)
  const many = await at(300e-6, 48)
  expect(many.verdict).toBe('fail')
  expect(many.measured!.low).toBeGreaterThan(300e-6)
  // p50 is known well enough.
  expect(await at(10e-6)).toMatchObject({ verdict: 'fail', replications: 3 })
})

test('nothing in the range is said to be nothing', async () => {
  const set = erlangSets()[0]!
  const values = ['1', '2'].slice(0, Math.max(1, set.cores - 1))
  const scenarioAt = (value: string) =>
    scenarioOfCores({ ...set, rate: 3 * set.rate }, Number(value))
  const options = { version: '0', most: 5, workers: 1 }
  const { answer, evidence } = await size({ asked: 'smallest', values, scenarioAt }, options)
  expect(answer).toBe(null)
  expect(evidence.at(-1)).toMatchObject({ value: values.at(-1), verdict: 'fail' })
})

test('loss that hangs on open requests is not met, and more runs are not asked for', async () => {
  const set = erlangSets()[0]!
  const scenarioAt = (value: string) => {
    const scenario = scenarioOfCores(set, Number(value))
    // Nobody is answered before the run ends: its cooldown is shorter than any request.
    scenario.time.durationPs = scenario.workload.phases[0]!.durationPs = 1e9
    scenario.time.cooldownPs = 1
    scenario.time.warmupPs = 0
    scenario.thresholds = [
      {
        ...scenario.thresholds[0]!,
        measure: 'loss',
        statistic: 'ratio',
        operator: '<',
        limit: 0.01,
      },
    ]
    return scenario
  }
  const question = { asked: 'smallest', values: ['1'], scenarioAt } as const
  const { answer, evidence, notes } = await size(question, { version: '0', most: 80, workers: 1 })
  expect([answer, evidence[0]!.verdict]).toEqual([null, 'close'])
  expect(evidence[0]!.replications).toBe(5)
  expect(notes.join()).toContain('still open at the end')
})
