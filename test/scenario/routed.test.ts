// Networks joined by routers: hand-computed times, the ways that packets take, what a tunnel's
// header costs, and what must hold in every such cluster.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { loadScenario } from '../../src/scenario/load.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { Topology } from '../../src/scenario/topology.ts'
import { problemsOf } from '../support/scenario-text.ts'

type Fields = Record<string, unknown>

/** Clients on one network, the director on a second, real servers at a third behind a wire. */
function routed(changes: Fields = {}): Fields {
  return {
    format: 'lvs-sim/1',
    name: 'routed',
    time: { replications: 1, cooldown: '1s' },
    links: {
      internet: { rate: '1Gbps', delay: '10ms' },
      lan: { rate: '10Gbps', delay: '2us' },
      wan: { kind: 'wire', rate: '100Mbps', delay: '20ms' },
      site: { rate: '10Gbps', delay: '2us' },
    },
    routers: {
      edge: { links: { internet: {}, lan: {} } },
      west: { links: { lan: {}, wan: {} } },
      east: { links: { wan: {}, site: {} } },
    },
    clients: { users: { link: 'internet', addresses: 10, flows: 10, timeout: '10s' } },
    directors: { lb1: { cpu: { perPacket: '1us' }, nics: { eth0: { link: 'lan' } } } },
    realServers: { rs: { link: 'site', count: 2 } },
    services: { web: { forwarding: 'tun', scheduler: 'rr' } },
    workload: {
      request: '1000B',
      response: '200B',
      arrivals: 'constant',
      phases: [{ name: 'steady', for: '100ms', rate: '105pps' }],
    },
    ...changes,
  }
}

function load(document: Fields, ...set: string[]): Scenario {
  return loadScenario(JSON.stringify(document), { file: 'routed.json', set }).scenario
}

function run(scenario: Scenario): Simulation {
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  return simulation
}

function dropsOf(simulation: Simulation): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { at, cause, packets } of simulation.result().drops) {
    sums[`${at}: ${cause}`] = (sums[`${at}: ${cause}`] ?? 0) + packets
  }
  return sums
}

const BYTE_PS = { fast: 800, gigabit: 8000, wan: 80_000 }

describe('the way over routers', () => {
  test('takes the sum of its wires and delays, to the picosecond', () => {
    const [phase] = run(load(routed())).result().phases
    const toDirector = 2 * BYTE_PS.gigabit * 1020 + 10_000_000_000
    const onLan = (frame: number) => 2 * BYTE_PS.fast * (frame + 20) + 2_000_000
    const onWan = (frame: number) => BYTE_PS.wan * (frame + 20) + 20_000_000_000
    const core = 1_000_000
    // To the director, in the tunnel over the LAN, the wire and the site; the answer goes back
    // without the director.
    const there = toDirector + onLan(1000) + core + onLan(1020) + onWan(1020) + onLan(1020)
    const back = onLan(200) + onWan(200) + onLan(200) + 2 * BYTE_PS.gigabit * 220 + 10_000_000_000
    expect(phase).toMatchObject({ offered: 10, delivered: 10 })
    for (const { min, max } of phase!.latency.filter(({ count }) => count > 0)) {
      expect(min).toBe(there + back)
      expect(max).toBe(there + back)
    }
  })

  test('is the shortest, and of equal ones the first', () => {
    const links = { a: {}, b: {}, c: {}, d: {} }
    const routers = {
      long: { links: { a: {}, b: {} } },
      longer: { links: { b: {}, d: {} } },
      twin: { links: { b: {}, d: {} } },
      short: { links: { a: {}, c: {} } },
      last: { links: { c: {}, d: {} } },
      direct: { links: { a: {}, d: {} } },
    }
    const document = routed({
      ...{ links, routers },
      clients: { users: { link: 'a' } },
      directors: { lb1: { nics: { eth0: { link: 'b' } } } },
      realServers: { rs: { link: 'd' } },
    })
    const topology = new Topology(load(document))
    expect(topology.way('a', 'a')).toEqual([])
    expect(topology.way('a', 'd')).toEqual([{ router: 'direct', from: 'a', to: 'd' }])
    expect(topology.way('b', 'd')).toEqual([{ router: 'longer', from: 'b', to: 'd' }])
    expect(topology.way('c', 'b')!.map(({ router }) => router)).toEqual(['short', 'long'])
  })

  test('of DR and NAT needs routers in front of the director only', () => {
    for (const forwarding of ['dr', 'nat']) {
      const document = routed({
        realServers: { rs: { link: 'lan', count: 2 } },
        services: { web: { forwarding, scheduler: 'rr' } },
      })
      const [phase] = run(load(document)).result().phases
      expect(phase).toMatchObject({ offered: 10, delivered: 10 })
    }
  })

  test('of two cards the nearer one is taken', () => {
    const document = routed({
      directors: { lb1: { nics: { eth0: { link: 'lan' }, eth1: { link: 'site' } } } },
    })
    const simulation = run(load(document))
    const { links } = simulation.cluster.network
    const sent = (at: string) =>
      links.find(({ options }) => options.at === at && options.resource === 'send')!.packets
    expect(sent('lb1.eth1')).toBe(10)
    expect(sent('lb1.eth0')).toBe(0)
    expect(simulation.result().phases[0]).toMatchObject({ delivered: 10 })
  })
})

