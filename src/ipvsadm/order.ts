// The order of listings (spec 8.8). Numbers are compared by subtraction into 32 bits, which turns
// the order round where they are 2^31 or more apart.
import type { Destination, Service } from '../ipvs/service.ts'
import { isIpv6, wordOf, type Address } from '../wire/address.ts'

/** A copy in the order of firewall mark, family, protocol, address, port. */
export function sortedServices(services: readonly Service[]): Service[] {
  return [...services].sort(
    (a, b) =>
      wrapped(a.mark, b.mark) ||
      a.family - b.family ||
      a.protocol - b.protocol ||
      byAddress(a.address, b.address) ||
      a.port - b.port,
  )
}

/** A copy in the order of family, address, port. */
export function sortedDestinations(destinations: readonly Destination[]): Destination[] {
  return [...destinations].sort(
    (a, b) =>
      Number(isIpv6(a.address)) - Number(isIpv6(b.address)) ||
      byAddress(a.address, b.address) ||
      a.port - b.port,
  )
}

function byAddress(a: Address, b: Address): number {
  for (let index = 0; index < 4; index++) {
    const order = wrapped(wordOf(a, index), wordOf(b, index))
    if (order !== 0) return order
  }
  return 0
}

function wrapped(a: number, b: number): number {
  return (a - b) | 0
}
