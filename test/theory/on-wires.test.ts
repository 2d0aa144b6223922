// What arithmetic says that a request takes of every wire, beside what crosses the wires of a
// simulation in which nothing is lost: segments as both ends agree on them, and packets cut on
// their way.
import { describe, expect, test } from 'vitest'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { passagesOf } from '../../src/theory/passages.ts'
import { theory } from '../../src/theory/theory.ts'
import { wireLimits } from '../../src/theory/wires.ts'
import { load } from '../support/scenario-text.ts'

type Json = Record<string, unknown>

const RATE_BPS = 10_000_000_000
const WITH_DF = 'DF forbids to cut them'

function scenarioOf(document: Json, set: readonly string[]): Scenario {
  const common = { format: 'lvs-sim/1', name: 'wires', extends: 'preset:one-director-10g' }
  return load(JSON.stringify({ ...common, ...document }), { set: [...set] }).scenario
}

/** Two servers and four clients on one LAN, 40 requests spaced so that none waits for another. */
function onLan(protocol: 'tcp' | 'udp', set: readonly string[]): Scenario {
  return scenarioOf(
    {
      time: { replications: 1, warmup: '0s' },
      clients: { users: { count: 4, addresses: 4, subnet: '10.1.0.0/16' } },
      realServers: { rs: { count: 2, cpu: { cores: 4, perRequest: '20us' } } },
      services: { web: { vip: '10.0.0.10:80', protocol, forwarding: 'dr', scheduler: 'rr' } },
      workload: {
        arrivals: 'constant',
        request: protocol === 'tcp' ? '200B' : '1518B',
        response: protocol === 'tcp' ? '10KiB' : '1518B',
        phases: [{ name: 's', for: '40ms', rate: protocol === 'tcp' ? '1kcps' : '1kpps' }],
      },
    },
    set,
  )
}

/** Clients beyond two routers, the servers on a network of their own behind a third. */
function routed(set: readonly string[]): Scenario {
  return scenarioOf(
    {
      time: { replications: 1, warmup: '0s' },
      links: {
        wan: { kind: 'switch', rate: '10Gbps' },
        core: { kind: 'switch', rate: '10Gbps' },
        far: { kind: 'switch', rate: '10Gbps' },
      },
      routers: {
        edge: { links: { wan: {}, core: {} } },
        inner: { links: { core: {}, lan: {} } },
        east: { links: { lan: {}, far: {} } },
      },
      clients: { users: { count: 2, addresses: 4, link: 'wan', subnet: '10.1.0.0/16' } },
      realServers: { rs: { count: 2, link: 'far', cpu: { cores: 4, perRequest: '20us' } } },
      services: {
        web: { vip: '10.0.0.10:80', protocol: 'tcp', forwarding: 'tun', scheduler: 'rr' },
      },
      workload: {
        arrivals: 'constant',
        request: '200B',
        response: '10KiB',
        phases: [{ name: 's', for: '40ms', rate: '1kcps' }],
      },
    },
    set,
  )
}

/** Bytes on the wires of each place as arithmetic has them and as they were, overhead and all. */
function bytesOf(scenario: Scenario): { expected: Json; measured: Json; delivered: number } {
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  const { offered, delivered } = simulation.result().phases[0]!
  expect(offered).toBeGreaterThan(0)
  expect(delivered).toBe(offered)
  const expected: Json = {}
  const measured: Json = {}
  for (const { at, resource, secondsOf } of wireLimits(scenario, passagesOf(scenario))) {
    const [host, port] = at.split('*')
    const links = simulation.cluster.network.links.filter(({ options }) => {
      const isThere = port === undefined ? options.at === at : options.at.startsWith(host!)
      return isThere && options.resource === resource
    })
    const seconds = [...secondsOf.values()].reduce((sum, each) => sum + each, 0)
    expected[`${at} ${resource}`] = Math.round((delivered * seconds * RATE_BPS) / 8)
    measured[`${at} ${resource}`] = links.reduce(
      (sum, { bytes, packets, options }) => sum + bytes + packets * options.overheadBytes,
      0,
    )
  }
  return { expected, measured, delivered }
}