describe('a packet too large for its way', () => {
  const workload = { ...(routed()['workload'] as Fields), request: '1518B' }

  test('with DF: the director tells the client', () => {
    const simulation = run(load(routed({ workload })))
    expect(simulation.result().phases[0]).toMatchObject({ delivered: 0, failed: { lost: 10 } })
    expect(dropsOf(simulation)).toEqual({ 'lb1: answered with fragmentation needed': 10 })
  })

  test('the wire behind is narrower: a router tells the director, which learns it', () => {
    const document = routed({ workload: { ...workload, request: '1418B' } })
    const simulation = run(load(document, 'links.wan.mtu=1400B'))
    const drops = dropsOf(simulation)
    // Both servers have to be learnt; each first packet dies at the router, the others before.
    expect(drops['west: answered with fragmentation needed']).toBe(2)
    expect(drops['lb1: answered with fragmentation needed']).toBe(8)
    expect(simulation.result().phases[0]).toMatchObject({ failed: { lost: 10 } })
  })

  test('with ICMP filtered the router is a black hole', () => {
    const document = routed({ workload: { ...workload, request: '1418B' } })
    const simulation = run(load(document, 'links.wan.mtu=1400B', 'routers.west.icmp=false'))
    expect(dropsOf(simulation)).toEqual({ 'west: exceeds the MTU of 1400B, ICMP filtered': 10 })
  })

  test("without the director's path MTU discovery the tunnel packet is cut", () => {
    const simulation = run(load(routed({ workload }), 'directors.lb1.pmtuDiscovery=false'))
    expect(simulation.result().phases[0]).toMatchObject({ delivered: 10 })
    const wan = simulation.cluster.network.links.find(({ options }) => options.at === 'west.wan')!
    // 1520 B of IP: 1500 and 40, with a header each, in frames of 1518 and 64.
    expect(wan.packets).toBe(20)
    expect(wan.bytes).toBe(10 * (1518 + 64))
  })

  test('without DF routers cut it again where the next wire is narrower', () => {
    const document = routed({ workload: { ...workload, dontFragment: false } })
    const simulation = run(load(document, 'links.wan.mtu=600B'))
    expect(simulation.result().phases[0]).toMatchObject({ delivered: 10 })
    const wan = simulation.cluster.network.links.find(({ options }) => options.at === 'west.wan')!
    // 1500 B become 576 + 20, 576 + 20 and 328 + 20; the other 40 B stay as they are.
    expect(wan.bytes).toBe(10 * (596 + 18 + (596 + 18) + (348 + 18) + 64))
  })

  test("an answer's error goes over the director to the server", () => {
    for (const forwarding of ['dr', 'nat', 'tun']) {
      const document = routed({
        realServers: { rs: { link: 'lan', count: 2 } },
        services: { web: { forwarding, scheduler: 'rr' } },
        workload: { ...workload, request: '200B', response: '1418B' },
      })
      const simulation = run(load(document, 'links.internet.mtu=1200B'))
      expect(simulation.result().phases[0]).toMatchObject({ failed: { lost: 10 } })
      expect(dropsOf(simulation)).toEqual({ 'edge: answered with fragmentation needed': 10 })
      const { services } = simulation.cluster.director.ipvs
      // The request and the error about the answer to it.
      expect(services[0]!.counters.inPackets).toBe(20)
    }
  })
})

