// VRRP over IPv6 through the simulated network: version 3 from link-local addresses, and neighbour
// advertisements in the place of gratuitous ARP (RFC 9568; spec vrrp.md, 2.2, 5 and 7).
import { describe, expect, test } from 'vitest'
import { documentAround } from '../../src/cli/templates.ts'
import { importConf } from '../../src/keepalived/conf-import.ts'
import { readAdvert } from '../../src/keepalived/vrrp-packets.ts'
import { packScenario, unpackScenario } from '../../src/scenario/travel.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { formatAddress } from '../../src/wire/address-text.ts'
import { linkLocalOf } from '../../src/wire/address.ts'
import { pairDocument } from '../support/director-pair-scenario.ts'
import { movesOf, playToEnd } from '../support/played.ts'
import { load, problemsOf } from '../support/scenario-text.ts'

const PS = 1e12
const CRASH = { kind: 'host-down', host: 'lb1', at: '2s' }
const SKEW = 156 / 256

function documentOf(seconds: number, vrrp: object = {}, more: object = {}): string {
  return JSON.stringify({
    ...pairDocument(seconds, vrrp),
    clients: { users: { count: 4, subnet: '2001:db8:1::/64' } },
    realServers: { rs: { count: 2, address: '2001:db8::11' } },
    services: { web: { vip: '[2001:db8::100]:80', protocol: 'tcp', scheduler: 'rr' } },
    ...more,
  })
}

function play(text: string, replication = 1): Simulation {
  return playToEnd(load(text).scenario, replication)
}

test('the link-local address of a card (RFC 4291, appendix A)', () => {
  const mac = Uint8Array.of(0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde)
  expect(formatAddress(linkLocalOf(mac))).toBe('fe80::3656:78ff:fe9a:bcde')
})

describe('a master that crashes', () => {
  test('loses its addresses to the other, which everybody hears', () => {
    const simulation = play(documentOf(12, {}, { faults: [CRASH] }))
    expect(movesOf(simulation)).toEqual([
      'lb2 is MASTER in VI_1, and holds fe80::200:5eff:fe00:233 and 2001:db8::100',
    ])
    const { outages, phases } = simulation.result()
    expect(outages).toHaveLength(1)
    const [outage] = outages!
    expect(outage).toMatchObject({ address: '2001:db8::100', takenBy: 'lb2', isOver: true })
    expect(outage!.electionPs! / PS).toBeCloseTo(SKEW, 3)
    expect(outage!.arpPs! / PS).toBeLessThan(0.001)
    expect(phases[0]!.delivered).toBeGreaterThan(0.6 * phases[0]!.offered)
  })

  test('is missed as soon as with IPv4: on average two intervals and a half', () => {
    const lasted = Array.from({ length: 40 }, (_, index) => {
      const text = documentOf(7, { advert: '1s' }, { faults: [CRASH] })
      const [outage] = play(text, index + 1).result().outages!
      return (outage!.toPs - outage!.fromPs) / PS
    })
    expect(Math.min(...lasted)).toBeGreaterThan(2 + SKEW - 0.01)
    expect(Math.max(...lasted)).toBeLessThan(3 + SKEW + 0.01)
    const mean = lasted.reduce((sum, each) => sum + each, 0) / lasted.length
    // Four standard errors of a uniform moment.
    expect(Math.abs(mean - 2.5 - SKEW)).toBeLessThan(4 / Math.sqrt(12 * lasted.length))
  })
})

test('advertisements: version 3, from the card to ff02::12, the link-local address first', () => {
  const { scenario } = load(documentOf(1))
  const { directors } = new Simulation(scenario, { replication: 1 }).cluster
  const sent: Uint8Array[] = []
  const [lb1] = directors
  const { machine } = lb1!
  const { pool } = machine.parts
  const take = pool.takeMessage.bind(pool)
  pool.takeMessage = (protocol, message, bytes) => {
    sent.push(message)
    return take(protocol, message, bytes)
  }
  machine.stopKeepalived(0)
  const advert = readAdvert(sent[0]!)!
  expect(advert).toMatchObject({ version: 3, priority: 0, ttl: 255, vrid: 51, isSound: true })
  expect(formatAddress(advert.source)).toMatch(/^fe80::/)
  expect(formatAddress(advert.destination)).toBe('ff02::12')
  expect(advert.addresses.map(formatAddress)).toEqual(['fe80::200:5eff:fe00:233', '2001:db8::100'])
})

