// The cluster around a keepalived.conf stays out of the way of the addresses that the file names.
import { describe, expect, test } from 'vitest'
import { documentAround } from '../../src/cli/templates.ts'
import { importConf } from '../../src/keepalived/conf-import.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { formatAddress } from '../../src/wire/address-text.ts'
import { load } from '../support/scenario-text.ts'

function confOf(vip: string, servers: readonly string[], more = ''): string {
  const blocks = servers.map((address) => `  real_server ${address} 80 {\n  }\n`)
  return `vrrp_instance V {
  interface eth0
  virtual_router_id 60
  state BACKUP
  virtual_ipaddress {
    ${vip}
  }
${more}}
virtual_server ${vip} 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
${blocks.join('')}}
`
}

function around(conf: string): { scenario: Scenario; messages: string[] } {
  const { rules, text } = importConf({ file: 'k.conf', text: conf, id: 'lb1' })
  const document = documentAround(rules, 'k', '50cps', text.trimEnd().split('\n'))!
  const { scenario, warnings } = load(JSON.stringify(document))
  return { scenario, messages: warnings.map(({ message }) => message) }
}

function placesOf({ directors, realServers, clients }: Scenario): string[] {
  const own = [...Object.values(directors), ...Object.values(realServers)]
  return [
    ...own.map(({ name, address }) => `${name} ${formatAddress(address | 0)}`),
    formatAddress(clients['users']!.subnet | 0),
  ]
}

describe('hosts move out of the way of', () => {
  const [lb1, lb2] = ['lb1 10.0.0.1', 'lb2 10.0.0.2']
  const cases: [string, string, string[], string[]][] = [
    ['nobody', '10.0.0.10', ['10.0.0.11', '10.0.0.12'], [lb1, lb2, 'rs 10.0.0.11', '10.1.0.0']],
    [
      'servers where directors would be',
      '10.0.0.1',
      ['10.0.0.2', '10.0.0.4'],
      [
        ...['lb1 10.0.0.3', 'lb2 10.0.0.5', 'rs 10.0.0.11', 'rs-10.0.0.2 10.0.0.2'],
        ...['rs-10.0.0.4 10.0.0.4', '10.1.0.0'],
      ],
    ],
    [
      'a virtual address where servers would be',
      '10.0.0.11',
      ['10.0.0.21', '10.0.0.22'],
      [lb1, lb2, 'rs 10.0.0.21', '10.1.0.0'],
    ],
    [
      'servers where clients would be',
      '10.1.0.10',
      ['10.1.0.11', '10.2.0.11'],
      [lb1, lb2, 'rs 10.0.0.11', 'rs-10.1.0.11 10.1.0.11', 'rs-10.2.0.11 10.2.0.11', '10.3.0.0'],
    ],
  ]
  test.each(cases)('%s', (_, vip, servers, places) => {
    const { scenario } = around(confOf(vip, servers))
    expect(placesOf(scenario)).toEqual(places)
    const [service] = Object.values(scenario.services)
    expect(service!.destinations.map(({ address }) => formatAddress(address | 0))).toEqual(servers)
  })

  test('an address that moves beside the service', () => {
    const more = '  virtual_ipaddress_excluded {\n    10.0.0.2\n    10.0.0.12\n  }\n'
    const { scenario } = around(confOf('10.0.0.10', ['10.0.0.21'], more))
    expect(placesOf(scenario)).toEqual([lb1, 'lb2 10.0.0.3', 'rs 10.0.0.21', '10.1.0.0'])
  })
})
