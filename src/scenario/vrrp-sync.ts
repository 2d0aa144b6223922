// The synchronisation of connections between the directors of a scenario (spec ipvs-sync.md).
import type { Findings } from './findings.ts'
import type { Scenario } from './scenario.ts'
import type { Document } from './schema.ts'
import { parseQuantity } from './units.ts'
import type { SyncSpec } from './vrrp-spec.ts'

const PS_PER_SECOND = 1_000_000_000_000
/** The kernel's defaults. */
const THRESHOLD = 3
const PERIOD = 50

/** Gives every director with a keepalived its part in the synchronisation, where there is one. */
export function readSync({ vrrp }: Document, scenario: Scenario, findings: Findings): void {
  const given = vrrp?.syncConnections ?? false
  if (given === false) return
  const { role, threshold = THRESHOLD, period = PERIOD, refresh, id } = given === true ? {} : given
  const path = ['vrrp', 'syncConnections']
  if (period > 0 && threshold >= period) {
    const message = `must be less than the period of ${period}, got ${threshold}`
    findings.error([...path, 'threshold'], `${message} (the kernel refuses it)`)
    return
  }
  const sysctls: SyncSpec['sysctls'] = { sync_threshold: `${threshold} ${period}` }
  if (refresh !== undefined) {
    const seconds = Math.round(parseQuantity('time', refresh)! / PS_PER_SECOND)
    if (seconds < 1) findings.error([...path, 'refresh'], `at least 1s, got "${refresh}"`)
    sysctls['sync_refresh_period'] = `${seconds}`
  }
  const processes = scenario.vrrp?.processes ?? []
  const isOne =
    new Set(processes.flatMap(({ settings }) => settings.instances.map(nameOf))).size < 2
  for (const { director, settings } of processes) {
    const [instance] = settings.instances
    if (instance === undefined) continue
    scenario.directors[director]!.sync = {
      role: role ?? (isOne ? 'follows' : 'both'),
      syncId: id ?? processes[0]!.settings.instances[0]!.vrid,
      ...{ instance: instance.name, card: instance.interface, sysctls },
    }
  }
}

function nameOf({ name }: { name: string }): string {
  return name
}
