// What other services leave of a resource, by arithmetic done by hand; and that what is left can be
// carried, and more cannot.
import { describe, expect, test } from 'vitest'
import type { PhaseResult } from '../../src/measure/replication.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { theory, type ResourceLimit, type Theory } from '../../src/theory/theory.ts'
import { load } from '../support/scenario-text.ts'

type Json = Record<string, unknown>

interface Options {
  /** Requests per second of web and of db. */
  rates?: [web: number, db: number]
  web?: Json
  db?: Json
  from?: string
  realServers?: Json
  director?: Json
  workload?: Json
  further?: Json
  more?: Json
}

/** Web on both groups of servers, db on the second, over UDP. */
function scenario(options: Options = {}): Scenario {
  const [web, db] = options.rates ?? [1000, 500]
  const document = {
    format: 'lvs-sim/1',
    name: 'beside',
    time: { replications: 1 },
    links: { lan: { rate: '1Gbps' } },
    clients: {
      users: { count: 2, addresses: 64 },
      jobs: { count: 2, addresses: 64, subnet: '10.2.0.0/16' },
    },
    directors: {
      lb1: {
        cpu: { cores: 1, perPacket: '10us' },
        nics: { eth0: { rss: 'udp4' } },
        ...options.director,
      },
    },
    realServers: {
      a: { count: 2 },
      b: { count: 2, address: '10.0.0.51' },
      ...options.realServers,
    },
    services: {
      web: { vip: '10.0.0.10:53', scheduler: 'rr', realServers: ['a', 'b'], ...options.web },
      db: { vip: '10.0.0.9:53', scheduler: 'rr', realServers: ['b'], ...options.db },
    },
    workload: {
      from: 'users',
      to: 'web',
      services: {
        db: { from: options.from ?? 'jobs', rate: `${db}pps`, ...options.further },
      },
      phases: [{ name: 'steady', for: '1s', rate: `${web}pps` }],
      ...options.workload,
    },
    ...options.more,
  }
  return load(JSON.stringify(document)).scenario
}

function limitAt({ resources }: Theory, at: string, resource: string): ResourceLimit {
  return resources.find((each) => each.at === at && each.resource === resource)!
}

/** Of web and db. */
function both(given: Scenario): [Theory, Theory] {
  const { further = [], ...web } = theory(given)
  return [web, further[0]!]
}

describe('a resource is shared', () => {
  test("the director's core: 10 us of each request, and what opens a connection", () => {
    const [web, db] = both(scenario())
    // 100,000 a second in all.
    expect(limitAt(web, 'lb1', 'cpu').mostPps).toBeCloseTo(99_500, 6)
    expect(limitAt(db, 'lb1', 'cpu').mostPps).toBeCloseTo(99_000, 6)
    expect(limitAt(web, 'lb1', 'cpu').note).toContain('; 0.5% of it for db')
  })

  test('servers: those that both have are full first', () => {
    const cpu = { cores: 1, perRequest: '1ms' }
    const realServers = { a: { count: 2, cpu }, b: { count: 2, address: '10.0.0.51', cpu } }
    const [web, db] = both(scenario({ realServers, rates: [1000, 500] }))
    // A server has 1,000 a second; of db each of b gets 250, of web each of the four a quarter.
    expect(limitAt(web, 'a*', 'cpu').mostPps).toBeCloseTo(4000, 6)
    expect(limitAt(web, 'b*', 'cpu').mostPps).toBeCloseTo(4 * 750, 6)
    expect(limitAt(db, 'b*', 'cpu').mostPps).toBeCloseTo(2 * 750, 6)
    expect(web.warm.stoppedBy.map(({ at }) => at)).toEqual(['b*'])
  })

  test('servers that the other alone fills leave nothing', () => {
    const cpu = { cores: 1, perRequest: '1ms' }
    const realServers = { b: { count: 2, address: '10.0.0.51', cpu } }
    const [web, db] = both(scenario({ realServers, rates: [1000, 2500] }))
    expect(web.warm.mostPps).toBe(0)
    expect(limitAt(web, 'b*', 'cpu').note).toContain('125.0% of it for db')
    expect(db.warm.mostPps).toBeCloseTo(2 * (1000 - 250), 6)
  })

  test.each([
    ['DR', {}, 1],
    ['NAT, on one arm', { forwarding: 'nat' }, 2],
  ])("the director's card: %s", (_, web, ways) => {
    const [own] = both(scenario({ web, rates: [1000, 100_000] }))
    // 84 bytes with their overhead, of db each way once.
    const bits = 84 * 8
    const left = 1e9 - 100_000 * bits
    expect(limitAt(own, 'lb1.eth0', 'receive').mostPps).toBeCloseTo(left / bits / ways, 3)
    expect(limitAt(own, 'lb1.eth0', 'send').mostPps).toBeCloseTo(left / bits / ways, 3)
  })

  test.each([
    ['the same clients share their wires', 'users', 100_000],
    ['others do not', 'jobs', 0],
  ])('%s', (_, from, taken) => {
    const [web] = both(scenario({ from, rates: [1000, 100_000] }))
    // Two hosts, half of each load on each of their wires.
    const most = (2 * 1e9) / (84 * 8) - taken
    expect(limitAt(web, 'users*.eth0', 'send').mostPps).toBeCloseTo(most, 3)
  })

  test('ports are of one service: those towards another are free', () => {
    const tcp = { protocol: 'tcp' }
    const [web, db] = both(scenario({ web: tcp, db: tcp, from: 'users' }))
    const alone = theory(scenario({ web: tcp, db: tcp, from: 'users', rates: [1000, 0] }))
    expect(limitAt(web, 'users*', 'ports')).toEqual(limitAt(alone, 'users*', 'ports'))
    expect(limitAt(db, 'users*', 'ports').mostPps).toBe(limitAt(web, 'users*', 'ports').mostPps)
  })

  test('requests on kept connections count as requests', () => {
    const tcp = { protocol: 'tcp', realServers: ['b'] }
    const realServers = { b: { address: '10.0.0.51', cpu: { cores: 1, perRequest: '1ms' } } }
    const further = { connection: { requests: 5 } }
    const [web, db] = both(scenario({ web: tcp, db: tcp, realServers, further, rates: [10, 100] }))
    expect(limitAt(web, 'b', 'cpu').mostPps).toBeCloseTo(500, 6)
    expect(db.offeredPps).toBe(500)
  })
})

