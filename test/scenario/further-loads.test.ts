// Load to several services: what a file may leave out, what is wrong with one, and that services
// which share nothing know nothing of each other while those that share servers wait together.
import { describe, expect, test } from 'vitest'
import type { PhaseResult, ReplicationResult } from '../../src/measure/replication.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { load, problemsOf } from '../support/scenario-text.ts'

type Json = Record<string, unknown>

interface Options {
  services?: Json
  further?: Json
  workload?: Json
  more?: Json
}

function document({ services, further, workload, more }: Options = {}): Json {
  return {
    format: 'lvs-sim/1',
    name: 'several',
    time: { cooldown: '2s', replications: 1 },
    links: { lan: {} },
    clients: {
      users: { count: 2, addresses: 50 },
      jobs: { count: 2, addresses: 20, subnet: '10.2.0.0/16' },
    },
    directors: { lb1: { cpu: { cores: 2 } } },
    realServers: {
      web: { count: 2, cpu: { cores: 2, perRequest: '1ms' } },
      db: { count: 2, address: '10.0.0.51', cpu: { cores: 2, perRequest: '2ms' } },
    },
    services: {
      web: { vip: '10.0.0.10:80', protocol: 'tcp', realServers: ['web'] },
      db: { vip: '10.0.0.10:3306', protocol: 'tcp', realServers: ['db'] },
      dns: { vip: '10.0.0.9:53', protocol: 'udp', realServers: ['db'] },
      ...services,
    },
    workload: {
      from: 'users',
      to: 'web',
      ...(further === undefined ? {} : { services: further }),
      phases: [
        { name: 'calm', for: '1s', rate: '100cps' },
        { name: 'rush', for: '1s', rate: '100cps..400cps' },
      ],
      ...workload,
    },
    ...more,
  }
}

const loadedWith = (options: Options): Scenario => load(JSON.stringify(document(options))).scenario

function run(scenario: Scenario, replication = 1): ReplicationResult {
  const simulation = new Simulation(scenario, { replication })
  simulation.runUntil(simulation.end)
  const { kernel, pool } = simulation.cluster
  const result = simulation.result()
  kernel.runUntil(kernel.now + 3e12, Infinity)
  expect(pool.taken, 'packets neither arrived nor dropped').toBe(0)
  return result
}

const of = (result: ReplicationResult, service: string): PhaseResult[] =>
  result.phases.filter((phase) => phase.service === service)

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

describe('what is left out is as in the workload', () => {
  const workload = {
    arrivals: 'constant',
    request: '300B',
    response: '1KiB',
    connection: { requests: 4 },
  }
  const { services } = loadedWith({ workload, further: { db: { rate: '5cps' } } }).workload

  test('for a service of the same protocol', () => {
    expect(services![0]).toMatchObject({
      ...{ to: 'db', from: 'users', arrivals: { kind: 'constant' } },
      request: { kind: 'constant', value: 300 },
      response: { kind: 'constant', value: 1024 },
      requests: { kind: 'constant', value: 4 },
    })
    expect(services![0]!.rates.map(({ fromRate }) => fromRate)).toEqual([5, 5])
  })

  test('but frames are no payload, and datagrams have no connection', () => {
    const [dns] = loadedWith({ workload, further: { dns: { rate: '5pps' } } }).workload.services!
    expect(dns!.request).toEqual({ kind: 'constant', value: 64 })
    expect(dns!.response).toEqual({ kind: 'constant', value: 64 })
    expect(dns!.requests).toBeUndefined()
  })

  test('rates go by phase, none is nothing', () => {
    const [db] = loadedWith({ further: { db: { rates: { rush: '5cps' } } } }).workload.services!
    expect(db!.rates.map(({ fromRate }) => fromRate)).toEqual([0, 5])
  })

  test('a document that is written out completes to itself', () => {
    const once = load(JSON.stringify(document({ further: { dns: { rate: '5pps' } } }))).document
    expect(load(JSON.stringify(once)).document).toEqual(once)
  })
})

