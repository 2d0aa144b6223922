// Whether it matters that real servers answer ARP for the virtual address: only who has the address
// can, and with NAT no server has it.
import { isAmong } from '../wire/address.ts'
import type { Findings } from './findings.ts'
import type { Scenario } from './scenario.ts'

export function checkArp({ realServers, services }: Scenario, findings: Findings): void {
  for (const { name, arp, address, count } of Object.values(realServers)) {
    if (arp !== 'answers') continue
    const ways = Object.values(services).flatMap(({ destinations }) =>
      destinations.filter((each) => isAmong(each.address, address, count)),
    )
    if (ways.length === 0 || ways.some(({ forwarding }) => forwarding !== 'nat')) continue
    findings.warn(
      ['realServers', name, 'arp'],
      'not used: with nat real servers do not have the virtual address, and cannot answer for it',
    )
  }
}
