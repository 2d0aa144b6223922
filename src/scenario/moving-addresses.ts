// Addresses of a scenario that VRRP moves between directors.
import type { Address } from '../wire/address.ts'
import type { Scenario } from './scenario.ts'

/** As signed integers, those in advertisements and those that move with them. */
export function movingAddresses({ vrrp }: Scenario): Set<Address> {
  const instances = vrrp?.processes.flatMap(({ settings }) => settings.instances) ?? []
  return new Set(
    instances.flatMap(({ addresses, excluded }) => {
      return [...addresses, ...excluded].map(({ address }) => address)
    }),
  )
}