describe('what is wrong with further loads', () => {
  const rate = '5cps'
  const cases: [string, Json, string, string | null][] = [
    ['a service that does not exist', { dbs: { rate } }, 'no service "dbs"', '"db"'],
    ['that of the workload', { web: { rate } }, 'has the load of the workload already', null],
    ['a misspelt phase', { db: { rates: { clam: rate } } }, 'no phase "clam"', '"calm"'],
    ['no rate', { db: {} }, 'give "rate", the same in all phases, or "rates" by phase', null],
    ['both', { db: { rate, rates: { calm: rate } } }, 'give "rate", the same in', null],
    ['no such clients', { db: { rate, from: 'job' } }, 'no clients "job"', '"jobs"'],
    ['users', { db: { rate, users: { count: 5 } } }, 'users wait for the service of', null],
    ['a replay', { db: { rate, replay: { file: 'x.csv' } } }, 'requests of one service', null],
    ['its own phases', { db: { rate, phases: [] } }, 'phases are those of the workload', null],
    ['a misspelt key', { db: { rate, respons: '1KiB' } }, 'unknown key "respons"', '"response"'],
    [
      'think time over UDP',
      { dns: { rate: '5pps', connection: { think: '1ms' } } },
      'service "dns" is of UDP: only TCP has connections to keep',
      null,
    ],
    ['a frame that is none', { dns: { rate: '5pps', request: '9KiB' } }, 'has 64B to 1518B', null],
    ['a rate without a unit', { db: { rate: '5' } }, 'a rate of requests', '"5pps"'],
  ]
  test.each(cases)('%s', (_, further, message, suggestion) => {
    const problems = problemsOf(JSON.stringify(document({ further })))
    const found = problems.find((problem) => problem.message.includes(message))
    expect(found, problems.map((problem) => problem.message).join('\n')).toBeDefined()
    expect(found!.severity).toBe('error')
    expect(found!.path).toMatch(/^workload\.services/)
    expect(found!.suggestion).toBe(suggestion)
  })

  test('clients that do not reach its director', () => {
    const more = {
      links: { lan: {}, office: {}, cellar: {} },
      routers: { r: { links: { lan: {}, office: {} } } },
      clients: { users: { link: 'office' }, jobs: { link: 'cellar', subnet: '10.2.0.0/16' } },
      directors: { lb1: { cpu: { cores: 2 }, nics: { eth0: { link: 'lan' } } } },
      realServers: {
        web: { link: 'lan' },
        db: { link: 'lan', address: '10.0.0.51' },
      },
    }
    const problems = problemsOf(
      JSON.stringify(document({ more, further: { db: { rate, from: 'jobs' } } })),
    )
    expect(problems.map((problem) => problem.message).join()).toContain(
      'clients are on "cellar", director "lb1" has a card on "lan" only',
    )
  })

  test.each([
    ['a service without any', {}, 'service "db" gets no load: the workload is to "web"'],
    ['a rate of 0', { db: { rate: '0cps' } }, 'its rate is 0 in all phases'],
  ])('%s is doubtful', (_, further, message) => {
    const { warnings } = load(JSON.stringify(document({ further })))
    expect(warnings.map((warning) => warning.message).join('\n')).toContain(message)
  })

  test('two directors that both wait for the answers of one group', () => {
    const services = {
      web: { vip: '10.0.0.10:80', director: 'lb1', forwarding: 'nat', realServers: ['web'] },
      db: { vip: '10.0.0.9:80', director: 'lb2', forwarding: 'nat', realServers: ['web'] },
      dns: { vip: '10.0.0.8:53', director: 'lb2' },
    }
    const more = { directors: { lb1: { cpu: { cores: 1 } }, lb2: { cpu: { cores: 1 } } } }
    const text = JSON.stringify(document({ services, more, further: { db: { rate: '5pps' } } }))
    expect(load(text).warnings.map((warning) => warning.message)).toContain(
      'real servers "web" have one gateway, lb1 of service "web": with nat, answers of "db" do ' +
        'not come back through lb2',
    )
  })
})

