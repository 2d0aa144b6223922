// From a director's `cpu` to what its packets cost: the profile's values, or the user's own figure
// in their place. A mode for which a profile has no published value is refused with the ways out.
import type { DirectorCosts } from '../cluster/cost.ts'
import { PS_PER_SECOND } from '../kernel/time.ts'
import type { CostUsed } from '../measure/summary.ts'
import type { CostProfile, CostValue } from './profiles/cost-profile.ts'
import { PROFILES } from './profiles/index.ts'
import type { CpuSpec, DirectorSpec, Forwarding } from './scenario.ts'

export interface CostsInUse {
  costs: DirectorCosts
  /** The values that matter, with source, hardware, grade and range, for reports. */
  used: CostUsed[]
}

/** What packets of those modes cost on that machine, or why that cannot be said. */
export function directorCosts(
  director: Pick<DirectorSpec, 'cpu' | 'conntrack' | 'connections' | 'nics' | 'sync'>,
  modes: readonly Forwarding[],
): CostsInUse | { problem: string } {
  const { cpu } = director
  const profile = PROFILES[cpu.profile]
  const isOwn = cpu.perPacketPs !== null || cpu.measuredPps !== null
  const missing = modes.find((mode) => profile.base[mode] === undefined)
  if (missing !== undefined && !isOwn) {
    const known = Object.keys(profile.base).join(' and ')
    return {
      problem:
        `profile "${cpu.profile}" has no published cost for ${missing}, only for ${known}; ` +
        'give cpu.perPacket ("900ns") or cpu.measured ("1.1Mpps", your own figure per core)',
    }
  }
  return {
    costs: {
      clockHz: cpu.clockHz,
      cores: cpu.cores,
      baseCycles: {
        0: baseCycles(profile, cpu, 'nat'),
        2: baseCycles(profile, cpu, 'tun'),
        3: baseCycles(profile, cpu, 'dr'),
      },
      conntrackCycles: director.conntrack ? profile.conntrack.value : 0,
      coldTableCycles: profile.coldTable.value,
      cacheEntries: profile.cacheEntries,
      chainCycles: profile.chain.value,
      buckets: director.connections.tableSize,
      setupCycles: profile.setup.value,
      interruptCycles: profile.interrupt.value,
      syncRecordCycles: profile.syncRecord.value,
      remoteCores: cpu.remoteCores,
      remoteCapacity: profile.remote.value,
      scalingAlpha: profile.scaling.value,
      mitigations: cpu.mitigations ? profile.mitigations.value : 1,
      flatPs: cpu.perPacketPs,
    },
    used: usedOf(profile, director, modes),
  }
}

/** Memory of one entry of the connection table, with that of conntrack where it is on. */
export function bytesPerConnection(director: Pick<DirectorSpec, 'cpu' | 'conntrack'>): number {
  const { bytesPerConnection: own, bytesPerTracked } = PROFILES[director.cpu.profile]
  return own.value + (director.conntrack ? bytesPerTracked.value : 0)
}

function baseCycles(profile: CostProfile, cpu: CpuSpec, mode: Forwarding): number | null {
  if (cpu.measuredPps !== null) return cpu.clockHz / cpu.measuredPps
  return profile.base[mode]?.value ?? null
}

function usedOf(
  profile: CostProfile,
  { cpu, conntrack, nics, sync }: Pick<DirectorSpec, 'cpu' | 'conntrack' | 'nics' | 'sync'>,
  modes: readonly Forwarding[],
): CostUsed[] {
  const remote = cpu.remoteCores > 0 ? [profile.remote] : []
  const memory = [profile.bytesPerConnection, ...(conntrack ? [profile.bytesPerTracked] : [])]
  if (cpu.perPacketPs !== null) {
    return [ownFlat(cpu.perPacketPs), ...[...remote, ...memory].map(toUsed)]
  }
  const base =
    cpu.measuredPps === null
      ? modes.map((mode) => profile.base[mode]!)
      : [ownMeasured(cpu.measuredPps)]
  const all = [
    ...base,
    ...(conntrack ? [profile.conntrack] : []),
    ...[profile.coldTable, profile.chain, profile.setup, profile.scaling],
    ...(nics.some(({ moderationPs }) => moderationPs !== null) ? [profile.interrupt] : []),
    ...(sync === undefined ? [] : [profile.syncRecord]),
    ...remote,
    ...(cpu.mitigations ? [profile.mitigations] : []),
    ...memory,
  ]
  return all.map(toUsed)
}

function toUsed(value: Omit<CostValue, 'id'>): CostUsed {
  const { name, unit, low, high, source, hardware, grade } = value
  return { name, value: value.value, unit, low, high, source, hardware, grade }
}

function ownMeasured(pps: number): Omit<CostValue, 'id'> {
  return own('packets of one core, measured by the user', pps, 'pps')
}

function ownFlat(ps: number): CostUsed {
  return toUsed(own('time per packet, given in the scenario', ps / PS_PER_SECOND, 's'))
}

function own(name: string, value: number, unit: string): Omit<CostValue, 'id'> {
  const hardware = "the user's"
  return {
    name,
    value,
    unit,
    low: value,
    high: value,
    source: 'the scenario',
    hardware,
    grade: 'A',
  }
}
