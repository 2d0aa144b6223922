// What addresses of real servers and services are called in the scenario.
import { TCP } from '../net/packet.ts'
import { formatAddress } from '../wire/address-text.ts'
import { addressAt } from '../wire/address.ts'
import { hostNames } from './host-names.ts'
import type { Scenario } from './scenario.ts'

interface ServiceAddress {
  protocol: number
  address: number
  port: number
}

export class HostNames {
  private readonly scenario: Scenario
  /** In the order of tags. */
  private readonly hosts: { name: string; address: number }[]

  constructor(scenario: Scenario) {
    this.scenario = scenario
    this.hosts = Object.values(scenario.realServers).flatMap((group) =>
      hostNames(group).map((name, index) => ({
        name,
        address: addressAt(group.address | 0, index),
      })),
    )
  }

  /** Number among the servers that are measured; -1: none of them. */
  tagOf(address: number): number {
    return this.hosts.findIndex((host) => host.address === (address | 0))
  }

  serverAt(address: number): string {
    return this.hosts[this.tagOf(address)]?.name ?? formatAddress(address | 0)
  }

  serviceOf({ protocol, address, port }: ServiceAddress): string {
    const kind = protocol === TCP ? 'tcp' : 'udp'
    const found = Object.values(this.scenario.services).find((service) => {
      const isThere = (service.vip | 0) === (address | 0) && service.port === port
      return isThere && service.protocol === kind
    })
    return found?.name ?? `${kind} ${formatAddress(address | 0)}:${port}`
  }
}
