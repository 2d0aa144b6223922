// Addresses as scenarios write them: strict dotted quads or IPv6, prefixes, address and port. A
// number is that of wire/address.ts, unsigned.
import { isIpv6, networkOf, type Address } from '../wire/address.ts'
import { formatAddress, parseAddress } from '../wire/address-text.ts'
import { maskOfPrefix } from '../wire/prefix.ts'
import type { Findings } from './findings.ts'
import type { Path } from './source.ts'

/** "10.0.0.1" or "2001:db8::1" as an unsigned number, or null with a finding. */
export function readAddress(text: string, path: Path, findings: Findings): number | null {
  const address = parseAddress(text)
  if (address !== null) return address >>> 0
  const expected = 'an IP address, like "10.0.0.1" or "2001:db8::1"'
  findings.error(path, `expected ${expected}, got "${text}"`)
  return null
}

/** "203.0.113.10:80", "[2001:db8::10]:80" */
export function readEndpoint(
  text: string,
  path: Path,
  findings: Findings,
): { address: number; port: number } | null {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3] ?? 0)
  const address = match === null ? null : parseAddress(match[1] ?? match[2] ?? '')
  const isBracketed = match?.[1] !== undefined
  if (address !== null && isIpv6(address) === isBracketed && port >= 1 && port <= 65_535) {
    return { address: address >>> 0, port }
  }
  const expected = 'an address and port, like "203.0.113.10:80" or "[2001:db8::10]:80"'
  findings.error(path, `expected ${expected}, got "${text}"`, bracketed(text))
  return null
}

/** Without brackets nobody can tell where an IPv6 address ends and its port begins. */
function bracketed(text: string): string | undefined {
  const colon = text.lastIndexOf(':')
  const address = parseAddress(text.slice(0, colon))
  if (address === null || !isIpv6(address)) return undefined
  return `"[${formatAddress(address)}]:${text.slice(colon + 1)}"`
}

/** "10.1.0.0/16", "2001:db8:1::/64" */
export function readSubnet(
  text: string,
  path: Path,
  findings: Findings,
): { subnet: number; prefix: number } | null {
  const [first = '', bits = '', ...rest] = text.split('/')
  const address = parseAddress(first)
  const most = address !== null && isIpv6(address) ? 128 : 32
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  if (address === null || prefix < 1 || prefix > most || rest.length > 0) {
    const expected = 'a subnet, like "10.1.0.0/16" or "2001:db8:1::/64"'
    findings.error(path, `expected ${expected}, got "${text}"`)
    return null
  }
  const network = networkOf(address, maskOfPrefix(address, prefix))
  if (network !== address) {
    findings.error(
      path,
      `"${text}" is not the first address of its subnet`,
      `"${formatAddress(network)}/${bits}"`,
    )
    return null
  }
  return { subnet: address >>> 0, prefix }
}

/** How many addresses a subnet has; more than anybody counts are infinitely many. */
export function sizeOfSubnet(subnet: Address, prefix: number): number {
  const hostBits = (isIpv6(subnet | 0) ? 128 : 32) - prefix
  if (hostBits > 32) return Infinity
  return hostBits === 32 ? 4_294_967_296 : (1 << hostBits) >>> 0
}