test('both families at once, in a virtual router each, with one number', () => {
  const members = [
    { director: 'lb1', priority: 150 },
    { director: 'lb2', priority: 100 },
  ]
  const instances = {
    V4: { vrid: 51, addresses: ['10.0.0.10'] },
    V6: { vrid: 51, addresses: ['2001:db8::100'] },
  }
  const services = {
    web: { vip: '[2001:db8::100]:80', protocol: 'tcp', scheduler: 'rr', realServers: ['rs'] },
    old: { vip: '10.0.0.10:80', protocol: 'tcp', scheduler: 'rr', realServers: ['four'] },
  }
  const realServers = {
    rs: { count: 2, address: '2001:db8::11' },
    four: { count: 2, address: '10.0.0.11' },
  }
  const more = { services, realServers, faults: [CRASH] }
  const document = JSON.parse(documentOf(8, { members, instances }, more)) as {
    workload: Record<string, unknown>
  }
  document.workload = { ...document.workload, to: 'web', from: 'users' }
  const found = movesOf(play(JSON.stringify(document)))
  expect(found.sort()).toEqual([
    'lb2 is MASTER in V4, and holds 10.0.0.10',
    'lb2 is MASTER in V6, and holds fe80::200:5eff:fe00:233 and 2001:db8::100',
  ])
})

test('on its way to another thread every address is told as text', () => {
  const { scenario } = load(documentOf(1))
  const packed = packScenario(scenario)
  const texts = packed.booked.map(([, text]) => text)
  expect(texts).toEqual(expect.arrayContaining(['fe80::200:5eff:fe00:233', 'ff02::12']))
  expect(unpackScenario(packed)).toEqual(scenario)
})

describe('what is refused', () => {
  test.each([
    [
      { addresses: ['10.0.0.10', '2001:db8::100'] },
      /^VI_1 has 10\.0\.0\.10 and 2001:db8::100: a virtual router has one family/,
    ],
    [{ unicast: true }, /^unicast over IPv6 is not simulated/],
  ])('%j', (vrrp, message) => {
    expect(problemsOf(documentOf(1, vrrp))[0]!.message).toMatch(message)
  })
})

const CONF = `vrrp_instance VI_6 {
  state MASTER
  interface eth0
  virtual_router_id 61
  priority 150
  virtual_ipaddress {
    fe80::10
    2001:db8::100/64
  }
}
virtual_server 2001:db8::100 80 {
  delay_loop 1
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 2001:db8::11 80 {
    TCP_CHECK {
      connect_timeout 1
    }
  }
  real_server 2001:db8::12 80 {
    TCP_CHECK {
      connect_timeout 1
    }
  }
}`

test('a keepalived.conf of IPv6, with the cluster that is put around it', () => {
  const { rules, warnings, text } = importConf({ file: 'keepalived.conf', text: CONF, id: 'lb1' })
  expect(warnings).toEqual([])
  const around = documentAround(rules, 'six', '50cps', text.trimEnd().split('\n'))!
  const dead = { kind: 'host-down', host: 'rs-2001-db8--12', at: '1s' }
  const options = { set: [`faults=${JSON.stringify([CRASH, dead])}`], duration: '9s' }
  const { scenario } = load(JSON.stringify(around), options)
  expect(scenario.workload.to).toBe('tcp-2001-db8--100-80')
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  expect(movesOf(simulation)).toEqual([
    'lb2 is MASTER in VI_6, and holds fe80::10 and 2001:db8::100',
  ])
  const checks = simulation.cluster.log.events.filter(({ kind }) => kind === 'ipvs')
  expect(checks.map(({ text: said }) => said)).toContain(
    'lb2 took rs-2001-db8--12 out of tcp-2001-db8--100-80',
  )
})

test('servers of the other family are reached by tunnels alone', () => {
  const mixed = CONF.replaceAll('real_server 2001:db8::1', 'real_server 10.0.0.1')
  const read = (text: string) => importConf({ file: 'keepalived.conf', text, id: 'lb1' })
  expect(read(mixed).rules).toBe('')
  expect(read(mixed.replace('DR', 'TUN')).rules).toMatch(/-r 10\.0\.0\.12:80 -i/)
})
