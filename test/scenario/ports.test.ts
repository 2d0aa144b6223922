// The range of the clients' source ports: how it is written, what a run makes of it, and what
// theory says.
import { describe, expect, test } from 'vitest'
import { loadScenario } from '../../src/scenario/load.ts'
import type { ScenarioError } from '../../src/scenario/problems.ts'
import { LINUX_PORTS } from '../../src/net/port-range.ts'
import { portLimits } from '../../src/theory/ports.ts'
import { playToEnd } from '../support/played.ts'

function load(clients: Record<string, unknown> = {}, protocol = 'tcp') {
  const document = {
    format: 'lvs-sim/1',
    name: 'ports',
    extends: 'preset:one-director-10g',
    clients: { users: { count: 1, addresses: 1, ...clients } },
    realServers: { rs: { count: 2 } },
    services: { web: { protocol, forwarding: 'dr', scheduler: 'rr', vip: '10.0.0.10:80' } },
    workload: { phases: [{ name: 'steady', for: '300ms', rate: '1kpps' }] },
  }
  return loadScenario(JSON.stringify(document), { file: 'ports.json' })
}

const portsOf = (ports?: string) =>
  load(ports === undefined ? {} : { ports }).scenario.clients['users']!.ports

describe('a range', () => {
  test.each([
    [undefined, LINUX_PORTS],
    ['32768-60999', LINUX_PORTS],
    ['1024 - 65535', { first: 1024, count: 64_512 }],
    // As sysctl prints it.
    ['1024\t65535', { first: 1024, count: 64_512 }],
    ['80-80', { first: 80, count: 1 }],
  ])('%j', (text, range) => {
    expect(portsOf(text)).toEqual(range)
  })

  test.each([
    ['1024', null],
    ['0-1024', null],
    ['1024-65536', null],
    ['a-b', null],
    ['65535-1024', '"1024-65535"'],
  ])('%j is none', (text, suggestion) => {
    try {
      portsOf(text)
      expect.unreachable()
    } catch (error) {
      const [problem] = (error as ScenarioError).problems
      const expected = 'expected two ports from 1 to 65535, like "1024-65535"'
      expect(problem).toMatchObject({ message: `${expected}, got "${text}"`, suggestion })
      expect(problem!.path).toBe('clients.users.ports')
    }
  })

  test('must last for the flows', () => {
    const few = () => load({ ports: '1-10', flows: 11 }, 'udp')
    expect(few).toThrow('1 address with 10 ports each, too few for 11 flows')
    expect(() => load({ ports: '1-10', flows: 10 }, 'udp')).not.toThrow()
  })
})

describe('a run', () => {
  const opened = (ports: string) => {
    const { scenario } = load({ ports })
    const { offered, delivered } = playToEnd(scenario).result().phases[0]!
    return { offered, delivered }
  }

  test('opens as many connections as there are ports: each waits a minute to be used again', () => {
    const { offered, delivered } = opened('40000-40099')
    expect(offered).toBeGreaterThan(250)
    expect(delivered).toBe(100)
  })

  test('of a wider range loses none', () => {
    const { offered, delivered } = opened('1024-65535')
    expect(delivered).toBe(offered)
  })
})

test('theory counts with the range', () => {
  const [ports] = portLimits(load({ ports: '40000-40099' }).scenario)
  expect(ports!.mostPps).toBeCloseTo(100 / 0.3, 6)
  expect(ports!.note).toContain('1 address, 100 ports each')
})
