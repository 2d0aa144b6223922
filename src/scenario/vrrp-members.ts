// The instances of a scenario's VRRP, and who may hold the address of a service.
import type { Document } from './schema.ts'
import type { Path } from './source.ts'

type VrrpDocument = NonNullable<Document['vrrp']>
type ServiceDocument = NonNullable<Document['services']>[string]
export type InstanceDocument = NonNullable<VrrpDocument['instances']>[string]
export type MemberDocument = NonNullable<InstanceDocument['members']>[number]

export const FIRST_VRID = 51
export const USUAL_PRIORITY = 100

export interface NamedInstance {
  name: string
  path: Path
  document: InstanceDocument
}

/** The instances of the section, each with what is said beside them. */
export function instancesIn(vrrp: VrrpDocument): NamedInstance[] {
  const { instances, gateway: _g, start: _s, syncConnections: _c, note: _n, ...beside } = vrrp
  if (instances === undefined) return [{ name: 'VI_1', path: ['vrrp'], document: beside }]
  return Object.entries(instances).map(([name, own], index) => ({
    name,
    path: ['vrrp', 'instances', name],
    document: { ...beside, vrid: (beside.vrid ?? FIRST_VRID) + index, ...own },
  }))
}

/**
 * Directors that may have the address of a service, the one of most priority first; all members,
 * where no instance has it.
 */
export function mayHold({ vip = '' }: ServiceDocument, vrrp: VrrpDocument): string[] {
  const instances = instancesIn(vrrp).map(({ document }) => document)
  const holders = instances.filter(({ addresses }) => {
    return addresses === undefined || addresses.some((each) => isAddressOf(each, vip))
  })
  const chosen = holders.length > 0 ? holders : instances
  const members = chosen.flatMap(({ members: all = [] }) => all)
  const byPriority = [...members].sort((a, b) => priorityOf(b) - priorityOf(a))
  return [...new Set(byPriority.map(({ director }) => director))]
}

function isAddressOf(address: string, vip: string): boolean {
  return vip.slice(0, vip.lastIndexOf(':')) === address
}

function priorityOf({ priority = USUAL_PRIORITY }: MemberDocument): number {
  return priority
}
