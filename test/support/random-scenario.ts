// Random scenario files for the swarm: small clusters with everything that the format can say,
// loads from nothing to far too much.
import fc from './properties.ts'

const rate = fc.constantFrom('0pps', '2kpps', '20kpps', '100kpps', '300kpps')
const phases = fc.array(fc.tuple(rate, rate, fc.integer({ min: 1, max: 8 })), {
  minLength: 1,
  maxLength: 3,
})
const time = (low: number, high: number) =>
  fc.integer({ min: low, max: high }).map((us) => `${us}us`)

const perRequest = fc.oneof(
  fc.constant('0us'),
  time(1, 50),
  time(1, 50).map((mean) => ({ kind: 'exponential', mean })),
  time(1, 20).map((low) => ({ kind: 'pareto', shape: 1.5, low, high: '2ms' })),
)

const scheduler = fc.constantFrom('rr', 'wrr', 'lc', 'wlc', 'sed', 'nq', 'dh', 'sh', 'mh')

/** Load to a second service: on which hosts, from which clients, at which director. */
const further = fc.record({
  protocol: fc.constantFrom('udp', 'tcp'),
  forwarding: fc.constantFrom('nat', 'dr', 'tun'),
  scheduler,
  rates: fc.array(rate, { minLength: 3, maxLength: 3 }),
  sharesClients: fc.boolean(),
  sharesServers: fc.boolean(),
  sharesAddress: fc.boolean(),
  sharesDirector: fc.boolean(),
})

const cluster = fc.record({
  scheduler,
  protocol: fc.constantFrom('udp', 'tcp'),
  forwarding: fc.constantFrom('nat', 'dr', 'tun'),
  weights: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 }),
  hosts: fc.integer({ min: 1, max: 5 }),
  addresses: fc.integer({ min: 5, max: 300 }),
  established: fc.boolean(),
  queues: fc.integer({ min: 1, max: 6 }),
  cores: fc.integer({ min: 1, max: 4 }),
  ring: fc.integer({ min: 1, max: 64 }),
  buffer: fc.constantFrom('2MiB', '10KiB', '3packets', '100packets'),
  rate: fc.constantFrom('100Mbps', '1Gbps', '10Gbps', '3333Mbps'),
  delay: time(0, 30),
  backlog: fc.integer({ min: 0, max: 50 }),
  serverCores: fc.integer({ min: 1, max: 3 }),
  perRequest,
  timeout: fc.constantFrom('500us', '3ms', '1s'),
  arrivals: fc.constantFrom('poisson', 'constant', { kind: 'bursts', size: 7 }),
  popularity: fc.constantFrom('uniform', 'in-turn', { kind: 'zipf', exponent: 1.1 }),
  udpTimeout: fc.constantFrom('1ms', '300s'),
  phases,
  further: fc.option(further),
  seed: fc.integer({ min: 1, max: 1_000_000 }).map(String),
})

type Cluster = typeof cluster extends fc.Arbitrary<infer T> ? T : never

/** The document of a random scenario. */
export const randomScenario: fc.Arbitrary<Record<string, unknown>> = cluster
  .filter(({ weights }) => weights.some((weight) => weight > 0))
  .map(documentOf)

function documentOf(c: Cluster): Record<string, unknown> {
  const isTcp = c.protocol === 'tcp'
  const { further: other } = c
  const isOnlyUdp = !isTcp && !(other?.sharesClients === true && other.protocol === 'tcp')
  const servers = c.weights.map((_, index) => `rs${index}`)
  const director = directorOf(c)
  return {
    format: 'lvs-sim/1',
    name: 'random',
    seed: c.seed,
    time: { cooldown: '5ms', replications: 1 },
    links: { lan: { rate: c.rate, delay: c.delay, buffer: c.buffer } },
    clients: {
      users: {
        count: Math.min(c.hosts, c.addresses),
        addresses: c.addresses,
        flows: isTcp ? c.addresses : 4 * c.addresses,
        established: isOnlyUdp && c.established,
        timeout: c.timeout,
      },
      jobs: { subnet: '10.2.0.0/16', addresses: c.addresses, timeout: c.timeout },
    },
    directors: { lb1: director, ...(isAlone(other) ? {} : { lb2: director }) },
    realServers: {
      ...Object.fromEntries(
        c.weights.map((weight, index) => [servers[index], server(c, index, weight)]),
      ),
      db: server(c, 40, 1),
    },
    services: {
      web: {
        ...{ protocol: c.protocol, forwarding: c.forwarding, scheduler: c.scheduler },
        ...{ director: 'lb1', realServers: servers },
      },
      ...(other === null ? {} : { db: secondService(other, servers) }),
    },
    workload: {
      from: 'users',
      to: 'web',
      ...(other === null ? {} : { services: { db: secondLoad(other, c.phases.length) } }),
      arrivals: c.arrivals,
      popularity: c.popularity,
      request: isTcp ? '300B' : { kind: 'uniform', low: '64B', high: '1000B' },
      response: isTcp ? { kind: 'exponential', mean: '5KiB' } : '200B',
      phases: c.phases.map(([from, to, ms], index) => ({
        name: `phase${index}`,
        for: `${ms}ms`,
        rate: from === to ? from : `${from}..${to}`,
      })),
    },
  }
}

type Further = NonNullable<Cluster['further']>

function isAlone(other: Further | null): boolean {
  return other === null || other.sharesDirector
}

function directorOf(c: Cluster): object {
  return {
    cpu: { cores: c.cores, perPacket: c.cores === 1 ? '20us' : '1us' },
    nics: { eth0: { queues: c.queues, ring: c.ring, rss: 'udp4' } },
    connections: { timeouts: { udp: c.udpTimeout } },
  }
}

function server(c: Cluster, place: number, weight: number): object {
  return {
    address: `10.0.0.${11 + place}`,
    weight,
    backlog: c.backlog,
    cpu: { cores: c.serverCores, perRequest: c.perRequest },
  }
}

function secondService(other: Further, servers: readonly string[]): object {
  const isOther = !(other.sharesDirector && other.sharesAddress)
  return {
    ...{ protocol: other.protocol, forwarding: other.forwarding, scheduler: other.scheduler },
    // One address on two directors would be two hosts with it.
    vip: isOther ? '10.0.0.9:99' : '10.0.0.10:99',
    director: other.sharesDirector ? 'lb1' : 'lb2',
    realServers: other.sharesServers ? [...servers, 'db'] : ['db'],
  }
}

function secondLoad(other: Further, phases: number): object {
  const rates = other.rates.slice(0, phases).map((each, index) => [`phase${index}`, each])
  const isTcp = other.protocol === 'tcp'
  return {
    from: other.sharesClients ? 'users' : 'jobs',
    rates: Object.fromEntries(rates) as object,
    request: isTcp ? '300B' : '100B',
    response: isTcp ? { kind: 'exponential', mean: '5KiB' } : '200B',
    ...(isTcp ? { connection: { requests: { kind: 'uniform', low: 1, high: 3 } } } : {}),
  }
}
