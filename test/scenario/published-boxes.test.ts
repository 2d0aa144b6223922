// The cost profiles against the measurements that they were made from and against others of the
// same kind: a published figure lies between what the ends of the profile's ranges give.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { PacketCost, type CostMethod } from '../../src/cluster/cost.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import type { CostProfile, CostValue } from '../../src/scenario/profiles/cost-profile.ts'
import { PROFILES } from '../../src/scenario/profiles/index.ts'
import type { Forwarding } from '../../src/scenario/scenario.ts'

const METHODS: Record<Forwarding, CostMethod> = { nat: 0, tun: 2, dr: 3 }
const LINE_RATE = 14_880_952.38

interface Record_ {
  id: string
  value: number
}
const records = JSON.parse(
  readFileSync(new URL('../support/calibration.json', import.meta.url), 'utf8'),
) as Record_[]

function published(id: string): number {
  const found = records.find((record) => record.id === id)
  expect(found, id).toBeDefined()
  return found!.value
}

interface Box {
  profile: CostProfile['name']
  mode: Forwarding
  cores: number
  clockHz: number
  buckets?: number
  conntrack?: boolean
  mitigations?: boolean
  /** Entries of the connection table. */
  entries?: number
}

type End = 'low' | 'value' | 'high'

/** Costs of a box at one end of every range: 'low' is the dearest box that the profile allows. */
function costOf(box: Box, end: End): PacketCost {
  const profile = PROFILES[box.profile]
  const cost = (value: CostValue): number =>
    end === 'value' ? value.value : end === 'low' ? value.high : value.low
  const base = (mode: Forwarding) => {
    const value = profile.base[mode]
    return value === undefined ? null : cost(value)
  }
  return new PacketCost({
    clockHz: box.clockHz,
    cores: box.cores,
    baseCycles: { 0: base('nat'), 2: base('tun'), 3: base('dr') },
    conntrackCycles: box.conntrack === true ? cost(profile.conntrack) : 0,
    coldTableCycles: cost(profile.coldTable),
    cacheEntries: profile.cacheEntries,
    chainCycles: cost(profile.chain),
    buckets: box.buckets ?? 1 << 20,
    setupCycles: cost(profile.setup),
    interruptCycles: cost(profile.interrupt),
    remoteCores: 0,
    remoteCapacity: 1,
    scalingAlpha: cost(profile.scaling),
    mitigations: box.mitigations === true ? cost(profile.mitigations) : 1,
    flatPs: null,
  })
}

/** Packets a second over all cores, spread evenly, in a table that the cache holds. */
function capacity(box: Box, end: End): number {
  const ps = costOf(box, end).of(METHODS[box.mode], false, box.entries ?? 1000)
  return (box.cores * PS_PER_SECOND) / ps
}

/** Connections a second of so many packets each. */
function connectionsPerSecond(box: Box, packets: number, end: End): number {
  const cost = costOf(box, end)
  const method = METHODS[box.mode]
  const ps = cost.of(method, true, 1000) + (packets - 1) * cost.of(method, false, 1000)
  return (box.cores * PS_PER_SECOND) / ps
}

const XDP_PAPER_HZ = 3.804e9
const DPVS_HZ = 2.2e9

describe('packets a second', () => {
  const boxes: [id: string, box: Box, nearest: number][] = [
    ...[1, 2, 3, 4, 5, 6].map((cores): [string, Box, number] => [
      `ipvs-tun-xdppaper-${cores}c`,
      { profile: 'kernel', mode: 'tun', cores, clockHz: XDP_PAPER_HZ },
      0.03,
    ]),
    ...[1, 2, 3, 4, 5, 6].map((cores): [string, Box, number] => [
      `katran-xdppaper-${cores}c`,
      { profile: 'xdp', mode: 'tun', cores, clockHz: XDP_PAPER_HZ },
      0.06,
    ]),
    // From four workers on the test was limited by its 10G port.
    ...[1, 2].map((cores): [string, Box, number] => [
      `dpvs-fnat-udp-${cores}w`,
      { profile: 'dpdk', mode: 'nat', cores, clockHz: DPVS_HZ },
      0.1,
    ]),
    // Read off a chart, with connections that come and go in it: between the ends, no more.
    ...[1, 2, 3, 4, 5, 6, 7].map((cores): [string, Box, number] => [
      `dpvschart-dpvs-${cores}c`,
      { profile: 'dpdk', mode: 'nat', cores, clockHz: DPVS_HZ },
      Infinity,
    ]),
  ]
  test.each(boxes)('%s lies within the ranges of its profile', (id, box, nearest) => {
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
  const verdicts: [id: string, box: Omit<Box, 'cores'>][] = [
    ['verdict-cores-kernel-dr-3.0', { profile: 'kernel', mode: 'dr', clockHz: 3e9 }],
    ['verdict-cores-kernel-dr-3.8', { profile: 'kernel', mode: 'dr', clockHz: 3.8e9 }],
    [
      'verdict-cores-kernel-dr-3.0-mitig',
      { profile: 'kernel', mode: 'dr', clockHz: 3e9, mitigations: true },
    ],
    [
      'verdict-cores-kernel-dr-3.0-ct',
      { profile: 'kernel', mode: 'dr', clockHz: 3e9, conntrack: true },
    ],
    ['verdict-cores-xdp-3.8', { profile: 'xdp', mode: 'tun', clockHz: 3.8e9 }],
    ['verdict-cores-dpdk-dpvs-2.2', { profile: 'dpdk', mode: 'nat', clockHz: DPVS_HZ }],
  ]
  test.each(verdicts)('%s', (id, box) => {
    let cores = 1
    while (capacity({ ...box, cores }, 'value') < LINE_RATE) cores++
    expect(cores).toBe(published(id))
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
