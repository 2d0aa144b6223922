// Addresses of a scenario that VRRP moves between directors.
import type { Address } from '../wire/address.ts'
import type { Scenario, ServiceSpec } from './scenario.ts'
import { directorsOf } from './served-by.ts'

/** As signed integers, those in advertisements and those that move with them. */
export function movingAddresses({ vrrp }: Scenario): Set<Address> {
  const instances = vrrp?.processes.flatMap(({ settings }) => settings.instances) ?? []
  return new Set(
    instances.flatMap(({ addresses, excluded }) => {
      return [...addresses, ...excluded].map(({ address }) => address)
    }),
  )
}

/** Several directors serve it, and no instance of theirs has its address: nobody answers for it. */
export function isHeldByNobody(scenario: Scenario, service: ServiceSpec): boolean {
  if (scenario.vrrp === undefined || directorsOf(service).length < 2) return false
  return !movingAddresses(scenario).has(service.vip | 0)
}
