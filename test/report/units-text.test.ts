import { expect, test } from 'vitest'
import type { Measured } from '../../src/measure/summary.ts'
import { plusMinus, valueText, type TextKind } from '../../src/report/units-text.ts'

test.each([
  [13_998_000, 'rate', '13.998 Mpps'],
  [70_260, 'rate', '70.26 kpps'],
  [950, 'rate', '950 pps'],
  [999_999.6, 'rate', '1.000 Mpps'],
  [0, 'rate', '0 pps'],
  [71.4e-6, 'time', '71.4us'],
  [1.2e-3, 'time', '1.20ms'],
  [0, 'time', '0s'],
  [0.941, 'share', '94.1%'],
  [0, 'loss', '0.000%'],
  [0.0621, 'loss', '6.21%'],
  [0.000_001, 'loss', '<0.001%'],
  [0.99762, 'index', '0.9976'],
  [50_219, 'count', '50,219'],
  [Infinity, 'rate', 'none'],
] as [number, TextKind, string][])('%s as %s is %s', (value, kind, text) => {
  expect(valueText(value, kind)).toBe(text)
})

const measured = (mean: number, half: number | null): Measured => ({
  mean,
  low: half === null ? null : mean - half,
  high: half === null ? null : mean + half,
  n: 5,
  unit: '1',
})

test.each([
  [13_998_000, 13_000, 'rate', '13.998 ± 0.013 Mpps'],
  [71.44e-6, 1.23e-6, 'time', '71.4 ± 1.2us'],
  [0.0621, 0.0149, 'loss', '6.2 ± 1.5%'],
  [0.941, 0.00001, 'share', '94.10 ± <0.01%'],
  [0.609_694, 0.000_000_2, 'time', '609.7 ± <0.1ms'],
  [0.609_694, 0.000_002, 'time', '609.694 ± 0.002ms'],
  [1, 0, 'index', '1.0000 ± 0.0000'],
  [0.941, null, 'share', '94.1%'],
] as [number, number | null, TextKind, string][])('%s ± %s', (mean, half, kind, text) => {
  expect(plusMinus(measured(mean, half), kind, { unicode: true })).toBe(text)
  const ascii = text.replace('±', '+/-')
  expect(plusMinus(measured(mean, half), kind, { unicode: false })).toBe(ascii)
})

test('none lost is told with its bound', () => {
  const none: Measured = { mean: 0, low: 0, high: 0.000_014_1, n: 5, unit: '1' }
  expect(plusMinus(none, 'loss', { unicode: true })).toBe('0% (<0.0015%)')
})