describe('requests to every service are conserved', () => {
  const cases: [string, Options][] = []
  for (const forwarding of ['nat', 'dr', 'tun']) {
    for (const [protocol, from] of [
      ['tcp', 'users'],
      ['tcp', 'jobs'],
      ['udp', 'users'],
      ['udp', 'jobs'],
    ] as const) {
      const db = { vip: '10.0.0.9:3306', protocol, forwarding, realServers: ['db', 'web'] }
      const further = { db: { from, rates: { calm: '200pps', rush: '0pps..300pps' } } }
      cases.push([`${protocol} ${forwarding} from ${from}`, { services: { db }, further }])
    }
  }
  test.each(cases)('%s', (_, options) => {
    const result = run(loadedWith(options))
    expect(result.phases.map(({ service, phase }) => `${service} ${phase}`)).toEqual([
      ...['web calm', 'web rush', 'db calm', 'db rush'],
    ])
    for (const phase of result.phases) {
      expect(phase.offered).toBeGreaterThan(50)
      expect(phase.delivered, `${phase.service} ${phase.phase}`).toBe(phase.offered)
      const sent = phase.servers.flatMap(({ requests }) => requests)
      expect(total(sent)).toBe(phase.offered)
    }
  })
})

test('behind equal-cost routes every director serves both', () => {
  const given = loadedWith({
    services: {
      web: { vip: '10.0.0.10:80', protocol: 'tcp', scheduler: 'mh', realServers: ['web'] },
      db: { vip: '10.0.0.9:53', protocol: 'udp', scheduler: 'mh', realServers: ['db', 'web'] },
      dns: { vip: '10.0.0.8:53' },
    },
    further: { db: { rate: '200pps' } },
    more: {
      clients: { users: { count: 2, addresses: 50, flows: 500 }, jobs: { subnet: '10.2.0.0/16' } },
      directors: { lb1: { cpu: { cores: 1 } }, lb2: { cpu: { cores: 1 } } },
      ecmp: { directors: ['lb1', 'lb2'] },
    },
  })
  const simulation = new Simulation(given, { replication: 1 })
  simulation.runUntil(simulation.end)
  for (const { offered, delivered } of simulation.result().phases) {
    expect(offered).toBeGreaterThan(50)
    expect(delivered).toBe(offered)
  }
  for (const { director } of simulation.cluster.directors) {
    const [first, second] = director.ipvs.services.filter(({ counters }) => counters.inPackets > 0)
    expect(first!.counters.connections).toBeGreaterThan(50)
    expect(second!.counters.connections).toBeGreaterThan(50)
  }
})

describe('services that share nothing', () => {
  /** Each with clients, network, director and servers of its own; nobody uses the router. */
  function apart(further: Json | undefined): Scenario {
    const island = (name: string) => ({ cpu: { cores: 1 }, nics: { eth0: { link: name } } })
    const workload = {
      from: 'users',
      to: 'web',
      ...(further === undefined ? {} : { services: further }),
      phases: [{ name: 'all', for: '2s', rate: '300cps' }],
    }
    return load(
      JSON.stringify({
        ...document(),
        links: { a: {}, b: {} },
        routers: { r: { links: { a: {}, b: {} } } },
        clients: {
          users: { link: 'a', count: 2, addresses: 50 },
          jobs: { link: 'b', count: 2, addresses: 20, subnet: '10.2.0.0/16' },
        },
        directors: { lb1: island('a'), lb2: { ...island('b'), address: '10.0.0.2' } },
        realServers: {
          web: { link: 'a', count: 2, cpu: { perRequest: { kind: 'exponential', mean: '5ms' } } },
          db: { link: 'b', count: 2, address: '10.0.0.51', cpu: { perRequest: '2ms' } },
        },
        services: {
          web: { vip: '10.0.0.10:80', protocol: 'tcp', director: 'lb1', realServers: ['web'] },
          db: { vip: '10.0.0.9:80', protocol: 'tcp', director: 'lb2', realServers: ['db'] },
        },
        workload,
      }),
    ).scenario
  }

  test('have the same results as alone, to the byte', () => {
    const both = run(apart({ db: { from: 'jobs', rate: '500cps' } }))
    expect(of(both, 'web')).toEqual(run(apart(undefined)).phases)
    expect(of(both, 'db')[0]!.delivered).toBeGreaterThan(800)
  })
})

