// A distribution whose mean no run could hold is refused: a shape near 0, a unit too many.
import { describe, expect, test } from 'vitest'
import { loadWith, problemsWith } from '../support/scenario-text.ts'

const TIME = 'realServers.rs.cpu.perRequest'
const SIZE = 'workload.response'

describe('a mean that no run could hold', () => {
  test.each([
    [TIME, { kind: 'weibull', shape: 0.01, scale: '20us' }, 'its mean is 1.9e+153s: a run lasts'],
    [TIME, { kind: 'weibull', shape: 0.001, scale: '20us' }, 'its mean is infinite'],
    [TIME, { kind: 'exponential', mean: '3h' }, 'its mean is 11000s: a run lasts 2 h 30 min'],
    [TIME, { kind: 'pareto', shape: 1, low: '1us' }, 'its mean is infinite: give high, or a'],
    [SIZE, { kind: 'weibull', shape: 0.01, scale: '64B' }, 'B: more than 1 PiB is on no wire'],
  ])('%s=%j', (path, distribution, message) => {
    const told = problemsWith(`${path}=${JSON.stringify(distribution)}`)
    expect(told.map((each) => each.severity)).toEqual(['error'])
    expect(told[0]!.message).toContain(message)
    expect(told[0]!.path).toBe(path)
  })

  test.each([
    [TIME, { kind: 'exponential', mean: '2h' }],
    [TIME, { kind: 'weibull', shape: 0.3, scale: '20us' }],
    [TIME, { kind: 'lognormal', mean: '1ms', scv: 1e6 }],
  ])('%s=%j is not one', (path, distribution) => {
    expect(() => loadWith(`${path}=${JSON.stringify(distribution)}`)).not.toThrow()
  })
})
