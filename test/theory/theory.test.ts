import { describe, expect, test } from 'vitest'
import { meanOf } from '../../src/kernel/distributions.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { countOf, wireBits } from '../../src/theory/frames.ts'
import { passagesOf } from '../../src/theory/passages.ts'
import { hostShares, destinationShares, queueShares } from '../../src/theory/shares.ts'
import { theory } from '../../src/theory/theory.ts'
import { scenarioFixture, type FixtureOptions } from '../support/scenario-fixture.ts'

const BOX: FixtureOptions = { flows: 200_000, hosts: 64 }
const mpps = (rate: number) => Math.round(rate / 1e4) / 100

function limitOf(scenario: Scenario, at: string, resource: string): number {
  const found = theory(scenario).resources.find((r) => r.at === at && r.resource === resource)
  return found!.mostPps
}

describe('64-byte frames at 10 Gbps', () => {
  test.each([
    ['dr', 14.88, ['receive', 'send']],
    ['tun', 12.02, ['send']],
    ['nat', 7.44, ['receive', 'send']],
  ] as const)('%s carries %s Mpps', (forwarding, most, stoppedBy) => {
    const { warm } = theory(scenarioFixture({ ...BOX, forwarding }))
    expect(mpps(warm.mostPps)).toBe(most)
    expect(warm.stoppedBy.map(({ at }) => at)).toEqual(stoppedBy.map(() => 'lb1.eth0'))
    expect(warm.stoppedBy.map(({ resource }) => resource)).toEqual(stoppedBy)
  })
})

describe('cores of the kernel profile at 3 GHz with a table beyond the cache', () => {
  test.each([
    [16, '13.464', 13.46],
    [18, '14.888', 13.23],
    [20, '16.264', 14.87],
    [22, '17.595', 17.06],
  ])('%s cores: %s Mpps spread evenly, %s by their busiest queue', (cores, evenly, busiest) => {
    const scenario = scenarioFixture({ ...BOX, cores })
    const { resources } = theory(scenario)
    const cpu = resources.find(({ resource, at }) => resource === 'cpu' && at === 'lb1')!
    expect(mpps(cpu.mostPps)).toBe(busiest)
    expect(cpu.note).toContain(`spread evenly ${evenly} Mpps`)
  })

  test('opening a connection for every request costs 20,000 cycles more', () => {
    const { warm, cold } = theory(scenarioFixture(BOX))
    expect(mpps(cold.mostPps)).toBe(2.29)
    expect(cold.stoppedBy.map(({ at }) => at)).toEqual(['lb1'])
    expect(warm.mostPps).toBeGreaterThan(cold.mostPps)
  })

  test('the shares of queues add up to one, with the real hash', () => {
    const scenario = scenarioFixture(BOX)
    const shares = queueShares(scenario, scenario.directors['lb1']!.nics[0]!, 'clients')
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
    expect(Math.max(...shares)).toBeCloseTo(6 / 128, 3)
  })
})

describe('servers and clients', () => {
  test('the server with the largest share per core fills first', () => {
    const scenario = scenarioFixture({ servers: 2, weights: [3, 1], scheduler: 'wrr' })
    expect(limitOf(scenario, 'rs*', 'cpu')).toBeCloseTo(8 / 3e-6 / 0.75, 3)
    const equal = scenarioFixture({ servers: 2, weights: [3, 1], scheduler: 'rr' })
    expect(limitOf(equal, 'rs*', 'cpu')).toBeCloseTo(8 / 3e-6 / 0.5, 3)
  })

  test('popular flows fill the wire of their host', () => {
    const even = scenarioFixture({ hosts: 4, flows: 400 })
    const zipf = scenarioFixture({ hosts: 4, flows: 400 })
    zipf.workload.popularity = { kind: 'zipf', exponent: 1 }
    expect(limitOf(even, 'users*.eth0', 'send')).toBeCloseTo(4 * 14_880_952.38, 0)
    expect(limitOf(zipf, 'users*.eth0', 'send')).toBeLessThan(3 * 14_880_952)
  })
})

