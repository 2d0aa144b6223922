// From a director's `cpu` to what its packets cost: the profile's values, or the user's own figure
// in their place. A mode for which a profile has no published value is refused with the ways out.
import type { DirectorCosts } from '../cluster/cost.ts'
import { PS_PER_SECOND } from '../kernel/time.ts'
import type { CostUsed } from '../measure/summary.ts'
import type { CostProfile, CostValue } from './profiles/cost-profile.ts'
import { PROFILES } from './profiles/index.ts'
import type { CpuSpec, Forwarding } from './scenario.ts'

export interface CostsInUse {
  costs: DirectorCosts
  /** The values that matter, with source, hardware, grade and range, for reports. */
  used: CostUsed[]
}

/** What packets of those modes cost on that processor, or why that cannot be said. */
export function directorCosts(
  cpu: CpuSpec,
  modes: readonly Forwarding[],
): CostsInUse | { problem: string } {
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
  const scaling = profile.scaling.value
  return {
    costs: {
      clockHz: cpu.clockHz,
      cores: cpu.cores,
      baseCycles: {
        0: baseCycles(profile, cpu, 'nat'),
        2: baseCycles(profile, cpu, 'tun'),
        3: baseCycles(profile, cpu, 'dr'),
      },
      coldTableCycles: profile.coldTable.value,
      cacheEntries: profile.cacheEntries,
      setupCycles: profile.setup.value,
      scalingAlpha: scaling,
      mitigations: cpu.mitigations ? profile.mitigations.value : 1,
      flatPs: cpu.perPacketPs,
    },
    used: cpu.perPacketPs === null ? usedOf(profile, cpu, modes) : [ownFlat(cpu.perPacketPs)],
  }
}

function baseCycles(profile: CostProfile, cpu: CpuSpec, mode: Forwarding): number | null {
  if (cpu.measuredPps !== null) return cpu.clockHz / cpu.measuredPps
  return profile.base[mode]?.value ?? null
}

function usedOf(profile: CostProfile, cpu: CpuSpec, modes: readonly Forwarding[]): CostUsed[] {
  const base =
    cpu.measuredPps === null
      ? modes.map((mode) => profile.base[mode]!)
      : [ownMeasured(cpu.measuredPps)]
  const surcharges = [profile.coldTable, profile.setup, profile.scaling]
  const all = cpu.mitigations ? [...surcharges, profile.mitigations] : surcharges
  return [...base, ...all].map(toUsed)
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
