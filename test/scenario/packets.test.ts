// Packets without connections: what they leave at the director and at the servers, in closed form.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/scenario/build.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { load, problemsOf } from '../support/scenario-text.ts'

const S = 1_000_000_000_000
const ENTRY_SECONDS = 60
/** Of a SYN ACK that nobody answers: 1 + 2 + 4 + 8 + 16 + 32 s. */
const HALF_OPEN_SECONDS = 63

interface Options {
  packets?: object
  tcp?: object
  director?: object
  protocol?: 'tcp' | 'udp'
  seconds?: number
  attackers?: object
  forwarding?: string
}

function document(options: Options = {}): Record<string, unknown> {
  const { packets = {}, protocol = 'tcp', seconds = 5, forwarding = 'dr' } = options
  const flood = { from: 'attackers', arrivals: 'constant', rate: '1kpps', ...packets }
  return {
    format: 'lvs-sim/1',
    name: 'flooded',
    time: { cooldown: '100ms' },
    links: { lan: {} },
    clients: {
      users: { count: 2, addresses: 64 },
      attackers: { addresses: 65_536, subnet: '100.64.0.0/10', ...options.attackers },
    },
    directors: { lb1: { cpu: { cores: 2 }, ...options.director } },
    realServers: { rs: { count: 2, ...(protocol === 'tcp' ? { tcp: options.tcp ?? {} } : {}) } },
    services: { web: { vip: '10.0.0.10:80', protocol, forwarding, scheduler: 'rr' } },
    workload: {
      from: 'users',
      packets: { flood },
      phases: [{ name: 'all', for: `${seconds}s`, rate: '10pps' }],
    },
  }
}

function simulate(options: Options, seconds?: number): Cluster & { simulation: Simulation } {
  const { scenario } = load(JSON.stringify(document(options)))
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(seconds === undefined ? simulation.end : seconds * S)
  return { ...simulation.cluster, simulation }
}

const halfOpen = ({ sockets }: Cluster): number =>
  [...sockets.values()].reduce((sum, { listener }) => sum + listener.queues.syn, 0)

describe('a SYN flood', () => {
  test("fills the director's table for a minute", () => {
    const cluster = simulate({ seconds: 70 }, 65)
    const users = 10 * 65
    const { count } = cluster.director.ipvs.connections
    expect(count).toBeGreaterThan(1000 * ENTRY_SECONDS)
    // Timers as long as these fire in steps of 2 s (ipvs/ticks.ts).
    expect(count).toBeLessThan(1000 * (ENTRY_SECONDS + 2.1) + users)
  })

  test('with drop_entry an entry outlives a second if its bucket is missed', () => {
    const cluster = simulate({ director: { sysctls: { drop_entry: 3 } }, seconds: 110 }, 105)
    const missed = (1 - 1 / 4096) ** (4096 / 32)
    const expected = (1000 * (1 - missed ** ENTRY_SECONDS)) / (1 - missed)
    const { count } = cluster.director.ipvs.connections
    // What the users have left there is no more than this.
    const users = 10 * 105
    expect(count).toBeGreaterThan(expected * 0.97)
    expect(count).toBeLessThan(expected * 1.03 + users)
  })

  test('half-open connections last until the SYN ACKs are used up', () => {
    const options = {
      packets: {
        rate: [
          ['0s', '100pps'],
          ['1s', '100pps'],
          ['1s', '0pps'],
        ],
      },
    }
    const story = { ...options, seconds: 70 }
    expect(halfOpen(simulate(story, HALF_OPEN_SECONDS - 0.1))).toBe(99)
    const cluster = simulate(story, HALF_OPEN_SECONDS + 1.1)
    expect(halfOpen(cluster)).toBe(0)
    expect(cluster.floods[0]!.counts).toEqual({
      sent: 99,
      reached: 99,
      answered: 594,
      dropped: 0,
    })
  })

  test('a full SYN queue drops the rest, or answers with cookies', () => {
    const full = { maxSynBacklog: 50 }
    const dropping = simulate({ tcp: { ...full, syncookies: false }, seconds: 1 })
    expect(halfOpen(dropping)).toBe(100)
    const sockets = [...dropping.sockets.values()]
    const lost = sockets.reduce((sum, { listener }) => sum + listener.synsDropped, 0)
    const [users] = dropping.simulation.result().phases
    // The users' SYNs are dropped, too, and sent again.
    expect(lost).toBeGreaterThanOrEqual(dropping.floods[0]!.counts.sent - 100)
    expect(users!.delivered).toBeLessThan(users!.offered)
    const cookies = simulate({ tcp: full, seconds: 1 }, 0.99)
    const { reached, answered } = cookies.floods[0]!.counts
    expect(answered).toBeGreaterThanOrEqual(reached - 1)
    expect(answered).toBeLessThanOrEqual(reached)
    expect(cookies.simulation.result().phases[0]!.delivered).toBeGreaterThan(0)
  })

  test('hosts that are there reset what they did not ask for, and free the places', () => {
    const cluster = simulate({ packets: { onAnswer: 'reset' }, seconds: 1 })
    expect(halfOpen(cluster)).toBe(0)
    const { sent, reached, answered } = cluster.floods[0]!.counts
    expect([reached, answered]).toEqual([2 * sent, sent])
    // The director keeps the entry all the same: RST from the client leaves SYN_RECV as it is.
    expect(cluster.director.ipvs.connections.count).toBeGreaterThanOrEqual(sent)
  })

  test('a source that sends again has one place, as it has one entry', () => {
    const attackers = { addresses: 1, subnet: '100.64.0.0/32' }
    const cluster = simulate({ attackers, packets: { rate: '30kpps' }, seconds: 3 })
    const entries = cluster.director.ipvs.connections.count
    expect(entries).toBeLessThan(64_512 + 100)
    expect(cluster.floods[0]!.counts.reached).toBe(cluster.floods[0]!.counts.sent)
  })
})

