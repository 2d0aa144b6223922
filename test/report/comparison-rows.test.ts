// What a comparison prints says the same as what it decides.
import { expect, test } from 'vitest'
import type { Difference } from '../../src/measure/comparison.ts'
import type { Measured } from '../../src/measure/summary.ts'
import { changeText } from '../../src/report/comparison-rows.ts'

const look = { colour: false, unicode: true, width: 100 }

function of(mean: number, half: number, unit: Measured['unit']): Measured {
  return { mean, low: mean - half, high: mean + half, n: 5, unit }
}

function difference(metric: string, by: Measured, change: Measured | null): Difference {
  const shown = by.low! > 0 || by.high! < 0
  const [before, after] = [of(100, 1, by.unit), of(100 + by.mean, 1, by.unit)]
  return { metric, phase: 'steady', before, after, difference: by, change, shown }
}

test.each([
  ['a ratio', 'web.latency.p99', of(-20e-6, 2e-6, 's'), of(-0.2, 0.02, '1'), '-20.0 ± 2.0%'],
  ['a ratio that is not sure', 'web.offered', of(3, 9, 'pps'), of(0.03, 0.09, '1'), '+3.0 ± 9.0%'],
  [
    'a ratio that is sure of a difference that is not',
    'web.connections.reset',
    of(-21, 74, '1'),
    of(-0.861, 0.094, '1'),
    '-21 ± 74',
  ],
  ['points of a share', 'web.loss', of(0.02, 0.01, '1'), of(2, 1, '1'), '+2.0 ± 1.0 points'],
  ['from nothing', 'web.connections.kept', of(12, 3, '1'), null, '+12.0 ± 3.0'],
] as const)('%s', (_, metric, by, change, text) => {
  expect(changeText(difference(metric, by, change), look)).toBe(text)
})