describe('TCP through a tunnel with full segments', () => {
  const upload = {
    clients: { users: { link: 'internet', addresses: 10, timeout: '2s' } },
    services: { web: { forwarding: 'tun', scheduler: 'rr', protocol: 'tcp' } },
    workload: {
      ...(routed()['workload'] as Fields),
      request: '5000B',
      phases: [{ name: 'steady', for: '100ms', rate: '105pps' }],
    },
    time: { replications: 1, cooldown: '3s' },
  }

  /** Requests delivered, and the packets that were too large. */
  function outcome(...set: string[]): { delivered: number; tooLarge: number; latencyMs: number } {
    const simulation = run(load(routed(upload), ...set))
    const [phase] = simulation.result().phases
    const drops = Object.entries(dropsOf(simulation))
    const tooLarge = drops
      .filter(([name]) => /fragmentation needed|exceeds/.test(name))
      .reduce((sum, [, packets]) => sum + packets, 0)
    const last = Math.max(...phase!.latency.filter(({ count }) => count > 0).map(({ max }) => max))
    return { delivered: phase!.delivered, tooLarge, latencyMs: last / 1e9 }
  }

  test('the director tells clients, who send smaller ones', () => {
    const { delivered, tooLarge } = outcome()
    expect(delivered).toBe(10)
    // Three full segments of each upload die before their client knows better.
    expect(tooLarge).toBe(30)
  })

  test('a router further on tells the director, who tells clients', () => {
    expect(outcome('links.wan.mtu=1400B').delivered).toBe(10)
  })

  test('filtered on its way to the client the upload hangs', () => {
    const { delivered, tooLarge } = outcome('routers.edge.icmp=false')
    expect(delivered).toBe(0)
    expect(tooLarge).toBeGreaterThan(30)
  })

  test.each([
    'routers.edge.clampMss=1440B',
    'routers.edge.clampMss=1440',
    'routers.east.clampMss=1440B',
    'realServers.rs.tcp.advmss=1440',
    'directors.lb1.pmtuDiscovery=false',
  ])('%s: nothing is too large', (cure) => {
    const { delivered, tooLarge, latencyMs } = outcome('routers.edge.icmp=false', cure)
    expect({ delivered, tooLarge }).toEqual({ delivered: 10, tooLarge: 0 })
    // Two round trips of 60 ms: the handshake, then all of the upload, which fits in ten segments.
    expect(latencyMs).toBeGreaterThan(120)
    expect(latencyMs).toBeLessThan(125)
  })

  test('a clamp on the director lowers what servers may send, not what clients do', () => {
    expect(outcome('routers.edge.icmp=false', 'directors.lb1.clampMss=1440B').delivered).toBe(0)
  })

  test('answers too large for the way back: the error reaches the server over the director', () => {
    const answers = ['workload.request=200B', 'workload.response=20KiB', 'links.wan.mtu=1300B']
    const { delivered, tooLarge } = outcome(...answers)
    expect(delivered).toBe(10)
    // The ten segments of the first window of each answer.
    expect(tooLarge).toBe(100)
  })

  test('what clients announce is never too large', () => {
    const answers = ['workload.request=200B', 'workload.response=20KiB', 'links.internet.mtu=1300B']
    expect(outcome(...answers)).toMatchObject({ delivered: 10, tooLarge: 0 })
  })
})