describe('services that share servers', () => {
  /** One server with one core, all requests exponential: M/M/1 with the sum of the rates. */
  function shared(services: Json, rates: [number, number]): Scenario {
    const perRequest = { kind: 'exponential', mean: '1ms' }
    return loadedWith({
      services,
      further: { db: { from: 'jobs', rate: `${rates[1]}pps` } },
      workload: { phases: [{ name: 'all', for: '200s', rate: `${rates[0]}pps` }] },
      more: {
        realServers: { rs: { cpu: { cores: 1, perRequest } } },
        time: { cooldown: '100ms', replications: 1 },
      },
    })
  }
  const udp = { protocol: 'udp', realServers: ['rs'] }
  const services = {
    web: { ...udp, vip: '10.0.0.10:53' },
    db: { ...udp, vip: '10.0.0.9:53', forwarding: 'nat' },
    dns: { ...udp, vip: '10.0.0.8:53' },
  }

  test('wait as in M/M/1 with the load of both', () => {
    const result = run(shared(services, [300, 400]))
    for (const service of ['web', 'db']) {
      const [{ latency }] = of(result, service) as [PhaseResult]
      const mean = total(latency.map(({ sum }) => sum)) / total(latency.map(({ count }) => count))
      const batches = latency.map(({ sum, count }) => sum / count)
      const spread = total(batches.map((each) => (each - mean) ** 2)) / (batches.length - 1)
      const error = Math.sqrt(spread / batches.length)
      // 1 / (mu - lambda), and some microseconds of the network.
      const expected = 1e12 / (1000 - 700)
      expect(Math.abs(mean - expected), service).toBeLessThan(4 * error + 20e6)
      expect(error / expected).toBeLessThan(0.05)
    }
  })

  test('and connections are taken up when a datagram is done, not only when another is', () => {
    const perRequest = '5ms'
    const given = loadedWith({
      services: {
        web: { vip: '10.0.0.10:80', protocol: 'tcp', realServers: ['rs'] },
        db: { ...udp, vip: '10.0.0.9:53' },
        dns: { ...udp, vip: '10.0.0.8:53' },
      },
      further: { db: { from: 'jobs', rate: '100pps' } },
      workload: { phases: [{ name: 'all', for: '10s', rate: '20cps' }] },
      more: { realServers: { rs: { backlog: 0, cpu: { cores: 1, perRequest } } } },
    })
    const [web] = of(run(given), 'web') as [PhaseResult]
    expect(web.offered).toBeGreaterThan(100)
    expect(web.delivered).toBe(web.offered)
  })

  test('and the workload sees the same requests, whatever goes elsewhere', () => {
    const offered = (rates: [number, number]) =>
      of(run(shared(services, rates)), 'web')[0]!.windows.offered
    expect(offered([300, 50])).toEqual(offered([300, 500]))
  })
})

test('a core has the note of its own director', () => {
  const services = {
    web: { vip: '10.0.0.10:80', protocol: 'tcp', director: 'lb1', realServers: ['web'] },
    db: { vip: '10.0.0.9:80', protocol: 'tcp', director: 'lb2', realServers: ['db'] },
    dns: { vip: '10.0.0.8:53', director: 'lb2' },
  }
  const directors = { lb1: { cpu: { cores: 1 } }, lb2: { cpu: { cores: 2, clock: '2GHz' } } }
  const { resources } = run(
    loadedWith({ services, more: { directors }, further: { db: { rate: '50cps' } } }),
  )
  const noteOf = (at: string) => resources.find((resource) => resource.at === at)!.note
  expect(noteOf('lb1.cpu0')).toBe('1 core at 3GHz')
  expect(noteOf('lb2.cpu1')).toBe('2 cores at 2GHz')
})
