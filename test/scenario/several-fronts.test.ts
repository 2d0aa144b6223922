// Two populations that find the director on different networks: one behind each of its cards.
import { describe, expect, test } from 'vitest'
import { Simulation } from '../../src/scenario/simulation.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { theory } from '../../src/theory/theory.ts'
import { load } from '../support/scenario-text.ts'

/** Clients a, internet, ra, lan-a, lb1, lan-b, rb, office, clients b; servers on lan-b. */
function scenario(from: unknown, ...set: string[]): Scenario {
  const document = {
    format: 'lvs-sim/1',
    name: 'two-fronts',
    time: { cooldown: '100ms' },
    links: { internet: {}, office: { rate: '1Gbps' }, 'lan-a': {}, 'lan-b': {} },
    routers: {
      ra: { links: { internet: {}, 'lan-a': {} } },
      rb: { links: { office: {}, 'lan-b': {} } },
    },
    clients: {
      a: { link: 'internet', count: 4, addresses: 256, subnet: '10.1.0.0/16' },
      b: { link: 'office', count: 4, addresses: 256, subnet: '10.2.0.0/16' },
    },
    directors: {
      lb1: { cpu: { cores: 2 }, nics: { eth0: { link: 'lan-a' }, eth1: { link: 'lan-b' } } },
    },
    realServers: { rs: { count: 2, link: 'lan-b' } },
    services: { web: { vip: '10.0.0.10:53', forwarding: 'nat', scheduler: 'rr' } },
    workload: {
      from,
      request: '1000B',
      response: '64B',
      phases: [{ name: 'steady', for: '20ms', rate: '20kpps' }],
    },
  }
  return load(JSON.stringify(document), { set }).scenario
}

const [A, B] = [
  { clients: 'a', share: 1 },
  { clients: 'b', share: 3 },
]

function run(given: Scenario): { offered: number; delivered: number } {
  const simulation = new Simulation(given, { replication: 1 })
  simulation.runUntil(simulation.end)
  return simulation.result().phases[0]!
}

describe('in whatever order they are named', () => {
  test.each([
    ['a alone', 'a'],
    ['b alone', 'b'],
    ['a and b', [A, B]],
    ['b and a', [B, A]],
  ])('%s: everybody is answered', (_, from) => {
    const { offered, delivered } = run(scenario(from))
    expect(offered).toBeGreaterThan(300)
    expect(delivered).toBe(offered)
  })

  test.each([[[A, B]], [[B, A]]])('arithmetic finds the wire of the office: %j', (from) => {
    // 1,020 bytes of three in four requests cross it at 1 Gb/s.
    const { warm } = theory(scenario(from))
    expect(warm.mostPps).toBeCloseTo(1e9 / (8 * 1020) / 0.75, 0)
    expect(warm.stoppedBy.map(({ at }) => at)).toContain('rb.office')
  })
})

test('a tunnel that is too narrow for the second population is warned of', () => {
  const narrow = (from: unknown) => {
    const document = {
      format: 'lvs-sim/1',
      name: 'narrow',
      links: { far: { mtu: '1400B' }, near: {}, lan: {} },
      routers: { edge: { links: { far: {}, near: {}, lan: {} } } },
      clients: {
        a: { link: 'far', subnet: '10.1.0.0/16' },
        b: { link: 'near', subnet: '10.2.0.0/16' },
      },
      directors: { lb1: { nics: { eth0: { link: 'lan' } } } },
      realServers: { rs: { link: 'lan' } },
      services: { web: { vip: '10.0.0.10:80', protocol: 'tcp', forwarding: 'tun' } },
      workload: {
        from,
        request: '10KiB',
        phases: [{ name: 'steady', for: '1s', rate: '10pps' }],
      },
    }
    return load(JSON.stringify(document)).warnings.map(({ message }) => message)
  }
  expect(narrow('a')).toEqual([expect.stringContaining('clients "b" send nothing')])
  expect(narrow([A, B]).join()).toContain('a packet of 1500B and its outer header exceed the MTU')
  expect(narrow([B, A])).toEqual(narrow([A, B]))
})