/** What is set, and how the case is called. */
function cases(all: readonly string[][]): { set: string[]; name: string }[] {
  return all.map((set) => ({ set, name: set.join(' ') || 'as it is' }))
}

describe('segments are as large as both ends agree on', () => {
  test.each(
    cases([
      [],
      ['clients.users.tcp.advmss=200'],
      ['clients.users.tcp.advmss=200', 'workload.request=3000B'],
      ['realServers.rs.tcp.advmss=300', 'workload.request=3000B'],
      ['realServers.rs.tcp.advmss=300', 'clients.users.tcp.advmss=500', 'workload.request=3000B'],
      ['directors.lb1.clampMss=256B', 'workload.request=3000B'],
      ['directors.lb1.clampMss=256B', 'services.web.forwarding=nat', 'workload.request=3000B'],
      ['directors.lb1.clampMss=256B', 'services.web.forwarding=tun', 'workload.request=1000B'],
      ['directors.lb1.clampMss=mtu', 'services.web.forwarding=tun', 'workload.request=1000B'],
      ['realServers.rs.tcp.timestamps=false', 'workload.request=3000B'],
      ['clients.users.tcp.delayedAck=false', 'workload.request=3000B'],
      ['realServers.rs.tcp.delayedAck=false', 'workload.request=3000B'],
      ['links.lan.mtu=576B', 'workload.request=3000B'],
      ['links.lan.mtu=9000B', 'workload.request=30KiB', 'clients.users.tcp.advmss=1460'],
    ]),
  )('on a LAN: $name', ({ set }) => {
    const { expected, measured } = bytesOf(onLan('tcp', set))
    expect(measured).toEqual(expected)
  })

  test.each(
    cases([
      [],
      ['links.far.mtu=576B'],
      ['links.wan.mtu=576B', 'workload.request=1000B'],
      ['routers.edge.clampMss=400B', 'workload.request=1000B'],
      ['routers.east.clampMss=400B', 'workload.request=1000B'],
      ['links.core.mtu=1000B', 'routers.inner.clampMss=mtu', 'workload.request=3000B'],
      ['routers.inner.clampMss=mtu', 'links.core.mtu=1000B', 'links.lan.mtu=1300B'],
      ['directors.lb1.clampMss=400B', 'workload.request=1000B'],
    ]),
  )('over routers and through a tunnel: $name', ({ set }) => {
    const { expected, measured } = bytesOf(routed(set))
    expect(measured).toEqual(expected)
  })
})

describe('packets that nobody forbids to cut are cut', () => {
  test.each(
    cases([
      ['services.web.forwarding=tun'],
      ['services.web.forwarding=tun', 'workload.request=1510B'],
      ['services.web.forwarding=tun', 'workload.request=1498B'],
    ]),
  )('on a LAN, datagrams: $name', ({ set }) => {
    const sets = [...set, 'workload.dontFragment=false']
    const { expected, measured } = bytesOf(onLan('udp', sets))
    expect(measured).toEqual(expected)
  })

  test.each(
    cases([
      ['links.core.mtu=1000B', 'workload.request=3000B'],
      ['links.core.mtu=1000B', 'links.lan.mtu=576B', 'links.far.mtu=1500B'],
      ['links.far.mtu=1500B', 'workload.request=3000B'],
    ]),
  )('over routers, segments: $name', ({ set }) => {
    const sets = [...set, 'workload.dontFragment=false']
    const { expected, measured } = bytesOf(routed(sets))
    expect(measured).toEqual(expected)
  })
})