describe('the ARP problem', () => {
  const answering = routed({
    links: { internet: { rate: '1Gbps', delay: '10ms' }, lan: {} },
    routers: { edge: { links: { internet: {}, lan: {} } } },
    realServers: { rs: { link: 'lan', count: 4, arp: 'answers' } },
    services: { web: { forwarding: 'dr', scheduler: 'rr' } },
  })

  /** The first replication in which the router takes a real server for the virtual address. */
  function mistaken(scenario: Scenario): Simulation {
    for (let replication = 1; replication < 100; replication++) {
      const simulation = new Simulation(scenario, { replication })
      const text = simulation.result().timeline[0]!.text
      if (/the host that asked learnt rs\d/.test(text)) return simulation
    }
    throw new Error('the director always wins')
  }

  test('a server that is taken for the director gets everything', () => {
    const simulation = mistaken(load(answering))
    simulation.runUntil(simulation.end)
    const { director, past, servers } = simulation.cluster
    expect(director.ipvs.services[0]!.counters.inPackets).toBe(0)
    expect(past.map(({ packets }) => packets).sort((a, b) => a - b)).toEqual([0, 0, 0, 10])
    expect(servers.map(({ begun }) => begun).sort((a, b) => a - b)).toEqual([0, 0, 0, 10])
    const result = simulation.result()
    expect(result.phases[0]).toMatchObject({ offered: 10, delivered: 10 })
    expect(result.timeline.at(-1)!.text).toMatch(/^rs\d has got 10 packets past the director/)
  })

  test("the director's gratuitous ARP gets the traffic back", () => {
    const simulation = mistaken(load(answering))
    simulation.runUntil(50_000_000_000)
    const { network, director } = simulation.cluster
    network.switches.get('lan')!.neighbours.takeOver(0x0a00000a, director.nics[0]!.mac)
    simulation.runUntil(simulation.end)
    // Requests that leave their client in the last 10 ms before are still on their way then.
    expect(director.ipvs.services[0]!.counters.inPackets).toBe(6)
    expect(simulation.result().phases[0]).toMatchObject({ offered: 10, delivered: 10 })
  })

  test('every answering host is as likely to win', () => {
    const scenario = load(answering)
    const wins = new Map<string, number>()
    for (let replication = 1; replication <= 500; replication++) {
      const { text } = new Simulation(scenario, { replication }).result().timeline[0]!
      const winner = text.slice(text.lastIndexOf(' ') + 1)
      wins.set(winner, (wins.get(winner) ?? 0) + 1)
    }
    expect([...wins.keys()].sort()).toEqual(['lb1', 'rs1', 'rs2', 'rs3', 'rs4'])
    // A share of a fifth of 500 has a standard deviation of 8.9.
    for (const count of wins.values()) expect(Math.abs(count - 100)).toBeLessThan(3.3 * 8.9)
  })

  test('with clients on the same network each host learns for itself', () => {
    const document = routed({
      links: { lan: {} },
      routers: {},
      clients: { users: { count: 40, addresses: 40, flows: 40 } },
      directors: { lb1: {} },
      realServers: { rs: { count: 3, arp: 'answers' } },
      services: { web: { forwarding: 'dr' } },
    })
    const { text } = new Simulation(load(document), { replication: 1 }).result().timeline[0]!
    expect(text).toMatch(/^4 hosts on "lan" answer ARP for 10.0.0.10: of 40 that asked, \d+ learnt/)
    const counts = [...text.matchAll(/(\d+) learnt/g)].map(([, count]) => Number(count))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40)
    expect(counts).toHaveLength(4)
  })

  test('silent servers leave nothing to tell', () => {
    const scenario = load(answering, 'realServers.rs.arp=silent')
    expect(run(scenario).result().timeline).toEqual([])
  })
})

describe('a topology that cannot be', () => {
  const links = (more: Fields) => ({ ...(routed()['links'] as Fields), ...more })
  const routers = (more: Fields) => ({ ...(routed()['routers'] as Fields), ...more })

  test.each<[Fields, RegExp]>([
    [
      { services: { web: { forwarding: 'dr' } } },
      /real servers are on "site", director "lb1" has a card on "lan" only: with dr the director/,
    ],
    [
      { services: { web: { forwarding: 'nat' } } },
      /with nat replies must come back through the director/,
    ],
    [{ routers: {} }, /^clients are on "internet", .* only; and there is no router$/],
    [
      { routers: { edge: { links: { internet: {}, lan: {} } } } },
      /^real servers are on "site", .* no router joins them$/,
    ],
    [
      { routers: routers({ east: { links: { wan: {}, sight: {} } } }) },
      /^there is no link "sight"; there is "internet", "lan", "wan", "site"$/,
    ],
    [
      { routers: routers({ lone: { links: { lan: {} } } }) },
      /^a router joins two networks at least, this one has "lan" alone$/,
    ],
    [
      { routers: routers({ third: { links: { wan: {}, lan: {} } } }) },
      /^a wire has two ends, on this one there is router "west", router "east", router "third"/,
    ],
    [
      {
        links: links({ isle: {} }),
        clients: { users: { link: 'internet' }, others: { link: 'isle' } },
        workload: { ...(routed()['workload'] as Fields), from: 'users' },
      },
      /^nothing joins link "isle" \(host of "others"\) to "internet", where the clients are$/,
    ],
    [{ links: links({ lan: { mtu: '67B' } }) }, /^an MTU is 68B to 65535B \(RFC 791\), got "67B"$/],
    [{ links: links({ lan: { loss: '101%' } }) }, /^a share is 0% to 100%, got "101%"$/],
    [{ links: links({ lan: { loss: 0.1 } }) }, /^expected a share, like "0.1%", got 0.1$/],
    [
      { links: links({ lan: { loss: { kind: 'bursts', toBad: '1%', toGood: '0%' } } }) },
      /the bad state would never end$/,
    ],
    [{ links: links({ lan: { alpha: 2 } }) }, /^alpha divides a sharedBuffer, and there is none$/],
    [
      { links: links({ wan: { kind: 'wire', sharedBuffer: '1MiB' } }) },
      /^a wire has no switch whose ports could share memory$/,
    ],
    [
      {
        routers: routers({
          east: { links: { wan: {}, site: { policer: { rate: '1Mbps', burst: '1000B' } } } },
        }),
      },
      /^must hold a frame of 1518B, the largest of link "site", got 1000B$/,
    ],
    [
      { routers: routers({ edge: { links: { internet: {}, lan: {} }, clampMss: '9B' } }) },
      /^an MSS is 48B to 65535B, or "mtu", got "9B"$/,
    ],
  ])('%#', (changes, message) => {
    const problems = problemsOf(JSON.stringify(routed(changes)))
    expect(problems.map((problem) => problem.message)).toContainEqual(
      expect.stringMatching(message),
    )
  })
})

