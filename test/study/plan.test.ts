// The plan of a sweep is derived from the scenario alone.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import {
  allPoints,
  planOf,
  planText,
  pointName,
  pointsOfShard,
  settingsOf,
} from '../../src/study/plan.ts'
import type { Plan } from '../../src/study/plan.ts'
import { load, problemsOf, rightDocument } from '../support/scenario-text.ts'

const RATE = 'workload.phases.steady.rate'
const MODE = 'services.web.forwarding'

function documentWith(sweep: unknown): string {
  return JSON.stringify({ ...rightDocument(), sweep })
}

function plan(sweep: unknown, seed = 'my'): Plan {
  return planOf(load(documentWith(sweep), { seed }).document, '1.2.3')!
}

/** 'nat 2Mpps' for each point. */
function texts(sweep: unknown): string[] {
  return plan(sweep).points.map((values) => values.map(({ text }) => text).join(' '))
}

describe('points', () => {
  test.each<[string, unknown, string[]]>([
    [
      'a grid, the last path fastest',
      { vary: { [MODE]: ['nat', 'dr'], [RATE]: { from: '2Mpps', to: '6Mpps', step: '2Mpps' } } },
      ['nat 2Mpps', 'nat 4Mpps', 'nat 6Mpps', 'dr 2Mpps', 'dr 4Mpps', 'dr 6Mpps'],
    ],
    [
      'a list',
      { mode: 'list', vary: { [MODE]: ['nat', 'dr'], 'realServers.rs.count': [4, 8] } },
      ['nat 4', 'dr 8'],
    ],
    ['whole numbers', { vary: { 'realServers.rs.count': '1..4' } }, ['1', '2', '3', '4']],
    ['with a step', { vary: { 'realServers.rs.count': '2..9/3' } }, ['2', '5', '8']],
    ['with units', { vary: { [RATE]: '1Mpps..2Mpps/500kpps' } }, ['1Mpps', '1.5Mpps', '2Mpps']],
    ['in the units given', { vary: { [RATE]: '1kcps..2kcps/1kcps' } }, ['1kcps', '2kcps']],
    ['a ramp is one value', { vary: { [RATE]: ['0pps..1Mpps'] } }, ['0pps..1Mpps']],
    ['as a text too', { vary: { [RATE]: '0pps..1Mpps' } }, ['0pps..1Mpps']],
    [
      'decimals stay what was meant',
      { vary: { 'clients.users.timeout': { from: '0.1ms', to: '0.3ms', step: '0.1ms' } } },
      ['100us', '200us', '300us'],
    ],
  ])('%s', (_name, sweep, expected) => {
    expect(texts(sweep)).toEqual(expected)
  })

  test('every value stands there as text and as a number in base units', () => {
    const { axes, points } = plan({ vary: { 'links.lan.delay': ['1us', '2ms'], [MODE]: ['nat'] } })
    expect(axes).toEqual([
      { path: 'links.lan.delay', unit: 's' },
      { path: MODE, unit: null },
    ])
    expect(points[1]).toEqual([
      { text: '2ms', number: 0.002 },
      { text: 'nat', number: null },
    ])
  })

  test('a point is a scenario with its values set', () => {
    const own = plan({ vary: { [MODE]: ['nat', 'tun'], [RATE]: ['1Mpps'] } })
    expect(settingsOf(own, 1)).toEqual([`${MODE}=tun`, `${RATE}=1Mpps`])
    const { scenario } = load(documentWith(undefined), { set: settingsOf(own, 1) })
    expect(scenario.services['web']!.destinations[0]!.forwarding).toBe('tun')
  })

  test('numbers have as many digits as the last', () => {
    expect(pointName(plan({ vary: { 'realServers.rs.count': '1..9' } }), 7)).toBe('007')
    const many = { mode: 'latin-hypercube', samples: 10_001, vary: { [RATE]: '1Mpps..2Mpps' } }
    expect(pointName(plan(many), 7)).toBe('00007')
  })
})

describe('a Latin hypercube', () => {
  const sweep = {
    mode: 'latin-hypercube',
    samples: 20,
    vary: {
      [RATE]: { from: '1Mpps', to: '3Mpps' },
      'realServers.rs.count': '1..40',
      [MODE]: ['nat', 'dr'],
    },
  }

  test('uses every stratum of every path once', () => {
    const { points } = plan(sweep)
    const strata = (axis: number, from: number, to: number) =>
      points
        .map((values) => Math.floor(((values[axis]!.number! - from) / (to - from)) * 20))
        .sort((a, b) => a - b)
    const all = Array.from({ length: 20 }, (_, stratum) => stratum)
    expect(strata(0, 1e6, 3e6)).toEqual(all)
    expect(strata(1, 1, 41)).toEqual(all)
    expect(points.filter((values) => values[2]!.text === 'nat')).toHaveLength(10)
  })

  test('is the same for the same seed, and another for another', () => {
    expect(plan(sweep)).toEqual(plan(sweep))
    expect(plan(sweep, 'other').points).not.toEqual(plan(sweep).points)
  })

  test('a path keeps its column when another one is added', () => {
    const { [MODE]: _mode, ...fewer } = sweep.vary
    const column = (own: Plan) => own.points.map((values) => values[0]!.text)
    expect(column(plan({ ...sweep, vary: fewer }))).toEqual(column(plan(sweep)))
  })
})

