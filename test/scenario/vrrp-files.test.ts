// Directors whose keepalived.conf tells their services, their checks and who holds their addresses.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Simulation } from '../../src/scenario/simulation.ts'
import { load, problemsOf } from '../support/scenario-text.ts'

const CONF = readFileSync(new URL('../../scenarios/keepalived.conf', import.meta.url), 'utf8')
const PEER = CONF.replace('MASTER', 'BACKUP').replace('150', '100')
const SYNCED = `global_defs {\n  lvs_sync_daemon eth0 VI_1\n}\n${CONF}`

function document(first: string, second: string | null, more: object = {}): object {
  const lb2 = second === null ? {} : { lb2: { keepalived: second } }
  return {
    format: 'lvs-sim/1',
    name: 'from-files',
    extends: 'preset:one-director-10g',
    directors: { lb1: { keepalived: first }, ...lb2 },
    workload: { phases: [{ name: 'steady', for: '30s', rate: '20cps' }] },
    time: { replications: 1 },
    ...more,
  }
}

function run(given: object): Simulation {
  const { scenario } = load(JSON.stringify(given))
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  return simulation
}

function happened(simulation: Simulation, kind: string): string[] {
  const { events } = simulation.cluster.log
  return events.filter((event) => event.kind === kind && event.atPs > 0).map(({ text }) => text)
}

describe('the file of the literature and its peer', () => {
  test('make one service of two directors, with the weights of the file', () => {
    const { scenario, document: told } = load(JSON.stringify(document(CONF, PEER)))
    const [service, ...others] = Object.values(scenario.services)
    expect(others).toEqual([])
    expect(service).toMatchObject({ director: 'lb1', directors: ['lb1', 'lb2'], scheduler: 'wrr' })
    expect(service!.destinations.map(({ weight }) => weight)).toEqual([3, 1])
    // What is completed completes to itself.
    expect(load(JSON.stringify(told)).scenario).toEqual(scenario)
  })

  test('the backup takes over, whichever director is named first', () => {
    const faults = [{ kind: 'host-down', host: 'lb2', at: '2s' }]
    const simulation = run(document(PEER, CONF, { faults }))
    expect(happened(simulation, 'vrrp')).toEqual(['lb1 is MASTER in VI_1, and holds 203.0.113.10'])
    expect(simulation.result().outages![0]!.electionPs! / 1e9).toBeCloseTo(609.375, 0)
  })

  test('its checks take a dead server out of the service', () => {
    const faults = [{ kind: 'host-down', host: 'rs1', at: '2s' }]
    const texts = happened(run(document(CONF, PEER, { faults })), 'check')
    expect(texts[0]).toMatch(/^lb[12] checks: rs1 of tcp-203\.0\.113\.10-80 is down/)
  })

  test('lvs_sync_daemon tells the other of connections', () => {
    const { scenario } = load(JSON.stringify(document(SYNCED, PEER)))
    expect(scenario.directors['lb1']!.sync).toMatchObject({ role: 'follows', syncId: 51 })
    expect(scenario.directors['lb2']!.sync).toBeUndefined()
  })
})

test('an interface that the director does not have is the one to its clients', () => {
  const { scenario } = load(JSON.stringify(document(CONF.replace('eth0', 'ens192'), null)))
  expect(scenario.vrrp!.processes[0]!.settings.instances[0]!.interface).toBe('eth0')
})

describe('wrong files', () => {
  const cases: [string, object, RegExp][] = [
    [
      'rules as well',
      { directors: { lb1: { keepalived: CONF, rules: '-C' } } },
      /rules already say this/,
    ],
    [
      'a vrrp section as well',
      { vrrp: { members: [{ director: 'lb1' }] } },
      /says this already; give either it or "vrrp"/,
    ],
    [
      'what keepalived refuses',
      { directors: { lb1: { keepalived: 'virtual_server 10.0.0.9 80 {\n lb_algo\n}\n' } } },
      /missing a parameter/,
    ],
    [
      'an instance without a number',
      { directors: { lb1: { keepalived: CONF.replace('virtual_router_id 51', '') } } },
      /the virtual router id must be set/,
    ],
  ]
  test.each(cases)('%s', (_, more, message) => {
    const problems = problemsOf(JSON.stringify(document(CONF, null, more)))
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message)
  })

  test('two files that do not agree are two masters, with a warning', () => {
    const other = PEER.replace('virtual_router_id 51', 'virtual_router_id 52')
    const { warnings } = load(JSON.stringify(document(CONF, other)))
    expect(warnings.map(({ message }) => message).join()).toMatch(/VRID 51, lb2 has 52: .* both/)
  })

  const warned = (first: string, second: string): string => {
    const { warnings } = load(JSON.stringify(document(first, second)))
    return warnings.map(({ message }) => message).join('\n')
  }

  test('an interface that is followed and is no card of the director is told', () => {
    const follow = ' interface    eth0\n track_interface {\n  eth7\n }\n'
    const given = CONF.replace('  interface    eth0\n', follow)
    expect(warned(given, PEER)).toMatch(/VI_1 follows .*"eth7", and lb1 has "eth0": it is not/)
    const known = given.replace('eth7', 'eth0 weight 10')
    expect(warned(known, PEER)).not.toMatch(/follows/)
  })

  test('nat without a gateway that moves is warned of', () => {
    const nat = (text: string): string => text.replace('lb_kind DR', 'lb_kind NAT')
    const message = /have lb1 as gateway, and that does not move: .* come back through lb2/
    expect(warned(nat(CONF), nat(PEER))).toMatch(message)
    const both = (text: string): string => {
      return nat(text).replace('203.0.113.10/24', '203.0.113.10/24\n 10.0.0.254/24')
    }
    expect(warned(both(CONF), both(PEER))).not.toMatch(/gateway/)
    expect(warned(CONF, PEER)).not.toMatch(/gateway/)
  })
})