const anyWire = fc.record({
  mtu: fc.constantFrom('300B', '600B', '1400B', '1500B'),
  buffer: fc.constantFrom('2MiB', '4KiB'),
  loss: fc.constantFrom('0%', '5%', {
    kind: 'bursts',
    toBad: '5%',
    toGood: '30%',
  } as unknown as string),
  jitter: fc.constantFrom('0us', { kind: 'exponential', mean: '100us' } as unknown as string),
})

/** Requests are delivered, failed or open, and when all is quiet no packet is left anywhere. */
test('packets are conserved on any way', { timeout: 120_000 }, () => {
  const anyCluster = fc.record({
    wires: fc.tuple(anyWire, anyWire, anyWire, anyWire),
    forwarding: fc.constantFrom('dr', 'nat', 'tun'),
    protocol: fc.constantFrom('udp', 'tcp'),
    dontFragment: fc.boolean(),
    pmtuDiscovery: fc.boolean(),
    icmp: fc.boolean(),
    arp: fc.constantFrom('silent', 'answers'),
    limit: fc.constantFrom({}, { policer: { rate: '3Mbps', burst: '4KiB' } }, {
      shaper: { rate: '3Mbps', queue: '16KiB' },
    } as Fields),
  })
  fc.assert(
    fc.property(anyCluster, (c) => {
      const [internet, lan, wan, site] = c.wires
      const isTcp = c.protocol === 'tcp'
      const document = routed({
        links: {
          internet: { ...internet, mtu: '1500B', delay: '1ms' },
          lan: {
            ...lan,
            sharedBuffer: '8KiB',
            ...(c.forwarding === 'tun' ? {} : { mtu: '1500B' }),
          },
          wan: { kind: 'wire', ...wan },
          site: { ...site, mtu: '1500B' },
        },
        routers: {
          edge: { icmp: c.icmp, links: { internet: c.limit, lan: {} } },
          west: { icmp: c.icmp, links: { lan: {}, wan: c.limit } },
          east: { links: { wan: {}, site: {} } },
        },
        clients: { users: { link: 'internet', count: 3, addresses: 10, timeout: '100ms' } },
        directors: {
          lb1: { nics: { eth0: { link: 'lan', queues: 2 } }, pmtuDiscovery: c.pmtuDiscovery },
        },
        realServers: {
          rs: { link: c.forwarding === 'tun' ? 'site' : 'lan', count: 2, arp: c.arp },
        },
        services: { web: { forwarding: c.forwarding, protocol: c.protocol } },
        workload: {
          request: { kind: 'uniform', low: '64B', high: '1500B' },
          response: isTcp ? '3000B' : { kind: 'uniform', low: '64B', high: '1500B' },
          dontFragment: c.dontFragment,
          phases: [{ name: 'steady', for: '20ms', rate: '5kpps' }],
        },
      })
      const simulation = run(load(document))
      const [phase] = simulation.result().phases
      const failed = Object.values(phase!.failed).reduce((sum, count) => sum + count, 0)
      expect(phase!.delivered + failed + phase!.unfinished).toBe(phase!.offered)
      const { kernel, pool } = simulation.cluster
      kernel.runUntil(kernel.now + 3_000_000_000_000, Infinity)
      expect(pool.taken).toBe(0)
    }),
    { numRuns: 150, seed: 4 },
  )
})
