// Boxes whose packet rates were published, and what the cost profiles make of them at each end of
// their ranges.
import { readFileSync } from 'node:fs'
import { PacketCost, type CostMethod } from '../../src/cluster/cost.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import type { CostProfile, CostValue } from '../../src/scenario/profiles/cost-profile.ts'
import { PROFILES } from '../../src/scenario/profiles/index.ts'
import type { Forwarding } from '../../src/scenario/scenario.ts'

const METHODS: Record<Forwarding, CostMethod> = { nat: 0, tun: 2, dr: 3 }
const LINE_RATE = 14_880_952.38

interface Published {
  id: string
  value: number
  source_title: string
}
const records = JSON.parse(
  readFileSync(new URL('../support/calibration.json', import.meta.url), 'utf8'),
) as Published[]

export function publishedOf(id: string): Published {
  const found = records.find((record) => record.id === id)
  if (found === undefined) throw new Error(`nothing is published as ${id}`)
  return found
}

export function published(id: string): number {
  return publishedOf(id).value
}

export interface Box {
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

export type End = 'low' | 'value' | 'high'

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
export function capacity(box: Box, end: End): number {
  const ps = costOf(box, end).of(METHODS[box.mode], false, box.entries ?? 1000)
  return (box.cores * PS_PER_SECOND) / ps
}

/** Connections a second of so many packets each. */
export function connectionsPerSecond(box: Box, packets: number, end: End): number {
  const cost = costOf(box, end)
  const method = METHODS[box.mode]
  const ps = cost.of(method, true, 1000) + (packets - 1) * cost.of(method, false, 1000)
  return (box.cores * PS_PER_SECOND) / ps
}

export const XDP_PAPER_HZ = 3.804e9
export const DPVS_HZ = 2.2e9

export const BOXES: [id: string, box: Box, nearest: number][] = [
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

export const VERDICTS: [id: string, box: Omit<Box, 'cores'>][] = [
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

/** The fewest cores of a box that carry 14.88 Mpps. */
export function coresFor(box: Omit<Box, 'cores'>): number {
  let cores = 1
  while (capacity({ ...box, cores }, 'value') < LINE_RATE) cores++
  return cores
}
