import fc from '../support/properties.ts'
import { expect, test } from 'vitest'
import {
  formatQuantity,
  parseQuantity,
  QUANTITIES,
  suggestQuantity,
  type QuantityKind,
} from '../../src/scenario/units.ts'

test.each([
  ['time', '50us', 50_000_000],
  ['time', '1.1us', 1_100_000],
  ['time', '2 ms', null],
  ['time', '1µs', 1_000_000],
  ['time', '0.3333ps', 0.3333],
  ['bitRate', '10Gbps', 1e10],
  ['bitRate', '10gbps', null],
  ['packetRate', '14Mpps', 14e6],
  ['size', '2MiB', 2_097_152],
  ['size', '2MB', null],
  ['frequency', '3.0GHz', 3e9],
  ['share', '0.1%', 0.001],
  ['packets', '1000packets', 1000],
  ['time', '-1us', null],
  ['time', '1e3us', null],
  ['time', '', null],
] as [QuantityKind, string, number | null][])('%s %s', (kind, text, value) => {
  const parsed = parseQuantity(kind, text)
  if (value === null) expect(parsed).toBeNull()
  else expect(parsed).toBeCloseTo(value, 12)
})

test.each([
  ['bitRate', '10Gbs', '"10Gbps"'],
  ['bitRate', '10gbps', '"10Gbps"'],
  ['size', '2MB', '"2MiB"'],
  ['time', 5, '"5us"'],
  ['time', '5 ms', '"5ms"'],
  ['time', 'soon', undefined],
] as [QuantityKind, unknown, string | undefined][])('%s %s suggests %s', (kind, given, meant) => {
  expect(suggestQuantity(kind, given)).toBe(meant)
})

test('what is written is read back exactly', () => {
  const kinds = Object.keys(QUANTITIES) as QuantityKind[]
  const whole = fc.integer({ min: 0, max: 1e15 })
  fc.assert(
    fc.property(fc.constantFrom(...kinds.filter((kind) => kind !== 'share')), whole, (kind, n) => {
      expect(parseQuantity(kind, formatQuantity(kind, n))).toBe(n)
    }),
  )
})

test('a time is told in a unit that it fits', () => {
  const told = (seconds: number): string => formatQuantity('time', seconds * 1e12)
  expect([500, 60, 90, 7200, 3700, 0.5].map(told)).toEqual([
    ...['500s', '1min', '1.5min', '2h', '3700s', '500ms'],
  ])
})