describe('the hash', () => {
  const vary = { [MODE]: ['nat', 'dr'] }
  test.each<[string, string, unknown]>([
    ['a value', 'my', { vary: { [MODE]: ['nat', 'tun'] } }],
    ['the order', 'my', { vary: { [MODE]: ['dr', 'nat'] } }],
    ['the mode', 'my', { vary, mode: 'list' }],
    ['the seed', 'other', { vary }],
  ])('changes with %s', (_name, seed, sweep) => {
    expect(plan(sweep, seed).hash).not.toBe(plan({ vary }).hash)
  })

  test('and with the scenario around it', () => {
    const other = load(documentWith({ vary }), { set: ['realServers.rs.count=3'] }).document
    expect(planOf(other, '1.2.3')!.hash).not.toBe(plan({ vary }).hash)
  })

  test('plan.json has the plan, one line for each point', () => {
    const own = plan({ vary })
    const text = planText(own)
    expect(JSON.parse(text)).toEqual(own)
    expect(text).toMatch(/^ {4}\[\{"text":"nat","number":null\}\],$/m)
  })
})

test('shards are a partition, whatever their number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 12 }), (count, of) => {
      const own = plan({ vary: { 'realServers.rs.count': `1..${count}` } })
      const shards = Array.from({ length: of }, (_, index) => pointsOfShard(own, index + 1, of))
      expect(shards.flat().sort((a, b) => a - b)).toEqual(allPoints(own))
      const sizes = shards.map(({ length }) => length)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }),
    { numRuns: 20 },
  )
})

describe('what is wrong with a sweep is told with its place', () => {
  test.each<[string, unknown, RegExp, string | null]>([
    [
      'no such path',
      { vary: { 'services.web.shceduler': ['rr'] } },
      /there is no "shceduler" in services\.web/,
      '"services.web.scheduler"',
    ],
    [
      'no such service',
      { vary: { 'services.wbe.scheduler': ['rr'] } },
      /there is no "wbe" in services, only web/,
      '"services.web.scheduler"',
    ],
    [
      'no such phase',
      { vary: { 'workload.phases.stedy.rate': ['1Mpps'] } },
      /there is no "stedy"/,
      '"workload.phases.steady.rate"',
    ],
    ['nothing at all', { vary: { x: [1] } }, /there is no "x" in a scenario/, null],
    ['the name', { vary: { name: ['a', 'b'] } }, /"name" cannot be varied/, null],
    ['through a value', { vary: { 'seed.x': [1] } }, /there is no "x" in seed, only nothing/, null],
    ['a value twice', { vary: { [MODE]: ['dr', 'dr'] } }, /"dr" is given twice/, null],
    ['an empty list', { vary: { [MODE]: [] } }, /expected at least 1 entry/, null],
    [
      'a range of names',
      { vary: { [MODE]: { from: 'a', to: 'b', step: 'c' } } },
      /a range needs numbers of one kind/,
      null,
    ],
    [
      'two units',
      { vary: { [RATE]: { from: '1Mpps', to: '2ms', step: '1ms' } } },
      /a range needs numbers of one kind/,
      null,
    ],
    [
      'downwards',
      { vary: { [RATE]: { from: '2Mpps', to: '1Mpps', step: '1kpps' } } },
      /a range goes upwards/,
      null,
    ],
    ['no step', { vary: { [RATE]: { from: '1Mpps', to: '2Mpps' } } }, /a range has a step/, null],
    [
      'a step of nothing',
      { vary: { [RATE]: { from: '1Mpps', to: '2Mpps', step: '0pps' } } },
      /more than 0/,
      null,
    ],
    ['too much', { vary: { 'realServers.rs.count': '1..1000000' } }, /more than 100000/, null],
    [
      'too much together',
      { vary: { 'realServers.rs.count': '1..1000', 'clients.users.count': '1..1000' } },
      /1000000 points are more than 100000/,
      null,
    ],
    [
      'lists of two lengths',
      { mode: 'list', vary: { [MODE]: ['nat', 'dr'], [RATE]: ['1Mpps'] } },
      /equally many values/,
      null,
    ],
    [
      'a hypercube without samples',
      { mode: 'latin-hypercube', vary: { [MODE]: ['nat'] } },
      /number of its samples/,
      null,
    ],
    [
      'samples of a grid',
      { samples: 3, vary: { [MODE]: ['nat'] } },
      /samples are of a Latin hypercube/,
      null,
    ],
    ['a mode', { mode: 'gird' }, /expected one of "grid"/, '"grid"'],
    ['a key', { varry: {} }, /unknown key "varry"/, '"vary"'],
  ])('%s', (_name, sweep, words, suggestion) => {
    const [problem] = problemsOf(documentWith(sweep))
    expect(problem!.message).toMatch(words)
    expect(problem!.suggestion).toBe(suggestion)
    expect(problem!.line).toBe(1)
    expect(problem!.path).toMatch(/^sweep/)
  })
})

describe('a range of quantities without its step', () => {
  const told = (sweep: unknown) =>
    load(documentWith(sweep))
      .warnings.filter(({ path }) => path.startsWith('sweep'))
      .map(({ message }) => message)

  test('is one value, a ramp, and said to be', () => {
    expect(told({ vary: { [RATE]: '1kpps..2kpps' } })).toEqual([
      expect.stringMatching(/"1kpps\.\.2kpps" is one value, a ramp: a range has its step/),
    ])
  })

  test.each<[string, unknown]>([
    ['a ramp in a list is meant', { vary: { [RATE]: ['1kpps..2kpps'] } }],
    ['it has a step', { vary: { [RATE]: '1kpps..2kpps/500pps' } }],
    ['whole numbers need none', { vary: { 'realServers.rs.count': '1..4' } }],
    [
      'samples are drawn from it',
      { mode: 'latin-hypercube', samples: 3, vary: { [RATE]: '1kpps..2kpps' } },
    ],
  ])('%s', (_, sweep) => {
    expect(told(sweep)).toEqual([])
  })
})
