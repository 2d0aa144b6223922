// Bulk transfers against what is known of them (bulk.ts), round trips counted by hand, and windows.
import { describe, expect, test } from 'vitest'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import {
  MSS,
  PADHYE,
  PRODUCT_BYTES,
  ROUNDS,
  SQUARE_ROOT,
  bulk,
  filled,
  goodput,
  padhye,
  roundTripsOf,
  squareRoot,
} from './bulk.ts'

test.each(SQUARE_ROOT)('the square-root law holds for independent losses: %o', (given) => {
  const { ours, formula } = squareRoot(given)
  expect(ours / formula).toBeGreaterThan(0.85)
  expect(ours / formula).toBeLessThan(1.15)
})

test.each(PADHYE)(
  'the formula of Padhye and others holds for losses as it has them: %o',
  (given) => {
    const { ours, formula } = padhye(given)
    expect(ours / formula).toBeGreaterThan(0.85)
    expect(ours / formula).toBeLessThan(1.15)
  },
)

test.each(ROUNDS)('%i B take the %i round trips that slow start needs', (bytes, rounds) => {
  expect(roundTripsOf(bytes)).toBeGreaterThanOrEqual(rounds - 0.5)
  expect(roundTripsOf(bytes)).toBeLessThan(rounds - 0.5 + 0.03)
})

describe('windows and buffers bound what is under way', () => {
  test('enough of both fills the wire: payload is 94.1 % of it', () => {
    expect(filled({ rmem: 8 * PRODUCT_BYTES, wmem: 4 * PRODUCT_BYTES })).toBeCloseTo(1448 / 1538, 2)
  })

  test.each([
    ['rmem', { rmem: PRODUCT_BYTES, wmem: 4 * PRODUCT_BYTES }],
    ['wmem', { rmem: 8 * PRODUCT_BYTES, wmem: PRODUCT_BYTES / 2 }],
  ])('half the product in %s gives half the rate', (_, tcp) => {
    // A window of half the product for each round trip, which the wire stretches by a frame.
    expect(filled(tcp)).toBeGreaterThan(0.485)
    expect(filled(tcp)).toBeLessThan(0.505)
  })
})

describe('CUBIC', () => {
  // RFC 9438, 5.1: with a loss for every 1/p segments, 1.054 (RTT / p)^0.75 segments are under way.
  test.each([
    { rttMs: 100, every: 5_000, seconds: 150 },
    { rttMs: 200, every: 5_000, seconds: 300 },
  ])('has the mean window of its closed form: %o', ({ rttMs, every, seconds }) => {
    const mean = (congestion: 'cubic' | 'reno') => {
      let sent = 0
      const loses = () => ++sent % every === 0
      const tcp = { congestion, rmem: 1e9, wmem: 1e9, delayedAck: false }
      return (goodput({ tcp, rttMs, loses }, seconds) / MSS) * (rttMs / 1000)
    }
    const expected = 1.054 * ((rttMs / 1000) * every) ** 0.75
    const cubic = mean('cubic')
    expect(cubic / expected).toBeGreaterThan(0.85)
    expect(cubic / expected).toBeLessThan(1.15)
    // The same losses leave Reno sqrt(3 / 2p).
    const reno = mean('reno')
    expect(reno / Math.sqrt(1.5 * every)).toBeGreaterThan(0.85)
    expect(reno / Math.sqrt(1.5 * every)).toBeLessThan(1.15)
  })
})

test('a transfer of a second takes a second of simulated time', () => {
  const pair = bulk({ tcp: {}, rttMs: 1, rateBps: 1_000_000_000, bytes: 117_000_000 })
  while (pair.client.rcvNxt <= 117_000_000) pair.run(0.01)
  expect(pair.kernel.now / PS_PER_SECOND).toBeGreaterThan(0.99)
  expect(pair.kernel.now / PS_PER_SECOND).toBeLessThan(1.02)
})