describe('what is too large and is not cut', () => {
  const lost = (scenario: Scenario): number => {
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    return 1 - simulation.result().phases[0]!.delivered / simulation.result().phases[0]!.offered
  }

  test.each([
    {
      why: 'datagrams that have no room for the outer header',
      scenario: onLan('udp', ['services.web.forwarding=tun']),
      at: 'lb1.eth0',
      text: `packets of 1500B and their outer header exceed the MTU of 1500B, ${WITH_DF}`,
    },
    {
      why: 'datagrams for a network further on',
      scenario: routed([
        'services.web.protocol=udp',
        'links.far.mtu=1000B',
        'workload.request=1200B',
        'workload.response=64B',
      ]),
      at: 'east.far',
      text: `packets of 1182B and their outer header exceed the MTU of 1000B, ${WITH_DF}`,
    },
    {
      why: 'segments whose sender is not told',
      scenario: routed(['routers.edge.icmp=false', 'workload.request=1500B']),
      at: 'lb1.eth0',
      text:
        `packets of 1500B and their outer header exceed the MTU of 1500B, ${WITH_DF}, ` +
        'no ICMP error reaches their sender',
    },
  ])('$why: nothing gets through', ({ scenario, at, text }) => {
    const { warm, tooBig } = theory(scenario)
    expect(warm.mostPps).toBe(0)
    expect(warm.stoppedBy).toEqual([
      { at, resource: 'mtu', mostPps: 0, note: `nothing gets through, ${text}` },
    ])
    expect(tooBig).toBeUndefined()
    expect(lost(scenario)).toBe(1)
  })

  test('some datagrams: those of more than 1480 B, a third of 1440 to 1500', () => {
    const set = ['services.web.forwarding=tun', 'workload.phases.s.rate=40kpps']
    const scenario = onLan('udp', set)
    scenario.workload.request = { kind: 'uniform', low: 1458, high: 1518 }
    const { warm, tooBig } = theory(scenario)
    expect(tooBig).toEqual([
      {
        share: expect.closeTo(20 / 60, 1),
        at: 'lb1.eth0',
        text:
          'packets of up to 1500B and their outer header exceed the MTU of 1500B, ' +
          'DF forbids to cut them',
      },
    ])
    expect(lost(scenario)).toBeCloseTo(tooBig![0]!.share, 1)
    expect(warm.mostPps).toBeGreaterThan(0)
  })

  test('segments whose sender is told: their size in the end, and a word about it', () => {
    const scenario = routed(['workload.request=3000B'])
    const { shrinks, warm } = theory(scenario)
    expect(shrinks).toEqual([
      'at lb1.eth0, packets of 1500B and their outer header exceed the MTU of 1500B',
    ])
    expect(warm.mostPps).toBeGreaterThan(0)
    // 1500 B less the outer header, IP, TCP and timestamps: 1428 B, so 1428, 1428 and 144.
    const { frames } = passagesOf(scenario)[0]!.carried.toDirector[0]!
    expect(frames.slice(-2)).toEqual([
      { count: 2, ipBytes: 1480 },
      { count: 1, ipBytes: 144 + 52 },
    ])
    expect(lost(scenario)).toBe(0)
  })
})

test('by hand: a datagram of 1500 B in a tunnel takes 1622 B of the wire in two pieces', () => {
  // 1480 B of payload and 20 B, each behind 20 B of IP: frames of 1518 B and 64 B, 20 B each more.
  const set = ['services.web.forwarding=tun', 'workload.dontFragment=false']
  const { warm } = theory(onLan('udp', [...set, 'realServers.rs.cpu.perRequest=1us']))
  expect(warm.mostPps).toBeCloseTo(RATE_BPS / 8 / 1622, 6)
  expect(warm.stoppedBy[0]!.note).toBe('791B frames on average, cut for the MTU at 10Gbps')
})

test('by hand: an announced MSS of 200 makes segments of 188 B with timestamps', () => {
  // 10240 B are 54 of them and one of 88. The client's own segments have 1448 B, and more than that
  // wait after every eighth: 6 ACKs beside its SYN, ACK, request, FIN ACK and ACK. The request's
  // 200 B are more than a segment of the server's: it acknowledges them at once, beside its FIN.
  const { toServer, toClient } = passagesOf(onLan('tcp', ['clients.users.tcp.advmss=200']))[0]!.sent
  expect(toServer).toEqual([
    { count: 1, ipBytes: 60 },
    { count: 3 + 6, ipBytes: 52 },
    { count: 0, ipBytes: 1500 },
    { count: 1, ipBytes: 252 },
  ])
  expect(toClient).toEqual([
    { count: 1, ipBytes: 60 },
    { count: 2, ipBytes: 52 },
    { count: 54, ipBytes: 188 + 52 },
    { count: 1, ipBytes: 88 + 52 },
  ])
})
