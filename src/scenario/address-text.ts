// Addresses as scenarios write them: strict dotted quads, prefixes, address and port.
import { Address4 } from 'ip-address'
import type { Findings } from './findings.ts'
import type { Path } from './source.ts'

/** "10.0.0.1" as an unsigned number, or null with a finding. */
export function readAddress(text: string, path: Path, findings: Findings): number | null {
  const value = parseAddress(text)
  if (value !== null) return value
  findings.error(path, wrongAddress(text, 'an IPv4 address, like "10.0.0.1"'))
  return null
}

/** "203.0.113.10:80" */
export function readEndpoint(
  text: string,
  path: Path,
  findings: Findings,
): { address: number; port: number } | null {
  const colon = text.lastIndexOf(':')
  const address = parseAddress(text.slice(0, Math.max(0, colon)))
  const port = text.slice(colon + 1)
  if (address !== null && /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535) {
    return { address, port: Number(port) }
  }
  findings.error(path, wrongAddress(text, 'an address and port, like "203.0.113.10:80"'))
  return null
}

/** "10.1.0.0/16" */
export function readSubnet(
  text: string,
  path: Path,
  findings: Findings,
): { subnet: number; prefix: number } | null {
  const [first = '', bits = '', ...rest] = text.split('/')
  const address = parseAddress(first)
  const prefix = /^\d{1,2}$/.test(bits) ? Number(bits) : 33
  if (address === null || prefix < 1 || prefix > 32 || rest.length > 0) {
    findings.error(path, wrongAddress(text, 'a subnet, like "10.1.0.0/16"'))
    return null
  }
  const size = sizeOfSubnet(prefix)
  if (address % size !== 0) {
    findings.error(
      path,
      `"${text}" is not the first address of its subnet`,
      `"${new Address4(`${first}/${bits}`).startAddress().address}/${bits}"`,
    )
    return null
  }
  return { subnet: address, prefix }
}

export function sizeOfSubnet(prefix: number): number {
  return prefix === 0 ? 4_294_967_296 : 2_147_483_648 / (1 << (prefix - 1)) || 1
}

function parseAddress(text: string): number | null {
  if (!Address4.isValid(text) || text.includes('/')) return null
  return text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
}

function wrongAddress(text: string, expected: string): string {
  const isV6 = (text.match(/:/g) ?? []).length > 1
  if (isV6) return `IPv6 is not supported in simulations yet, got "${text}"`
  return `expected ${expected}, got "${text}"`
}
