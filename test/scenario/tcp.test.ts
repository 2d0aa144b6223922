// TCP settings of a file: their defaults, what they do to a run, and what is said about wrong ones.
import { describe, expect, test } from 'vitest'
import { loadScenario } from '../../src/scenario/load.ts'
import { ScenarioError } from '../../src/scenario/problems.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { LINUX_LISTEN, LINUX_TCP } from '../../src/tcp/options.ts'

interface Settings {
  clients?: Record<string, unknown>
  servers?: Record<string, unknown>
  forwarding?: string
  protocol?: string
}

function load({ clients, servers, forwarding = 'dr', protocol = 'tcp' }: Settings = {}) {
  const sizes = protocol === 'tcp' ? { response: '100KiB' } : {}
  const document = {
    format: 'lvs-sim/1',
    name: 'settings',
    extends: 'preset:one-director-10g',
    clients: { users: { count: 2, addresses: 16, ...(clients && { tcp: clients }) } },
    realServers: { rs: { count: 2, ...(servers && { tcp: servers }) } },
    services: { web: { protocol, forwarding, scheduler: 'rr', vip: '10.0.0.10:80' } },
    workload: { ...sizes, phases: [{ name: 'steady', for: '20ms', rate: '1kpps' }] },
  }
  return loadScenario(JSON.stringify(document), { file: 'settings.json' })
}

function problems(settings: Settings): string[] {
  try {
    load(settings)
    return []
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return error.problems.map(({ message, suggestion }) => `${message} ${suggestion ?? ''}`)
  }
}

describe('settings', () => {
  test('are those of Linux unless something is said', () => {
    const { scenario } = load()
    expect(scenario.clients['users']!.tcp).toEqual(LINUX_TCP)
    expect(scenario.realServers['rs']!.tcp).toEqual({ ...LINUX_TCP, ...LINUX_LISTEN })
    expect(load({ protocol: 'udp' }).scenario.clients['users']!.tcp).toEqual(LINUX_TCP)
  })

  test('are taken one by one', () => {
    const { scenario } = load({
      clients: { rmem: '128KiB', advmss: 1400 },
      servers: { congestion: 'reno', somaxconn: 128, note: 'as before 5.4' },
    })
    const { tcp } = scenario.realServers['rs']!
    expect(scenario.clients['users']!.tcp).toEqual({ ...LINUX_TCP, rmem: 131_072, advmss: 1400 })
    expect(tcp).toEqual({ ...LINUX_TCP, ...LINUX_LISTEN, congestion: 'reno', somaxconn: 128 })
  })

  test('an MSS is a size or the same in bytes, for the ends as for a clamp', () => {
    const given = load({ clients: { advmss: '1400B' }, servers: { advmss: 1400 } }).scenario
    expect(given.clients['users']!.tcp.advmss).toBe(1400)
    expect(given.realServers['rs']!.tcp.advmss).toBe(1400)
  })

  test.each([
    ['a buffer is 4KiB to 2147483647B, got "1KiB"', { clients: { rmem: '1KiB' } }],
    ['a buffer is 4KiB to 2147483647B, got "8GiB"', { servers: { wmem: '8GiB' } }],
    ['"cubic"', { servers: { congestion: 'cubik' } }],
    ['expected at least 1, got 0', { clients: { initialWindow: 0 } }],
    ['expected at least 88, got 20', { clients: { advmss: 20 } }],
    ['an MSS is 88B to 65495B, got "20B"', { clients: { advmss: '20B' } }],
    ['"6MiB"', { clients: { rmem: '6MB' } }],
    ['somaxconn', { servers: { somaxcon: 128 } }],
  ])('are told when wrong: %s', (words, settings) => {
    const told = problems(settings)
    expect(told.length).toBe(1)
    expect(told[0]).toContain(words)
  })

  test('of a listening socket are not for clients', () => {
    expect(problems({ clients: { somaxconn: 128 } }).length).toBe(1)
  })
})

describe('the director sees', () => {
  /** Packets that it took in for each connection, on average, and packets that clients got. */
  function packets(settings: Settings): [director: number, clients: number] {
    const simulation = new Simulation(load(settings).scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    const { directors, network } = simulation.cluster
    const { offered, delivered } = simulation.result().phases[0]!
    expect(delivered).toBe(offered)
    const taken = directors[0]!.cores.reduce((sum, core) => sum + core.packets, 0)
    const got = network.links
      .filter(({ options }) => options.at.startsWith('users') && options.resource === 'receive')
      .reduce((sum, link) => sum + link.packets, 0)
    return [taken / offered, got / offered]
  }

  // 100 KiB are 71 segments of 1448 B: 35 ACKs, SYN, ACK, request, FIN, ACK; back SYN ACK and FIN.
  test.each(['dr', 'tun'])('the packets of clients alone with %s', (forwarding) => {
    expect(packets({ forwarding })).toEqual([35 + 5, 71 + 2])
  })

  test('both directions with nat', () => {
    expect(packets({ forwarding: 'nat' })).toEqual([35 + 5 + 71 + 2, 71 + 2])
  })

  test('an ACK for every segment when none is delayed', () => {
    const [director] = packets({ clients: { delayedAck: false } })
    expect(director).toBe(71 + 5)
  })
})
