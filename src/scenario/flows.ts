// Which addresses and ports the flows of a population have: flow i has address i mod addresses,
// dealt in order from the subnet, and the next port for each round (semantics: clients and flows).
import { addressAt } from '../wire/address.ts'
import { sizeOfSubnet } from './address-text.ts'
import type { ClientsSpec } from './scenario.ts'

/**
 * First source address, unsigned: behind the network's own address unless that would leave the
 * subnet.
 */
export function firstClientAddress({ subnet, prefix, addresses }: ClientsSpec): number {
  const isRoomy = addresses < sizeOfSubnet(subnet, prefix)
  return addressAt(subnet | 0, isRoomy ? 1 : 0) >>> 0
}
