// IPv6 in ordinary scenarios: every forwarding mode and protocol carries it, with the sizes of its
// headers, and mistakes about families are told.
import { describe, expect, test } from 'vitest'
import { loadScenario } from '../../src/scenario/load.ts'
import { ScenarioError } from '../../src/scenario/problems.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { packScenario, unpackScenario } from '../../src/scenario/travel.ts'
import { theory } from '../../src/theory/theory.ts'

interface Options {
  vip?: string
  subnet?: string
  server?: string
  forwarding?: string
  protocol?: string
  request?: string
  scheduler?: string
}

function text(options: Options = {}): string {
  return JSON.stringify({
    format: 'lvs-sim/1',
    name: 'six',
    extends: 'preset:one-director-10g',
    clients: { users: { count: 2, subnet: options.subnet ?? '2001:db8:1::/64', addresses: 200 } },
    realServers: { rs: { count: 3, address: options.server ?? '2001:db8::1:11' } },
    services: {
      web: {
        vip: options.vip ?? '[2001:db8::100]:80',
        protocol: options.protocol ?? 'udp',
        forwarding: options.forwarding ?? 'dr',
        scheduler: options.scheduler ?? 'rr',
      },
    },
    workload: {
      request: options.request ?? '66B',
      response: '500B',
      phases: [{ name: 'steady', for: '10ms', rate: '50kpps' }],
    },
  })
}

function load(options: Options = {}): ReturnType<typeof loadScenario> {
  return loadScenario(text(options), { file: 'six.json' })
}

function problems(options: Options): string[] {
  try {
    load(options)
    return []
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return error.problems.map(({ message, suggestion }) => `${message} ${suggestion ?? ''}`)
  }
}

describe('runs', () => {
  const modes = ['nat', 'dr', 'tun'].flatMap((forwarding) =>
    ['udp', 'tcp'].map((protocol) => ({ forwarding, protocol })),
  )

  test.each(modes)('$protocol through $forwarding without loss', (mode) => {
    const { scenario } = load(mode)
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    const { offered, delivered } = simulation.result().phases[0]!
    expect(offered).toBeGreaterThan(300)
    expect(delivered).toBe(offered)
  })

  test.each(['sh', 'mh', 'dh', 'lblc', 'lblcr', 'fo', 'ovf', 'twos'])('with %s', (scheduler) => {
    const { scenario } = load({ scheduler })
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    expect(simulation.result().connections.created).toBeGreaterThan(100)
  })

  test('servers of the other family behind a tunnel', () => {
    const options = { server: '10.0.0.11', forwarding: 'tun' }
    expect(problems(options)).toEqual([])
  })

  test('a frame is as large as its headers: 66 B fill 10 Gbps at 14.53 Mpps', () => {
    const { scenario } = load()
    const wire = theory(scenario).resources.find(
      ({ at, resource }) => at === 'lb1.eth0' && resource === 'receive',
    )
    expect(wire!.mostPps).toBeCloseTo(10e9 / (8 * (66 + 20)), 0)
  })

  test('it can be read in another thread', () => {
    const { scenario } = load()
    const packed = packScenario(scenario)
    const elsewhere = packed.booked.map(([number, name]): [number, string] => [number + 9, name])
    expect(unpackScenario(packed)).toEqual(scenario)
    expect(elsewhere.map(([, name]) => name)).toContain('2001:db8::100')
  })
})

describe('mistakes', () => {
  test.each<[Options, string]>([
    [{ vip: '2001:db8::100:80' }, '"[2001:db8::100]:80"'],
    [{ vip: '[10.0.0.1]:80' }, 'expected an address and port'],
    [{ subnet: '2001:db8:1::/129' }, 'expected a subnet'],
    [{ subnet: '2001:db8:1::1/64' }, '"2001:db8:1::/64"'],
    [{ subnet: '10.1.0.0/16' }, '10.1.0.0 (IPv4) cannot reach service "web"'],
    [{ server: '10.0.0.11' }, 'only a tunnel (forwarding "tun") leads to the other family'],
    [{ request: '64B' }, 'a frame of IPv6 and UDP has 66B to'],
    [{ server: '2001:db8::1:::11' }, 'expected an IP address'],
  ])('%j', (options, expected) => {
    expect(problems(options).join('\n')).toContain(expected)
  })
})
