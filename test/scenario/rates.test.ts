// Rates as points and as files: what they mean, and what is told about wrong ones.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { piecesOf, requestsIn, type Rated } from '../../src/scenario/rates.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { load, problemsOf, rightDocument } from '../support/scenario-text.ts'

const MS = 1_000_000_000

function document(rate: unknown, rest: object = {}): string {
  const workload = { arrivals: 'constant', phases: [{ name: 'day', rate, ...rest }] }
  return JSON.stringify({ ...rightDocument(), workload })
}

function problem(rate: unknown, rest: object = {}, files: Record<string, string> = {}): string {
  const [first] = problemsOf(document(rate, rest), { readFile: (name) => files[name]! })
  return `${first!.path}: ${first!.message}`
}

const TRIANGLE = [
  ['0ms', '0pps'],
  ['10ms', '100kpps'],
  ['30ms', '0pps'],
]

describe('a curve of points', () => {
  test('is as long as its last point, with straight lines between', () => {
    const [phase] = load(document(TRIANGLE)).scenario.workload.phases
    expect(phase).toMatchObject({ durationPs: 30 * MS, fromRate: 0, toRate: 0 })
    expect(piecesOf(phase!)).toEqual([
      { atPs: 0, durationPs: 10 * MS, fromRate: 0, toRate: 1e5 },
      { atPs: 10 * MS, durationPs: 20 * MS, fromRate: 1e5, toRate: 0 },
    ])
    expect(requestsIn(phase!)).toBeCloseTo(1500, 9)
    expect(requestsIn(phase!, 20 * MS)).toBeCloseTo(500 + 750, 9)
  })

  test('is level before its first and after its last point; two of one time are a step', () => {
    const steps = [
      ['1ms', '1kpps'],
      ['2ms', '1kpps'],
      ['2ms', '5kpps'],
      ['3ms', '5kpps'],
    ]
    const [phase] = load(document(steps, { for: '6ms' })).scenario.workload.phases
    expect(requestsIn(phase!)).toBeCloseTo(2 + 20, 9)
    expect(requestsIn(phase!, 2 * MS)).toBeCloseTo(2, 9)
  })

  test('a step at the end of the phase, or at its start, changes nothing in it', () => {
    const steps = [
      ['0ms', '9kpps'],
      ['0ms', '1kpps'],
      ['10ms', '1kpps'],
      ['10ms', '9kpps'],
    ]
    const [phase] = load(document(steps)).scenario.workload.phases
    expect(requestsIn(phase!)).toBeCloseTo(10, 9)
  })

  test('arrivals follow it, window by window', () => {
    const { scenario } = load(document(TRIANGLE))
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    const { windows, offered, steady } = simulation.result().phases[0]!
    expect([offered, steady]).toEqual([1499, false])
    // A window is 0.3 ms: the rate in its middle times that.
    windows.offered.forEach((count, window) => {
      const ms = (window + 0.5) * 0.3
      const rate = ms < 10 ? ms * 10 : (30 - ms) * 5
      expect(Math.abs(count - rate * 0.3)).toBeLessThan(1.5)
    })
  })

  test('written out with all defaults it is the same scenario', () => {
    const first = load(document(TRIANGLE))
    expect(load(JSON.stringify(first.document)).scenario).toEqual(first.scenario)
  })

  test('pieces have the length of the phase, or of what is kept of it', () => {
    const point = fc.record({ atPs: fc.integer({ min: 1, max: 999 }), rate: fc.nat(1e6) })
    fc.assert(
      fc.property(
        fc.array(point, { maxLength: 8 }),
        fc.nat(1e6),
        fc.nat(1e6),
        fc.integer({ min: 1, max: 1500 }),
        (points, fromRate, toRate, keptPs) => {
          const curve = points.sort((a, b) => a.atPs - b.atPs)
          const phase: Rated = { durationPs: 1000, fromRate, toRate, curve }
          const pieces = piecesOf(phase, keptPs)
          const length = pieces.reduce((sum, { durationPs }) => sum + durationPs, 0)
          expect(length).toBe(Math.min(1000, keptPs))
          pieces.forEach(({ atPs, durationPs }, index) => {
            expect(pieces[index + 1]?.atPs ?? atPs + durationPs).toBe(atPs + durationPs)
          })
          expect(requestsIn(phase, keptPs)).toBeLessThanOrEqual(requestsIn(phase) * (1 + 1e-12))
        },
      ),
    )
  })
})