describe('other packets', () => {
  test('ACKs of no connection are reset by the director', () => {
    const { floods } = simulate({ packets: { flags: ['ack'] } })
    const { sent, reached, answered } = floods[0]!.counts
    expect([reached, answered]).toEqual([0, sent])
  })

  test('datagrams take the time of a server, and are no requests', () => {
    const cluster = simulate({ protocol: 'udp', packets: { size: '200B' } })
    const { counts } = cluster.floods[0]!
    expect(counts).toEqual({ sent: 4999, reached: 4999, answered: 0, dropped: 0 })
    const { offered, servers } = cluster.simulation.result().phases[0]!
    const sent = servers.flatMap(({ requests }) => requests).reduce((sum, each) => sum + each, 0)
    expect(sent).toBe(offered)
    expect(cluster.servers.reduce((sum, { begun }) => sum + begun, 0)).toBe(offered + counts.sent)
  })

  test('whatever they are, none gets lost uncounted and none stays behind', () => {
    const flags = fc.subarray(['syn', 'ack', 'fin', 'rst', 'psh'] as const)
    fc.assert(
      fc.property(
        fc.constantFrom('dr', 'nat', 'tun'),
        flags,
        fc.constantFrom('nothing', 'reset'),
        fc.integer({ min: 1, max: 60 }),
        (forwarding, own, onAnswer, maxSynBacklog) => {
          const packets = { flags: own, onAnswer, rate: '2kpps', size: '100B' }
          const { floods, simulation, pool } = simulate(
            { forwarding, packets, tcp: { maxSynBacklog, synackRetries: 1 }, seconds: 0.2 },
            9,
          )
          const { sent, reached, dropped, answered } = floods[0]!.counts
          expect(sent).toBe(399)
          const isReset = onAnswer === 'reset'
          expect(reached + dropped + answered).toBeGreaterThanOrEqual(
            own.includes('rst') ? 0 : sent,
          )
          expect(reached).toBeLessThanOrEqual(isReset ? 2 * sent : sent)
          expect(simulation.result().packets![0]).toMatchObject({ name: 'flood', sent: 399 })
          expect(pool.taken).toBe(0)
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('the format', () => {
  test('written out with all defaults it is the same scenario', () => {
    const first = load(JSON.stringify(document({ packets: { rate: '0pps..2kpps' } })))
    expect(load(JSON.stringify(first.document)).scenario).toEqual(first.scenario)
    expect(first.scenario.workload.packets).toMatchObject([
      { name: 'flood', clients: 'attackers', protocol: 'tcp', tcpFlags: 2 },
    ])
  })

  test('phases need no rate of requests then', () => {
    const text = JSON.stringify(document()).replace(',"rate":"10pps"', '')
    const { scenario, warnings } = load(text)
    expect(scenario.workload.phases[0]).toMatchObject({ fromRate: 0, toRate: 0 })
    expect(warnings).toEqual([])
  })

  test.each([
    [{ from: 'users' }, 'clients "users" send requests already: packets need their own'],
    [{ from: 'atackers' }, 'there are no clients "atackers"; there is "users", "attackers"'],
    [{ rate: undefined }, 'give "rate", the same in all phases, or "rates" by phase'],
    [{ rates: { all: '1pps' } }, 'give "rate", the same in all phases, or "rates" by phase'],
    [{ rate: undefined, rates: { al: '1pps' } }, 'there is no phase "al", only "all"'],
    [{ rate: '-1pps' }, 'expected a rate of requests'],
    [{ size: '20B' }, 'an Ethernet frame has 64B to 1518B here, got 20B'],
    [{ size: '9000B' }, 'an Ethernet frame has 64B to 1518B here, got 9000B'],
    [{ flags: ['sin'] }, 'expected one of "syn", "ack", "fin", "rst", "psh", got "sin"'],
    [{ protocol: 'udp', flags: ['syn'] }, 'packets of UDP have no flags'],
  ])('%j: %s', (packets, message) => {
    const told = problemsOf(JSON.stringify(document({ packets }))).map((each) => each.message)
    expect(told.join('\n')).toContain(message)
  })

  test('of unknown clients are the only mistake: whose requests are left hangs on it', () => {
    const text = JSON.stringify(document({ packets: { from: 'atackers' } }))
    const told = problemsOf(text.replace('"from":"users",', ''))
    expect(told.map(({ path }) => path)).toEqual(['workload.packets.flood.from'])
  })

  test('packets that the service does not speak of are warned of', () => {
    const { warnings } = load(JSON.stringify(document({ packets: { protocol: 'udp' } })))
    expect(warnings.map(({ message }) => message).join()).toContain('directors drop packets of udp')
  })
})