describe('whose load is counted', () => {
  const phases = [
    { name: 'calm', for: '1s', rate: '100pps' },
    { name: 'rush', for: '1s', rate: '1kpps..2kpps' },
    { name: 'busy', for: '1s', rate: '300pps' },
  ]

  test('the highest of the steady rates', () => {
    const further = {
      rate: undefined,
      rates: { calm: '200pps', rush: '9kpps..10kpps', busy: '150pps' },
    }
    const [web, db] = both(scenario({ workload: { phases }, further }))
    expect(web.beside).toEqual([{ service: 'db', pps: 200 }])
    expect(db.beside).toEqual([{ service: 'web', pps: 300 }])
  })

  test('users decide themselves how much they ask', () => {
    const workload = { users: { count: 10 }, phases: [{ name: 'steady', for: '1s' }] }
    const [web, db] = both(
      scenario({ workload: { services: { db: { rate: '5pps' } }, ...workload } }),
    )
    expect(web.beside).toEqual([{ service: 'db', pps: 5 }])
    expect(db.beside).toEqual([{ service: 'web', pps: null }])
  })

  test('of one service nothing is said', () => {
    const alone = scenario({ workload: { services: undefined } })
    expect(theory(alone)).not.toHaveProperty('beside')
    expect(theory(alone)).not.toHaveProperty('further')
  })
})

describe('what is left', () => {
  const lossOf = (share: number): number => {
    const perRequest = '1ms'
    const realServers = {
      a: { count: 2, cpu: { cores: 1, perRequest }, backlog: 20 },
      b: { count: 2, address: '10.0.0.51', cpu: { cores: 1, perRequest }, backlog: 20 },
    }
    // Each flow has its server for good: in turn they have the same share.
    const evenly = { arrivals: 'constant', popularity: 'in-turn' }
    const [{ warm }] = both(scenario({ realServers, workload: evenly, rates: [1000, 800] }))
    const phases = [{ name: 'steady', for: '5s', rate: `${warm.mostPps * share}pps` }]
    const services = { db: { from: 'jobs', rate: '800pps' } }
    const given = scenario({ realServers, workload: { ...evenly, services, phases } })
    const simulation = new Simulation(given, { replication: 1 })
    simulation.runUntil(simulation.end)
    const [web] = simulation.result().phases as [PhaseResult]
    return 1 - web.delivered / web.offered
  }

  test('is carried, and not more', () => {
    expect(lossOf(0.97)).toBe(0)
    expect(lossOf(1.1)).toBeGreaterThan(0.01)
  })
})
