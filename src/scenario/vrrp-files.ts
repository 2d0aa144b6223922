// VRRP of directors that a keepalived.conf tells: who holds the addresses of its virtual servers.
import { allWell } from '../keepalived/vrrp-followed.ts'
import { importVrrp, type ImportedVrrp } from '../keepalived/vrrp-import.ts'
import type { InstanceSettings, VrrpSettings } from '../keepalived/vrrp-settings.ts'
import type { Findings } from './findings.ts'
import type { DirectorSpec, Scenario, ServiceSpec } from './scenario.ts'
import type { Document } from './schema.ts'
import { directorsOf } from './served-by.ts'
import type { Path } from './source.ts'
import { Topology } from './topology.ts'
import type { VrrpSpec } from './vrrp-spec.ts'

/** The keepalived of every director that has a file. */
export function applyConfs(scenario: Scenario, document: Document, findings: Findings): void {
  const confs = Object.entries(document.directors ?? {}).flatMap(([name, { keepalived }]) => {
    return typeof keepalived === 'string' ? [{ name, ...importVrrp(keepalived, name) }] : []
  })
  const processes = confs.flatMap(({ name, vrrp }): VrrpSpec['processes'] => {
    if (vrrp.instances.length === 0) return []
    const path = ['directors', name, 'keepalived']
    checkInterfaces(scenario.directors[name]!, vrrp.instances, path, findings)
    const settings = { ...vrrp, instances: onCards(scenario, name, vrrp.instances) }
    return [{ director: name, settings }]
  })
  if (processes.length === 0) return
  if (scenario.vrrp !== undefined) {
    const message = 'a keepalived.conf of a director says this already; give either it or "vrrp"'
    findings.error(['vrrp'], message, undefined, 'key')
    return
  }
  scenario.vrrp = { processes, start: 'settled', gateway: gatewayOf(scenario, processes) }
  for (const service of Object.values(scenario.services)) orderDirectors(service, processes)
  for (const { name, sync } of confs) {
    const instances = processes.find(({ director }) => director === name)?.settings.instances
    const followed = instances?.find((instance) => instance.name === sync?.instance)
    if (sync === null || followed === undefined) continue
    scenario.directors[name]!.sync = {
      ...{ role: 'follows', syncId: sync.syncId ?? followed.vrid, instance: sync.instance },
      ...{ card: followed.interface, sysctls: {} },
    }
  }
}

/**
 * What the VRRP process of a director reads when its file is another; null where it is not its file
 * that tells who holds the addresses.
 */
export function reloadedVrrp(scenario: Scenario, name: string, text: string): VrrpSettings | null {
  if (vrrpOf(scenario, name) === null) return null
  const { vrrp } = importVrrp(text, name)
  return { ...vrrp, instances: onCards(scenario, name, vrrp.instances) }
}

/** What of another file is not simulated, or not as it says. */
export function checkReloadedVrrp(
  scenario: Scenario,
  name: string,
  text: string,
  path: Path,
  findings: Findings,
): void {
  const { vrrp, sync } = importVrrp(text, name)
  const before = vrrpOf(scenario, name)
  if (before === null) {
    const [first] = vrrp.instances
    if (first === undefined) return
    const message = `${first.name} is left out: the keepalived.conf that ${name} begins with`
    return findings.warn(path, `${message} has no vrrp_instance`)
  }
  checkInterfaces(scenario.directors[name]!, vrrp.instances, path, findings)
  const isSame = sync?.instance === before.sync?.instance && sync?.syncId === before.sync?.syncId
  if (!isSame) {
    findings.warn(path, 'another lvs_sync_daemon is not simulated: it stays what it was')
  }
}

/** The VRRP of the file that a director begins with; null where there is none in it. */
function vrrpOf({ directors }: Scenario, name: string): ImportedVrrp | null {
  const { keepalived } = directors[name]!
  if (keepalived === undefined) return null
  const imported = importVrrp(keepalived, name)
  return imported.vrrp.instances.length === 0 ? null : imported
}

/** What is followed must be a card of the director. */
function checkInterfaces(
  { name, nics }: DirectorSpec,
  instances: readonly InstanceSettings[],
  path: Path,
  findings: Findings,
): void {
  const cards = nics.map((nic) => nic.name)
  for (const instance of instances) {
    for (const track of instance.interfaces.filter((each) => !cards.includes(each.name))) {
      const list = cards.map((card) => `"${card}"`).join(', ')
      const message = `${instance.name} follows the interface "${track.name}"`
      findings.warn(path, `${message}, and ${name} has ${list}: it is not followed`)
    }
  }
}

/** Interfaces are called as cards; one that is no card of it is the card to its clients. */
function onCards(
  scenario: Scenario,
  name: string,
  instances: readonly InstanceSettings[],
): InstanceSettings[] {
  const director = scenario.directors[name]!
  const front = frontCard(scenario, director)
  const known = new Set(director.nics.map((nic) => nic.name))
  const device = <T extends { device: string | null }>(each: T): T => ({
    ...each,
    device: each.device !== null && known.has(each.device) ? each.device : null,
  })
  return instances.map((instance) => ({
    ...instance,
    interface: known.has(instance.interface) ? instance.interface : front,
    interfaces: instance.interfaces.filter((track) => known.has(track.name)),
    addresses: instance.addresses.map(device),
    excluded: instance.excluded.map(device),
  }))
}

function frontCard(scenario: Scenario, director: DirectorSpec): string {
  const front = new Topology(scenario).frontOf(director)
  return director.nics.find(({ link }) => link === front)!.name
}

/** An address that moves and is no service's: what servers of NAT have as gateway. */
function gatewayOf({ services }: Scenario, processes: VrrpSpec['processes']): number | null {
  const all = Object.values(services)
  const vips = new Set(all.map(({ vip }) => vip | 0))
  const isNat = all.some((service) => service.destinations.some((d) => d.forwarding === 'nat'))
  const moving = processes
    .flatMap(({ settings }) => settings.instances)
    .flatMap((instance) => {
      return [...instance.addresses, ...instance.excluded].map(({ address }) => address)
    })
  const gateway = moving.find((address) => !vips.has(address))
  return isNat && gateway !== undefined ? gateway >>> 0 : null
}

/** Who is meant to be master is named first. */
function orderDirectors(service: ServiceSpec, processes: VrrpSpec['processes']): void {
  const names = directorsOf(service)
  if (names.length < 2) return
  const priorityOf = (name: string): number => {
    const settings = processes.find(({ director }) => director === name)?.settings
    const holders = (settings?.instances ?? []).filter((instance) => {
      return instance.addresses.some(({ address }) => address === (service.vip | 0))
    })
    return Math.max(0, ...holders.map((instance) => allWell(settings!).priorityOf(instance)))
  }
  service.directors = [...names].sort((a, b) => priorityOf(b) - priorityOf(a))
  service.director = service.directors[0]!
}