describe('shares', () => {
  test.each([200_000, 400_000, 1_000_001])('two hosts have half each of %s flows', (flows) => {
    expect(Math.max(...hostShares(scenarioFixture({ flows, hosts: 2 })))).toBeCloseTo(0.5, 5)
  })

  test.each([64 * 1024, 2_000_000])('udp4 spreads %s flows over all queues', (flows) => {
    const scenario = scenarioFixture({ flows, cores: 16 })
    const nic = { ...scenario.directors['lb1']!.nics[0]!, rss: 'udp4' as const }
    const shares = queueShares(scenario, nic, 'clients')
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
    expect(Math.max(...shares)).toBeLessThan(1.03 / 16)
  })

  test('dh sends all of one virtual address to the server that the director takes', () => {
    const scenario = scenarioFixture({ scheduler: 'dh', ratePps: 200_000, durationMs: 2 })
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    const { servers, offered } = simulation.result().phases[0]!
    const counted = servers.map(({ requests }) => requests.reduce((a, b) => a + b, 0))
    const shares = destinationShares(scenario.services['web']!)
    expect(counted).toEqual(shares.map((share) => share * offered))
  })

  test('servers that all weigh nothing have no share', () => {
    const { services } = scenarioFixture({ servers: 2, weights: [0, 0] })
    expect(destinationShares(services['web']!)).toEqual([0, 0])
  })
})

describe('what TCP takes', () => {
  test.each([
    [60_000, (300 * 28_232) / 60],
    [300_000, (300 * 28_232) / 60],
    [500, (300 * 28_232) / 0.5],
  ])('ports of 300 addresses in a run of %s ms: %s connections a second', (durationMs, most) => {
    const tcp = scenarioFixture({ protocol: 'tcp', flows: 300, durationMs })
    expect(limitOf(tcp, 'users*', 'ports')).toBeCloseTo(most, 6)
  })

  test('the flows of UDP keep their ports', () => {
    const { resources } = theory(scenarioFixture({ flows: 300 }))
    expect(resources.some(({ resource }) => resource === 'ports')).toBe(false)
  })

  test('a heavy tail counts with its mean', () => {
    const scenario = scenarioFixture({ protocol: 'tcp' })
    scenario.workload.response = { kind: 'pareto', shape: 1.1, low: 332, high: 1e10 }
    const payload = passagesOf(scenario)[0]!.sent.toClient.reduce(
      (sum, f) => sum + f.count * (f.ipBytes - 52),
      0,
    )
    // A SYN ACK has 8 bytes of options more than other segments, and no payload.
    expect(payload - 8).toBeCloseTo(meanOf(scenario.workload.response), 3)
  })
})

describe('against the simulator', () => {
  test.each([100, 1460, 1461, 5000, 200_000])('frames of a TCP request with %s B back', (bytes) => {
    const scenario = scenarioFixture({ protocol: 'tcp', ratePps: 1000, durationMs: 4 })
    scenario.workload.response = { kind: 'constant', value: bytes }
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    const { phases } = simulation.result()
    const { toServer, toClient } = passagesOf(scenario)[0]!.sent
    const counted = (resource: string) =>
      simulation.cluster.network.links
        .filter(({ options }) => options.at.startsWith('users') && options.resource === resource)
        .reduce(
          (sum, link) => ({ packets: sum.packets + link.packets, bytes: sum.bytes + link.bytes }),
          {
            packets: 0,
            bytes: 0,
          },
        )
    const { delivered } = phases[0]!
    expect(delivered).toBeGreaterThan(0)
    expect(delivered).toBe(phases[0]!.offered)
    expect(counted('send')).toEqual({
      packets: delivered * countOf(toServer),
      bytes: (delivered * wireBits(toServer, 0)) / 8,
    })
    expect(counted('receive')).toEqual({
      packets: delivered * countOf(toClient),
      bytes: (delivered * wireBits(toClient, 0)) / 8,
    })
  })

  test.each([
    ['two cores', { cores: 2 }],
    ['NAT on two cores', { cores: 2, forwarding: 'nat' }],
    ['TCP on one core', { cores: 1, protocol: 'tcp' }],
  ] as [string, FixtureOptions][])(
    '%s lose nothing below the limit, and do above',
    (_, options) => {
      const flows = 2000
      const limit = theory(scenarioFixture({ ...options, flows })).warm
      const lossAt = (share: number) => {
        const ratePps = share * limit.mostPps
        const scenario = scenarioFixture({ ...options, flows, ratePps, durationMs: 30 })
        scenario.directors['lb1']!.nics[0]!.ring = 256
        const simulation = new Simulation(scenario, { replication: 1 })
        simulation.runUntil(simulation.end)
        const { offered, delivered, unfinished } = simulation.result().phases[0]!
        // What TCP sends again comes after the 5 ms of cooldown: a SYN after a second.
        const late = options.protocol === 'tcp' ? 0 : unfinished
        return 1 - (delivered + late) / offered
      }
      expect(limit.stoppedBy[0]!.at).toBe('lb1')
      expect(lossAt(0.95)).toBe(0)
      expect(lossAt(1.15)).toBeGreaterThan(0.02)
    },
  )
})
