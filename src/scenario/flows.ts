// Which addresses and ports the flows of a population have: flow i has address i mod addresses,
// dealt in order from the subnet, and the next port for each round (semantics: clients and flows).
import type { ClientsSpec } from './scenario.ts'

/**
 * First source address, unsigned: behind the network's own address unless that would leave the
 * subnet.
 */
export function firstClientAddress(clients: ClientsSpec): number {
  const size = 2_147_483_648 / (1 << Math.max(0, clients.prefix - 1))
  const hosts = clients.prefix === 0 ? 4_294_967_296 : size
  return clients.addresses < hosts ? clients.subnet + 1 : clients.subnet
}