describe('a curve in a file', () => {
  const readFile = () => 'time,rate\n100,0\n110,200\n130,0\n'

  test('begins with its first row; speed and scale apply', () => {
    const { scenario, document: complete } = load(
      document({ file: 'day.csv', speed: 1000, scale: 500 }),
      { readFile },
    )
    expect(requestsIn(scenario.workload.phases[0]!)).toBeCloseTo(1500, 9)
    expect(complete.workload!.phases![0]).toMatchObject({
      for: '30ms',
      rate: [['0ps', '0pps'], ...TRIANGLE.slice(1)],
    })
  })

  test.each([
    ['', 'the file is empty'],
    ['0,100\n1,200\n', 'line 1: expected a header like "time,rate", got "0,100"'],
    ['time,rate\n', 'there is no row below the header'],
    ['time,rate\n0,1\n', 'a curve has two rows or more'],
    ['time,rate\n0,100\n5,200\n4,300\n', 'line 4: time goes back here'],
    ['time,rate\n0,100\n5,-200\n', 'line 3: a rate is 0 or more, got "-200"'],
    ['time,rate\n0,100\n5,many\n', 'line 3: expected requests per second like 1200, got "many"'],
    ['time,rate\n0,100\n-5,3\n', 'line 3: expected a time in seconds like 12.5, got "-5"'],
    ['time,rate\n0,100\n5\n', 'line 3: expected 2 values as in the header, got 1'],
    ['time,rate,rate\n0,1,2\n', 'line 1: two columns are called "rate"'],
  ])('%j: %s', (text, message) => {
    const told = problem({ file: 'day.csv' }, {}, { 'day.csv': text })
    expect(told).toContain('workload.phases[0].rate.file: day.csv')
    expect(told).toContain(message)
  })
})

describe('wrong rates', () => {
  test.each([
    [
      [
        ['0ms', '1kpps'],
        ['20ms', '1kpps'],
        ['10ms', '1kpps'],
      ],
      'rate[2][0]: time goes back',
    ],
    [[['0ms', '1kpps']], 'rate'],
    [
      [
        ['0ms', '1kpps'],
        ['5', '1kpps'],
      ],
      'rate[1][0]: expected a time with its unit',
    ],
    [
      [
        ['0ms', '1kpps'],
        ['5ms', '-1kpps'],
      ],
      'rate[1][1]: expected a rate of requests',
    ],
    [
      [
        ['0ms', '1kpps'],
        ['5ms', '2Gpps'],
      ],
      'rate: at most 1Gpps, got "2Gpps"',
    ],
    ['1kpps..-5kpps', 'rate: expected a rate of requests, like "14Mpps"'],
    [{ file: 'a.csv', speed: 0 }, 'rate.speed'],
  ])('%j: %s', (rate, message) => {
    expect(problem(rate, { for: '50ms' })).toContain(`workload.phases[0].${message}`)
  })

  test('a phase without length and curve has no length', () => {
    expect(problem('1kpps')).toBe(
      'workload.phases[0]: "for" is missing, a time with its unit, like "50ms"',
    )
  })

  test('a curve longer than its phase is warned of', () => {
    const { warnings } = load(document(TRIANGLE, { for: '20ms' }))
    expect(warnings.map(({ message }) => message)).toContain(
      'the phase ends at 20ms, before the last point at "30ms"',
    )
  })
})
