import { describe, expect, test } from 'vitest'
import { Arrivals } from '../../src/cluster/arrivals.ts'
import { Streams } from '../../src/kernel/random.ts'
import { NEVER, PS_PER_SECOND } from '../../src/kernel/time.ts'

const MS = PS_PER_SECOND / 1000

function times(arrivals: Arrivals): number[] {
  const all: number[] = []
  for (let at = arrivals.next(); at !== NEVER; at = arrivals.next()) all.push(at)
  return all
}

const phase = (startPs: number, durationPs: number, fromRate: number, toRate = fromRate) => ({
  startPs,
  durationPs,
  fromRate,
  toRate,
})

describe('Arrivals', () => {
  test('constant arrivals keep their distance across phases', () => {
    const phases = [phase(0, 5 * MS, 1000), phase(5 * MS, 5 * MS, 2000)]
    const arrivals = new Arrivals(phases, { kind: 'constant' }, new Streams('a').stream('x'))
    expect(times(arrivals).map((at) => at / MS)).toEqual([
      1, 2, 3, 4, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5,
    ])
  })

  test('an arrival that falls on the start of a ramp from nothing leaves then', () => {
    const phases = [phase(0, 5 * MS, 1000), phase(5 * MS, 5 * MS, 0, 2000)]
    const arrivals = new Arrivals(phases, { kind: 'constant' }, new Streams('a').stream('x'))
    const all = times(arrivals)
    expect(all.slice(0, 6).map((at) => at / MS)).toEqual([1, 2, 3, 4, 5, all[5]! / MS])
    expect(all.every(Number.isFinite)).toBe(true)
    expect(all.length).toBe(9)
  })

  test('a ramp carries half of its last rate, later and later ever denser', () => {
    const arrivals = new Arrivals(
      [phase(0, 100 * MS, 0, 200_000)],
      { kind: 'constant' },
      new Streams('a').stream('x'),
    )
    const all = times(arrivals)
    expect(all.length).toBe(9999)
    const half = all.filter((at) => at < 50 * MS).length
    expect(half).toBeGreaterThan(2495)
    expect(half).toBeLessThan(2505)
    expect(all.every((at, i) => i === 0 || at >= all[i - 1]!)).toBe(true)
  })

  test('a falling ramp ends inside its phase', () => {
    const phases = [phase(MS, 10 * MS, 100_000, 0)]
    const arrivals = new Arrivals(phases, { kind: 'poisson' }, new Streams('b').stream('x'))
    const all = times(arrivals)
    expect(Math.min(...all)).toBeGreaterThanOrEqual(MS)
    expect(Math.max(...all)).toBeLessThan(11 * MS)
    expect(Math.abs(all.length - 500)).toBeLessThan(4 * Math.sqrt(500))
  })

  test('Poisson counts have the variance of their mean', () => {
    const counts = Array.from(
      { length: 400 },
      (_, i) =>
        times(
          new Arrivals(
            [phase(0, MS, 100_000)],
            { kind: 'poisson' },
            new Streams(`seed ${i}`).stream('x'),
          ),
        ).length,
    )
    const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length
    const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (counts.length - 1)
    // Standard errors: sqrt(100/400) = 0.5 of the mean, about 7 % of the variance.
    expect(Math.abs(mean - 100)).toBeLessThan(4 * 0.5)
    expect(Math.abs(variance / 100 - 1)).toBeLessThan(4 * 0.071)
  })

  test('bursts leave together and keep the mean rate', () => {
    const arrivals = new Arrivals(
      [phase(0, 1000 * MS, 10_000)],
      { kind: 'bursts', size: 8 },
      new Streams('c').stream('x'),
    )
    const all = times(arrivals)
    expect(Math.abs(all.length - 10_000)).toBeLessThan(4 * Math.sqrt(8 * 10_000))
    for (let i = 0; i + 8 <= all.length; i += 8) {
      expect(new Set(all.slice(i, i + 8)).size).toBe(1)
    }
  })
})
