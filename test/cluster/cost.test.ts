import { describe, expect, test } from 'vitest'
import { PacketCost, type DirectorCosts } from '../../src/cluster/cost.ts'

/** A cycle lasts 1,000 ps. */
const COSTS: DirectorCosts = {
  clockHz: 1e9,
  cores: 1,
  baseCycles: { 0: 300, 2: 200, 3: 100 },
  conntrackCycles: 0,
  coldTableCycles: 50,
  cacheEntries: 1000,
  chainCycles: 10,
  buckets: 100,
  setupCycles: 5000,
  interruptCycles: 70,
  remoteCores: 0,
  remoteCapacity: 0.5,
  scalingAlpha: 0.1,
  mitigations: 1,
  flatPs: null,
}
const [NAT, TUN, DR] = [0, 2, 3]
const cost = (over: Partial<DirectorCosts> = {}) => new PacketCost({ ...COSTS, ...over })

describe('a packet costs', () => {
  test.each([
    ['its method', DR, false, 0, {}, 100],
    ['its method', TUN, false, 0, {}, 200],
    ['its method', NAT, false, 0, {}, 300],
    // Mean chain 2: a packet that finds its connection meets one entry before it.
    ['half the chain when it finds its connection', DR, false, 200, {}, 110],
    ['the whole chain but the first when it opens one', DR, true, 200, {}, 5110],
    ['no chain when it opens the first', DR, true, 0, {}, 5100],
    ['more in a table beyond the cache', DR, false, 1200, {}, 210],
    ['more with conntrack', NAT, false, 0, { conntrackCycles: 40 }, 340],
    ['more with mitigations', DR, false, 0, { mitigations: 1.25 }, 125],
    ['more beside other cores', DR, false, 0, { cores: 3 }, 120],
    ['a flat time and nothing else', DR, true, 5000, { flatPs: 7000, conntrackCycles: 9 }, 7],
  ] as const)('%s', (_what, method, opened, entries, over, cycles) => {
    expect(cost(over).of(method, opened, entries)).toBe(cycles * 1000)
  })

  test('an interrupt costs its own', () => {
    expect(cost().interruptPs).toBe(70_000)
    expect(cost({ flatPs: 5 }).interruptPs).toBe(0)
  })

  test('the last cores are those on the other socket', () => {
    const four = cost({ cores: 4, remoteCores: 1 })
    expect([0, 1, 2, 3].map((core) => four.slownessOf(core))).toEqual([1, 1, 1, 2])
  })
})
