// Which family everybody speaks: IPv4 or IPv6, never both in one service, except that a tunnel may
// carry one in the other.
import { isIpv6 } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import type { Findings } from './findings.ts'
import { loadedServices } from './loads.ts'
import { sendersTo } from './populations.ts'
import type { Scenario } from './scenario.ts'

/** Checks the families of a scenario whose names are right. */
export function checkFamilies(scenario: Scenario, findings: Findings): void {
  for (const { name, vip, destinations } of Object.values(scenario.services)) {
    const other = destinations.find(
      ({ forwarding, address }) => forwarding !== 'tun' && familyOf(address) !== familyOf(vip),
    )
    if (other === undefined) continue
    findings.error(
      ['services', name, 'vip'],
      `${said(vip)} cannot go to ${other.host}, ${said(other.address)}: only a tunnel ` +
        '(forwarding "tun") leads to the other family',
    )
  }
  for (const service of loadedServices(scenario)) checkSenders(scenario, service, findings)
}

function checkSenders(scenario: Scenario, service: string, findings: Findings): void {
  const { vip, name } = scenario.services[service]!
  for (const clients of sendersTo(scenario, service)) {
    if (familyOf(clients.subnet) === familyOf(vip)) continue
    findings.error(
      ['clients', clients.name, 'subnet'],
      `${said(clients.subnet)} cannot reach service "${name}", ${said(vip)}`,
      familyOf(vip) === 'IPv6' ? '"2001:db8:1::/64"' : '"10.1.0.0/16"',
    )
  }
}

function familyOf(address: number): 'IPv4' | 'IPv6' {
  return isIpv6(address | 0) ? 'IPv6' : 'IPv4'
}

function said(address: number): string {
  return `${formatAddress(address | 0)} (${familyOf(address)})`
}
