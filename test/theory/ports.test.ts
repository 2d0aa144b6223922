// How the limit of ports is told: with the requests of a connection, in the units of a summary.
import { expect, test } from 'vitest'
import { theory } from '../../src/theory/theory.ts'
import { load } from '../support/scenario-text.ts'

/** One address, a run of a second. */
function loaded(...set: string[]) {
  const document = {
    format: 'lvs-sim/1',
    name: 'ports',
    extends: 'preset:one-director-10g',
    clients: { users: { count: 1, addresses: 1, subnet: '10.1.0.0/16' } },
    services: { web: { vip: '10.0.0.10:80', protocol: 'tcp' } },
    workload: {
      request: '200B',
      response: '1000B',
      phases: [{ name: 's', for: '1s', rate: '100cps' }],
    },
  }
  return load(JSON.stringify(document), { set })
}

test.each([
  // 64,512 ports for a minute, three requests on each connection: 1,075.2 and 3,225.6 a second.
  [['clients.users.ports=1024-65535', 'workload.connection.requests=3'], '3.23 kpps', 193_536],
  [['clients.users.ports=1024-65535'], '1.08 kpps', 64_512],
  [['clients.users.ports=1024-1123'], '1.7 pps', 100],
  [
    ['clients.users.addresses=60000', 'clients.users.ports=1024-65535'],
    '64.512 Mpps',
    60_000 * 64_512,
  ],
])('%j: %s in the long run', (set, longRun, mostPps) => {
  const { resources } = theory(loaded(...set).scenario)
  const ports = resources.find(({ resource }) => resource === 'ports')!
  expect(ports.note).toMatch(new RegExp(`, enough for ${longRun} in the long run$`))
  expect(ports.mostPps / mostPps).toBeCloseTo(1, 9)
})

test.each([
  [
    ['clients.users.ports=1024-1123', 'workload.phases.s.rate=300cps'],
    /^1 address opens at most 100 connections a minute each/,
  ],
  [['clients.users.ports=1024-1024'], /^1 address opens at most 1 connection a minute each/],
  [
    ['clients.users.addresses=2', 'clients.users.ports=1024-1030'],
    /^2 addresses open at most 7 connections a minute each/,
  ],
])('too few: %j', (set, message) => {
  expect(loaded(...set).warnings.map((each) => each.message)).toEqual([
    expect.stringMatching(message),
  ])
})
