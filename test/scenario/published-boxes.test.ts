// The cost profiles against the measurements that they were made from and against others of the
// same kind: a published figure lies between what the ends of the profile's ranges give.
import { describe, expect, test } from 'vitest'
import {
  BOXES,
  DPVS_HZ,
  VERDICTS,
  XDP_PAPER_HZ,
  capacity,
  connectionsPerSecond,
  coresFor,
  published,
  type Box,
  type End,
} from './published-boxes.ts'

describe('packets a second', () => {
  test.each(BOXES)('%s lies within the ranges of its profile', (id, box, nearest) => {
    const measured = published(id) * 1e6
    expect(measured).toBeGreaterThanOrEqual(capacity(box, 'low'))
    expect(measured).toBeLessThanOrEqual(capacity(box, 'high'))
    // And not far from the value that is used.
    expect(Math.abs(capacity(box, 'value') / measured - 1)).toBeLessThan(nearest)
  })

  test('one and six cores of TUN: 1.24 and 7.27 Mpps', () => {
    const tun = (cores: number): Box => ({
      profile: 'kernel',
      mode: 'tun',
      cores,
      clockHz: XDP_PAPER_HZ,
    })
    expect(capacity(tun(1), 'value') / 1e6).toBeCloseTo(1.237, 3)
    expect(capacity(tun(6), 'value') / 1e6).toBeCloseTo(7.07, 2)
  })
})

describe('connections a second', () => {
  // Eight and more workers share what they did not with fewer: the range of alpha holds them.
  test.each([1, 2, 4, 8, 10])('DPVS with %s workers', (cores) => {
    const box: Box = { profile: 'dpdk', mode: 'nat', cores, clockHz: DPVS_HZ }
    const measured = published(`dpvs-fnat-cps-${cores}w`)
    expect(measured).toBeGreaterThanOrEqual(connectionsPerSecond(box, 6, 'low'))
    expect(measured).toBeLessThanOrEqual(connectionsPerSecond(box, 6, 'high'))
  })

  test('one worker of DPVS opens 200,000 within 3 %', () => {
    const box: Box = { profile: 'dpdk', mode: 'nat', cores: 1, clockHz: DPVS_HZ }
    expect(connectionsPerSecond(box, 6, 'value')).toBeGreaterThan(0.97 * 200_000)
    expect(connectionsPerSecond(box, 6, 'value')).toBeLessThan(1.03 * 200_000)
  })
})

describe('cores that 14.88 Mpps take', () => {
  test.each(VERDICTS)('%s', (id, box) => {
    expect(coresFor(box)).toBe(published(id))
  })
})

test('a million entries in 2^12 buckets cost about twice what they cost in 2^18', () => {
  const spent = (buckets: number, end: End): number => {
    const box: Box = { profile: 'kernel', mode: 'dr', cores: 1, clockHz: 3e9, buckets }
    return 1 / capacity({ ...box, entries: 1_000_000 }, end)
  }
  const measured = published('wiki-si-4096') / published('wiki-si-262144')
  expect(measured).toBeCloseTo(2.17, 2)
  const ratio = (end: End) => spent(1 << 12, end) / spent(1 << 18, end)
  // The base has a range of its own, so the dearer chain goes with the cheaper packet.
  expect(measured).toBeGreaterThan(Math.min(ratio('low'), ratio('high')) * 0.9)
  expect(measured).toBeLessThan(ratio('value'))
})
