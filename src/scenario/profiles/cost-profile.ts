// What a cost profile is: named values with source, hardware, evidence grade and range, so that
// reports can print what their numbers rest on. Grades: A primary source with hardware stated, B
// primary but incomplete, C secondary or historic, D an engineering choice. The ids are those of
// the calibration records.
import type { Forwarding } from '../scenario.ts'

export interface CostValue {
  /** Record of the calibration data. */
  id: string
  name: string
  value: number
  unit: string
  low: number
  high: number
  source: string
  hardware: string
  grade: 'A' | 'B' | 'C' | 'D'
}

export interface CostProfile {
  name: 'kernel' | 'xdp' | 'dpdk'
  /**
   * Cycles per packet of the director, each direction for NAT; a mode without a published value is
   * absent.
   */
  base: Partial<Record<Forwarding, CostValue>>
  setup: CostValue
  coldTable: CostValue
  conntrack: CostValue
  chain: CostValue
  interrupt: CostValue
  syncRecord: CostValue
  remote: CostValue
  scaling: CostValue
  mitigations: CostValue
  bytesPerConnection: CostValue
  bytesPerTracked: CostValue
  /** Entries that a last-level cache of 32 MiB holds, 320 B each. */
  cacheEntries: number
}

export const GENERIC_HARDWARE = 'generic x86-64 server, 2.2-3.8 GHz'

/** Values that every profile shares. */
const COLD_TABLE: CostValue = {
  id: 'rec-cyc-cold',
  name: 'more entries than the last-level cache holds',
  value: 500,
  unit: 'cycles',
  low: 150,
  high: 1200,
  source: 'derived: two dependent DRAM misses of 90 ns at 3 GHz',
  hardware: GENERIC_HARDWARE,
  grade: 'D',
}

const CONNTRACK: CostValue = {
  id: 'rec-cyc-ct',
  name: 'connection tracking, per packet',
  value: 1000,
  unit: 'cycles',
  low: 500,
  high: 1900,
  source: 'derived: at most 347 ns, from 4.8 Mpps without tracking and 1.8 Mpps with it',
  hardware: GENERIC_HARDWARE,
  grade: 'B',
}

const CHAIN: CostValue = {
  id: 'rec-chain',
  name: 'each entry met in the chain before the right one',
  value: 60,
  unit: 'cycles',
  low: 20,
  high: 300,
  source: 'derived: Wikimedia, a million entries in 2^12 and in 2^18 buckets (Linux 6f7edb4881bf)',
  hardware: GENERIC_HARDWARE,
  grade: 'D',
}

const INTERRUPT: CostValue = {
  id: 'rec-irq',
  name: 'interrupt and start of polling',
  value: 5000,
  unit: 'cycles',
  low: 2000,
  high: 12_000,
  source: 'no published figure found',
  hardware: GENERIC_HARDWARE,
  grade: 'D',
}

const SYNC_RECORD: CostValue = {
  id: 'def-sync',
  name: 'a connection synchronised, on each side',
  value: 500,
  unit: 'cycles',
  low: 200,
  high: 1500,
  source: 'calibration, section 9: about 500 cycles per record, an engineering choice',
  hardware: GENERIC_HARDWARE,
  grade: 'D',
}

const REMOTE: CostValue = {
  id: 'rec-numa',
  name: 'capacity of a core on the other socket',
  value: 0.6,
  unit: '1',
  low: 0.4,
  high: 0.9,
  source: 'derived: DPVS, 16 workers slower than 10; DPVS issue 268, 16 cores slower than 8',
  hardware: GENERIC_HARDWARE,
  grade: 'D',
}

const SCALING: CostValue = {
  id: 'rec-alpha',
  name: 'scaling loss alpha in 1/(1+alpha(n-1))',
  value: 0.01,
  unit: '1',
  low: 0.004,
  high: 0.07,
  source: 'derived: IPVS TUN 0.004, Linux forwarding 0.025, DPVS connections 0.068',
  hardware: GENERIC_HARDWARE,
  grade: 'B',
}

const MITIGATIONS: CostValue = {
  id: 'rec-cyc-mitig',
  name: 'factor with CPU mitigations on',
  value: 1.25,
  unit: '1',
  low: 1.05,
  high: 2.2,
  source: 'derived: 13 to 6 Mpps in the worst case of 2018, later kernels far less',
  hardware: GENERIC_HARDWARE,
  grade: 'D',
}

const BYTES_PER_CONNECTION: CostValue = {
  id: 'rec-conn-bytes',
  name: 'memory per connection',
  value: 320,
  unit: 'B',
  low: 288,
  high: 650,
  source: 'sizeof(struct ip_vs_conn) 288 B, rounded to cache lines',
  hardware: GENERIC_HARDWARE,
  grade: 'A',
}

const BYTES_PER_TRACKED: CostValue = {
  id: 'mem-nf_conn',
  name: 'memory of its tracking',
  value: 352,
  unit: 'B',
  low: 320,
  high: 384,
  source: 'sizeof(struct nf_conn) 248 B with extensions, about 320 to 384 B in the slab',
  hardware: GENERIC_HARDWARE,
  grade: 'A',
}

/** 32 MiB / 320 B is 104,857; the calibration says 64k to 100k. */
const CACHE_ENTRIES = 100_000

/** What all profiles have in common: no source tells them apart. */
export const SHARED: Omit<CostProfile, 'name' | 'base' | 'setup'> = {
  coldTable: COLD_TABLE,
  conntrack: CONNTRACK,
  chain: CHAIN,
  interrupt: INTERRUPT,
  syncRecord: SYNC_RECORD,
  remote: REMOTE,
  scaling: SCALING,
  mitigations: MITIGATIONS,
  bytesPerConnection: BYTES_PER_CONNECTION,
  bytesPerTracked: BYTES_PER_TRACKED,
  cacheEntries: CACHE_ENTRIES,
}
