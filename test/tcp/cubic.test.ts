// CUBIC's window against its closed form (RFC 9438, 4.2), and the cube root that it needs.
import { describe, expect, test } from 'vitest'
import fc from '../support/properties.ts'
import { cbrt } from '../../src/kernel/elementary.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { BETA, C, cubic } from '../../src/tcp/cubic.ts'
import { Endpoint } from '../../src/tcp/endpoint.ts'

const MSS = 1448

/** Acknowledges a window in each round trip; gives the window after so many seconds. */
function windowAfter(wMax: number, rttSeconds: number, seconds: number): number {
  const end = new Endpoint(0)
  end.mss = MSS
  end.cwnd = wMax * MSS
  end.srttPs = rttSeconds * PS_PER_SECOND
  end.cwnd = cubic.threshold(end)
  const steps = Math.round(seconds / rttSeconds)
  for (let round = 0; round <= steps; round++) {
    const acks = Math.floor(end.cwnd / MSS / 2)
    for (let ack = 0; ack < acks; ack++) {
      cubic.avoid(end, 2 * MSS, (round + ack / acks) * rttSeconds * PS_PER_SECOND)
    }
  }
  return end.cwnd / MSS
}

describe('the window after a loss', () => {
  const wMax = 10_000
  const k = Math.cbrt((wMax * (1 - BETA)) / C)

  test('begins at seven tenths', () => {
    const end = new Endpoint(0)
    end.mss = MSS
    end.cwnd = wMax * MSS
    expect(cubic.threshold(end)).toBeCloseTo(0.7 * wMax * MSS, 3)
  })

  test.each([0.25, 0.5, 0.75, 1, 1.25, 1.5])('follows the cubic at %f of K', (share) => {
    const rtt = 0.02
    const seconds = share * k
    const t = seconds + rtt - k
    const expected = C * t * t * t + wMax
    expect(windowAfter(wMax, rtt, seconds) / expected).toBeCloseTo(1, 2)
  })

  test('a short round trip makes it as fast as Reno with the same mean', () => {
    // 3 (1 - beta) / (1 + beta) = 0.529 segments a round trip, where the cubic is still flat.
    const rtt = 0.001
    const rounds = 50
    const window = windowAfter(100, rtt, rounds * rtt)
    expect(window).toBeCloseTo(70 + ((3 * (1 - BETA)) / (1 + BETA)) * (rounds + 1), 0)
  })

  test('a second loss below the plateau lowers the plateau', () => {
    const end = new Endpoint(0)
    end.mss = MSS
    end.cwnd = 1000 * MSS
    end.cwnd = cubic.threshold(end)
    cubic.threshold(end)
    expect(end.cubic!.wMax).toBeCloseTo((700 * (1 + BETA)) / 2, 2)
  })
})

test('the cube root is good to two units in the last place', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
      const root = cbrt(x)
      expect(Math.abs(root / Math.cbrt(x) - 1)).toBeLessThanOrEqual(2 * Number.EPSILON)
      expect(cbrt(-x)).toBe(-root)
    }),
  )
  expect([cbrt(0), cbrt(27), cbrt(1000)]).toEqual([0, 3, 10])
})
