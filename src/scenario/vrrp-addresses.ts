// The addresses of an instance: one family each, and with IPv6 a link-local one in front, as every
// advertisement of it has (RFC 9568, 5.2.9). Where the scenario names none it is the one that
// belongs to the virtual MAC address 00:00:5e:00:02:VRID (RFC 9568, 7.3; RFC 4291, appendix A).
import type { VirtualAddress } from '../keepalived/conf-instances.ts'
import { formatAddress } from '../wire/address-text.ts'
import { ipv6, isIpv6, isLinkLocal, type Address } from '../wire/address.ts'
import { readAddress } from './address-text.ts'
import type { Findings } from './findings.ts'
import type { Scenario } from './scenario.ts'
import { directorsOf } from './served-by.ts'
import { FIRST_VRID, type NamedInstance } from './vrrp-members.ts'

/** Said, or those of the services that the members serve. */
export function addressesOf(
  instance: NamedInstance,
  scenario: Scenario,
  findings: Findings,
): Address[] {
  const own = saidOrServed(instance, scenario, findings)
  const four = own.find((address) => !isIpv6(address))
  const six = own.find(isIpv6)
  if (six === undefined) return own
  if (four !== undefined) {
    const message =
      `${instance.name} has ${formatAddress(four)} and ${formatAddress(six)}: a virtual router ` +
      'has one family; give each its own of "instances", with its "addresses"'
    findings.error(instance.path, message, undefined, 'key')
    return [four]
  }
  if (isLinkLocal(own[0]!)) return own
  return [virtualLinkLocal(instance.document.vrid ?? FIRST_VRID), ...own]
}

function saidOrServed(
  { document, path }: NamedInstance,
  { services }: Scenario,
  findings: Findings,
): Address[] {
  const { addresses, members = [] } = document
  if (addresses !== undefined) {
    return addresses.flatMap((text, index) => {
      const address = readAddress(text, [...path, 'addresses', index], findings)
      return address === null ? [] : [address | 0]
    })
  }
  const names = members.map(({ director }) => director)
  const served = Object.values(services).filter((service) => {
    return directorsOf(service).some((director) => names.includes(director))
  })
  return [...new Set(served.map(({ vip }) => vip | 0))]
}

/** fe80::200:5eff:fe00:2VRID */
function virtualLinkLocal(vrid: number): Address {
  return ipv6(0xfe800000, 0, 0x02005eff, 0xfe000200 | vrid)
}

export function virtual(address: Address, device: string | null): VirtualAddress {
  return { address, prefixLength: null, device }
}
