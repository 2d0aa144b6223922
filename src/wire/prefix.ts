// Prefix lengths of networks.
import { isIpv6, type Address } from './address.ts'

const IPV4_BITS = 32

/** A mask for IPv4, the prefix length itself for IPv6: what networkOf takes. */
export function maskOfPrefix(address: Address, prefix: number): number {
  if (isIpv6(address)) return prefix
  return prefix === 0 ? 0 : -1 << (IPV4_BITS - prefix)
}
