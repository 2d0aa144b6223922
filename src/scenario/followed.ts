// What the keepalived of directors follows (spec vrrp.md, 8): scripts that a scenario names, and
// what only the whole tells of them: that faults mean something that is followed, and that a weight
// is large enough to move an address.
import { checkersOf } from '../keepalived/checker-conf.ts'
import { allWell } from '../keepalived/vrrp-followed.ts'
import { importVrrp } from '../keepalived/vrrp-import.ts'
import type { InstanceSettings, VrrpSettings } from '../keepalived/vrrp-settings.ts'
import type { ScriptSettings } from '../keepalived/vrrp-tracks.ts'
import { configurationOf } from './check-conf.ts'
import type { Findings } from './findings.ts'
import { nearest } from './nearest.ts'
import type { Scenario } from './scenario.ts'
import { followedBy, type FaultSpec } from './timeline-spec.ts'
import { parseQuantity } from './units.ts'
import type { NamedInstance } from './vrrp-members.ts'

const PS_PER_US = 1_000_000
const PS_PER_SECOND = 1_000_000_000_000

/** Scripts of all instances; one that several have is the same for all. */
export function readScripts(
  instances: readonly NamedInstance[],
  findings: Findings,
): ScriptSettings[] {
  const scripts = new Map<string, ScriptSettings>()
  for (const { document, path } of instances) {
    for (const [name, said] of Object.entries(document.track ?? {})) {
      const { interval = '1s', weight = 0, rise = 1, fall = 1 } = said
      const ps = parseQuantity('time', interval)!
      if (ps <= 0 || ps % PS_PER_SECOND !== 0) {
        const message = `keepalived runs scripts every 1s or more, in whole seconds`
        findings.error([...path, 'track', name, 'interval'], `${message}, got "${interval}"`)
      }
      const own = { name, weight, rise, fall, intervalUs: ps / PS_PER_US }
      const script = { ...own, isReversed: false, startsFailed: false }
      const known = scripts.get(name)
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(script)) {
        const message = `another instance has "${name}" with other settings: it is one script`
        findings.error([...path, 'track', name], message, undefined, 'key')
      }
      scripts.set(name, script)
    }
  }
  return [...scripts.values()]
}

export function checkFollowed(scenario: Scenario, findings: Findings): void {
  scenario.faults.forEach((fault, index) => {
    const name = followedBy(fault)
    if (name === null) return
    const settings = settingsOf(scenario, fault.host!)
    const path = ['faults', index]
    if (settings === null) {
      const message = `no keepalived runs on "${fault.host}": nothing is followed there`
      findings.error([...path, 'host'], message)
      return
    }
    const { key, known, used } = KINDS[fault.kind as keyof typeof KINDS](settings)
    if (known.includes(name)) {
      const isChecked = key === 'file' && checkedFiles(scenario, fault.host!).includes(name)
      if (used.includes(name) || isChecked) return
      findings.warn([...path, key], `nothing on ${fault.host} follows "${name}"`)
      return
    }
    const hint = nearest(name, known)
    const list = known.length === 0 ? 'there is none' : `there is ${known.map(quoted).join(', ')}`
    const message = `the keepalived of ${fault.host} follows no ${key} "${name}"; ${list}`
    findings.error([...path, key], message, hint && quoted(hint))
  })
  checkWeights(scenario, findings)
}

function quoted(name: string): string {
  return `"${name}"`
}

/** What its keepalived follows, though it may have no virtual router; null: none runs there. */
function settingsOf({ vrrp, directors }: Scenario, director: string): VrrpSettings | null {
  const own = vrrp?.processes.find((each) => each.director === director)?.settings
  if (own !== undefined) return own
  const text = directors[director]?.keepalived
  return text === undefined ? null : importVrrp(text, director).vrrp
}

/** Names of files that the checks of real servers look at. */
function checkedFiles({ directors }: Scenario, director: string): string[] {
  const text = directors[director]?.keepalived
  if (text === undefined) return []
  return configurationOf(text).servers.flatMap((virtual) =>
    virtual.servers.flatMap((server) =>
      checkersOf(server, virtual).flatMap((each) => (each.kind === 'file' ? each.file : [])),
    ),
  )
}

/** For each kind of fault the key of the name, names that are known, and those that count. */
const KINDS = {
  'script-fails': (settings: VrrpSettings) => namesOf(settings, 'script', 'scripts'),
  'process-down': (settings: VrrpSettings) => namesOf(settings, 'process', 'processes'),
  'file-value': (settings: VrrpSettings) => namesOf(settings, 'file', 'files'),
} satisfies Partial<Record<FaultSpec['kind'], unknown>>

function namesOf(
  settings: VrrpSettings,
  key: 'script' | 'process' | 'file',
  things: 'scripts' | 'processes' | 'files',
): { key: string; known: string[]; used: string[] } {
  return {
    key,
    known: settings[things].map(({ name }) => name),
    used: settings.instances.flatMap((instance) => instance[things].map(({ name }) => name)),
  }
}

/** A master that fails moves its addresses only when another is then above it. */
function checkWeights(scenario: Scenario, findings: Findings): void {
  scenario.faults.forEach((fault, index) => {
    if (fault.kind !== 'script-fails') return
    for (const instance of settingsOf(scenario, fault.host)?.instances ?? []) {
      const message = tooLight(scenario, fault, instance)
      if (message !== null) findings.warn(['faults', index, 'script'], message)
    }
  })
}

/** Null where the fault moves the addresses, or has nothing to move. */
function tooLight(
  { vrrp }: Scenario,
  { host, script }: { host: string; script: string },
  instance: InstanceSettings,
): string | null {
  if (!instance.scripts.some(({ name }) => name === script)) return null
  const members = vrrp!.processes.flatMap(({ director, settings }) => {
    const own = settings.instances.find(({ name }) => name === instance.name)
    if (own === undefined) return []
    return [{ director, priority: allWell(settings).priorityOf(own) }]
  })
  const [first, next] = members.sort((a, b) => b.priority - a.priority)
  if (next === undefined || first!.director !== host) return null
  const settings = vrrp!.processes.find(({ director }) => director === host)!.settings
  const followed = allWell(settings)
  const { fall = 1 } = settings.scripts.find(({ name }) => name === script) ?? {}
  for (let run = 0; run < fall; run++) followed.setScript(script, false)
  const left = followed.priorityOf(instance)
  if (!followed.isSound(instance) || left < next.priority) return null
  const message = `"${script}" leaves ${host} at priority ${left}, and ${next.director} has`
  return `${message} ${next.priority}: nobody takes over`
}
