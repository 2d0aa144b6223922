// Which director real servers have for their gateway: answers of NAT must come back through the one
// that changed their requests. A host has one default route, however many services it is in.
import { isAmong } from '../wire/address.ts'
import type { Findings } from './findings.ts'
import { loadsOf } from './loads.ts'
import type { RealServersSpec, Scenario, ServiceSpec } from './scenario.ts'
import { directorsOf } from './served-by.ts'

/** The director of the first NAT service with load that the group is in; else the workload's. */
export function gatewayDirector(scenario: Scenario, group: RealServersSpec): string {
  const first = natServicesOf(scenario, group)[0] ?? scenario.services[scenario.workload.to]!
  return first.director
}

/** Two directors that both expect the answers of one group. */
export function checkGateways(scenario: Scenario, findings: Findings): void {
  for (const group of Object.values(scenario.realServers)) {
    const services = natServicesOf(scenario, group)
    const [first] = services
    const other = services.find(({ director }) => director !== first!.director)
    if (first === undefined || other === undefined) continue
    findings.warn(
      ['services', other.name, 'director'],
      `real servers "${group.name}" have one gateway, ${first.director} of service ` +
        `"${first.name}": with nat, answers of "${other.name}" do not come back through ` +
        `${other.director}`,
    )
  }
}

/** With nat a director that takes an address over sees no answers unless the gateway moves too. */
export function checkMovingGateway(scenario: Scenario, findings: Findings): void {
  const { vrrp } = scenario
  if (vrrp === undefined || vrrp.gateway !== null) return
  for (const group of Object.values(scenario.realServers)) {
    const moving = natServicesOf(scenario, group).find((each) => directorsOf(each).length > 1)
    if (moving === undefined) continue
    const gateway = gatewayDirector(scenario, group)
    const others = directorsOf(moving).filter((name) => name !== gateway)
    findings.warn(
      ['services', moving.name],
      `its real servers have ${gateway} as gateway, and that does not move: with nat, no answers ` +
        `come back through ${others.join(' and ')}. "vrrp.gateway" moves one; in a ` +
        `keepalived.conf, an address that is no virtual_server's`,
    )
  }
}

function natServicesOf(scenario: Scenario, { address, count }: RealServersSpec): ServiceSpec[] {
  const loaded = loadsOf(scenario).map(({ services, workload }) => services[workload.to]!)
  return loaded.filter(({ destinations }) =>
    destinations.some((each) => {
      return each.forwarding === 'nat' && isAmong(each.address, address, count)
    }),
  )
}
