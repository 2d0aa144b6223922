// Several directors that have one address, behind a router that spreads flows: who is in the route
// when, what becomes of connections, and what of a file is wrong.
import { describe, expect, test } from 'vitest'
import type { OutageResult } from '../../src/measure/outages.ts'
import type { Simulation } from '../../src/scenario/simulation.ts'
import { theory } from '../../src/theory/theory.ts'
import { playToEnd } from '../support/played.ts'
import { load, problemsOf } from '../support/scenario-text.ts'

const MS = 1_000_000_000
const NAMES = ['lb1', 'lb2', 'lb3', 'lb4']

type Part = Record<string, unknown>

/** Four directors, 8 servers, connections of ten requests with thoughts in between. */
function documentOf(more: Part = {}, service: Part = {}, director: Part = {}): Part {
  const own = { cpu: { cores: 1 }, ...director }
  return {
    format: 'lvs-sim/1',
    name: 'shared',
    extends: 'preset:one-director-10g',
    clients: { users: { count: 4, addresses: 200, timeout: '4s' } },
    directors: Object.fromEntries(NAMES.map((name) => [name, own])),
    ecmp: { detection: '500ms' },
    realServers: { rs: { count: 8 } },
    services: {
      web: { vip: '10.0.0.10:80', protocol: 'tcp', scheduler: 'wlc', ...service },
    },
    workload: {
      response: '1KiB',
      connection: {
        requests: { kind: 'geometric', mean: 10 },
        think: { kind: 'exponential', mean: '200ms' },
      },
      phases: [{ name: 'steady', for: '8s', rate: '60cps' }],
    },
    time: { replications: 1, cooldown: '5s' },
    ...more,
  }
}

const CRASH = { faults: [{ kind: 'host-down', host: 'lb2', at: '4s' }] }
const MAGLEV = { scheduler: 'mh', schedulerFlags: ['mh-port'] }
const SLOPPY = { sysctls: { sloppy_tcp: 1 } }

function run(document: Part): Simulation {
  return playToEnd(load(JSON.stringify(document)).scenario)
}

function routeOf(simulation: Simulation): string[] {
  return simulation.cluster.log.events
    .filter(({ kind }) => kind === 'route')
    .map(({ text, atPs }) => `${atPs / MS} ${text}`)
}

function createdOf({ cluster }: Simulation): number[] {
  return cluster.directors.map(({ director }) => director.ipvs.connections.created)
}

function outages(simulation: Simulation): OutageResult[] {
  return simulation.result().outages!
}

describe('a director that crashes', () => {
  test('is missed after the detection; everybody has had a share of the load', () => {
    const simulation = run(documentOf(CRASH))
    expect(routeOf(simulation)).toEqual(['4500 lb2 is missed: the route has 3 directors'])
    const [outage, ...more] = outages(simulation)
    expect(more).toEqual([])
    expect(outage).toMatchObject({ cause: 'lb2 crashes', takenBy: 'the others', isOver: true })
    expect([outage!.fromPs / MS, outage!.toPs / MS]).toEqual([4000, 4500])
    for (const count of createdOf(simulation)) expect(count).toBeGreaterThan(40)
  })

  test('wlc: connections that another director meets are reset, a third of all', () => {
    const [outage] = outages(run(documentOf(CRASH)))
    const { open, kept, reset, stuck } = outage!.connections
    expect(open).toBeGreaterThan(80)
    expect(kept + reset + stuck).toBe(open)
    // Hash-threshold moves 1/4 of the second path and 1/12 of the third (RFC 2992).
    const spread = 4 * Math.sqrt((1 / 3) * (2 / 3) * open)
    expect(Math.abs(reset + stuck - open / 3)).toBeLessThan(spread)
  })

  test('mh with sloppy_tcp: all directors choose the same server, and none is reset', () => {
    const [outage] = outages(run(documentOf(CRASH, MAGLEV, SLOPPY)))
    const { open, kept, reset } = outage!.connections
    expect(open).toBeGreaterThan(80)
    expect([kept, reset]).toEqual([open, 0])
  })

  test('mh alone does not help: a director refuses what it has not seen begin', () => {
    const [outage] = outages(run(documentOf(CRASH, MAGLEV)))
    expect(outage!.connections.reset).toBeGreaterThan(15)
  })

  test('back again: hash-threshold moves flows a second time, resilient none', () => {
    const faults = [{ kind: 'host-down', host: 'lb2', at: '3s', for: '2s' }]
    const returns = (hash: string) => {
      const simulation = run(documentOf({ faults, ecmp: { detection: '500ms', hash } }))
      expect(routeOf(simulation)).toEqual([
        '3500 lb2 is missed: the route has 3 directors',
        '5000 lb2 is one of 4 directors in the route',
      ])
      const back = outages(simulation)[1]!
      expect([back.cause, back.toPs - back.fromPs]).toEqual(['lb2 is back', 0])
      return back.connections
    }
    expect(returns('threshold').reset).toBeGreaterThan(15)
    expect(returns('resilient').reset).toBe(0)
  })
})

describe('who is heard', () => {
  test('a hang that is shorter than the detection is not noticed', () => {
    const faults = [{ kind: 'host-hang', host: 'lb3', at: '2s', for: '400ms' }]
    const simulation = run(documentOf({ faults }))
    expect(routeOf(simulation)).toEqual([])
    expect(outages(simulation).map(({ cause }) => cause)).toEqual(['lb3 hangs'])
  })

  test('a second silence begins its own hold time', () => {
    const faults = ['2s', '2.4s'].map((at) => {
      return { kind: 'host-hang', host: 'lb3', at, for: at === '2s' ? '300ms' : '2s' }
    })
    expect(routeOf(run(documentOf({ faults })))).toEqual([
      '2900 lb3 is missed: the route has 3 directors',
      '4400 lb3 is one of 4 directors in the route',
    ])
  })

  test('a cut wire is silence, too', () => {
    const faults = [{ kind: 'link-cut', host: 'lb1', at: '2s', for: '1s' }]
    expect(routeOf(run(documentOf({ faults })))).toEqual([
      '2500 lb1 is missed: the route has 3 directors',
      '3000 lb1 is one of 4 directors in the route',
    ])
  })

  test('when all are gone packets have nowhere to go', () => {
    const faults = NAMES.map((host) => ({ kind: 'host-down', host, at: '2s', for: '2s' }))
    const simulation = run(documentOf({ faults }))
    const [outage] = outages(simulation)
    expect(outage!.toPs / MS).toBe(4000)
    const { hops } = simulation.cluster.ecmp!
    expect(hops[0]!.hop.unreachable).toBeGreaterThan(50)
    expect(simulation.result().drops.map(({ cause }) => cause)).toContain(
      'no director in the route',
    )
  })
})

describe('a director that is taken out', () => {
  const operations = [{ kind: 'withdraw', at: '3s', director: 'lb2', for: '2s' }]

  test('leaves at once: nothing is lost, and mh keeps every connection', () => {
    const simulation = run(documentOf({ operations }, MAGLEV, SLOPPY))
    expect(routeOf(simulation)).toEqual([
      '3000 lb2 withdraws its route: the route has 3 directors',
      '5000 lb2 is one of 4 directors in the route',
    ])
    const [gone, back] = outages(simulation)
    expect([gone!.toPs - gone!.fromPs, gone!.connections.open > 80]).toEqual([0, true])
    for (const { connections } of [gone!, back!]) {
      expect([connections.kept, connections.reset]).toEqual([connections.open, 0])
    }
    expect(simulation.result().drops).toEqual([])
  })

  test('modulo: three quarters of all connections meet another director', () => {
    const [gone] = outages(run(documentOf({ operations, ecmp: { hash: 'modulo' } })))
    const { open, kept, reset } = gone!.connections
    expect(open).toBeGreaterThan(80)
    expect(kept + reset).toBe(open)
    const spread = 4 * Math.sqrt((3 / 16) * open)
    expect(Math.abs(reset - (3 / 4) * open)).toBeLessThan(spread)
  })

  test('stays out when it has crashed meanwhile and is back', () => {
    const faults = [{ kind: 'host-down', host: 'lb2', at: '3.5s', for: '500ms' }]
    expect(routeOf(run(documentOf({ operations, faults })))).toEqual([
      '3000 lb2 withdraws its route: the route has 3 directors',
      '5000 lb2 is one of 4 directors in the route',
    ])
  })
})

test('a file that says nothing of it: all directors, BFD, and a whole document', () => {
  const { scenario, document } = load(JSON.stringify(documentOf({ ecmp: {} })))
  const expected = { directors: NAMES, detectionPs: 900 * MS, hash: 'threshold' }
  expect(scenario.ecmp).toEqual(expected)
  expect(scenario.services['web']!.directors).toEqual(NAMES)
  expect(load(JSON.stringify(document)).scenario).toEqual(scenario)
})

describe('other clusters', () => {
  test('behind a router, in tunnels', () => {
    const nics = { eth0: { link: 'lan' } }
    const simulation = run({
      ...documentOf(CRASH, { forwarding: 'tun' }, { nics }),
      links: { lan: {}, internet: {} },
      routers: { edge: { links: { internet: {}, lan: {} } } },
      clients: { users: { count: 4, link: 'internet', addresses: 200, timeout: '4s' } },
    })
    expect(outages(simulation)[0]!.connections.open).toBeGreaterThan(80)
    for (const count of createdOf(simulation)) expect(count).toBeGreaterThan(40)
  })

  test('a smaller MTU: most errors find a director that does not know them (RFC 7690)', () => {
    const nics = { eth0: { link: 'lan' } }
    const play = (names: string[]) => {
      const simulation = run({
        ...documentOf({}, {}, { nics }),
        directors: Object.fromEntries(names.map((name) => [name, { nics }])),
        ecmp: names.length === 1 ? undefined : {},
        links: { lan: {}, narrow: { mtu: '1400B' }, home: {} },
        routers: {
          edge: { links: { lan: {}, narrow: {} } },
          last: { links: { narrow: {}, home: {} } },
        },
        clients: { users: { count: 4, link: 'home', addresses: 200, timeout: '1s' } },
        workload: { response: '10KiB', phases: [{ name: 'all', for: '5s', rate: '60cps' }] },
      })
      const { offered, delivered } = simulation.result().phases[0]!
      return delivered / offered
    }
    expect(play(['lb1'])).toBe(1)
    const share = play(NAMES)
    expect(share).toBeGreaterThan(0.15)
    expect(share).toBeLessThan(0.4)
  })

  test('UDP whose connections exist: each at the director of its flow', () => {
    const users = { count: 4, addresses: 200, flows: 2000, established: true }
    const simulation = run({
      ...documentOf({}, { protocol: 'udp', vip: '10.0.0.10:53' }),
      clients: { users },
      workload: { phases: [{ name: 'steady', for: '100ms', rate: '20kpps' }] },
    })
    const created = createdOf(simulation)
    expect(created.reduce((sum, count) => sum + count, 0)).toBe(2000)
    for (const count of created) expect(Math.abs(count - 500)).toBeLessThan(100)
  })

  test('arithmetic counts the cores and cards of all', () => {
    const limitOf = (document: Part) => {
      const { scenario } = load(JSON.stringify(document))
      return theory(scenario).resources.find(({ at }) => at === 'lb1')!
    }
    const alone = { ...documentOf(), directors: { lb1: { cpu: { cores: 1 } } }, ecmp: undefined }
    const four = limitOf(documentOf())
    expect(four.note).toContain('one of 4 directors that share the flows')
    // Each table has a fourth of the connections, and is a little faster for it.
    expect(four.mostPps / limitOf(alone).mostPps).toBeCloseTo(4, 3)
  })
})

describe('wrong files', () => {
  const members = NAMES.map((director) => ({ director }))
  const cases: [string, Part, Part, RegExp][] = [
    ['an unknown director', { ecmp: { directors: ['lb1', 'lb9'] } }, {}, /no director "lb9"/],
    ['one twice', { ecmp: { directors: ['lb1', 'lb1'] } }, {}, /"lb1" is named twice/],
    ['one alone', { directors: { lb1: {} } }, {}, /over two directors at least, here is 1/],
    ['an unknown hash', { ecmp: { hash: 'maglev' } }, {}, /threshold.*modulo.*resilient/],
    ['VRRP beside it', { vrrp: { members } }, {}, /give either of them/],
    ['NAT', {}, { forwarding: 'nat' }, /use dr or tun/],
    [
      'a service on one director',
      {},
      { director: 'lb1' },
      /leads to "lb2", which does not serve it/,
    ],
    [
      'a service on another director',
      { ecmp: { directors: ['lb1', 'lb2'] } },
      { directors: ['lb1', 'lb2', 'lb3'] },
      /"lb3" serves it, and is none of the directors of "ecmp"/,
    ],
    [
      'a route that nobody shares',
      { ecmp: undefined, operations: [{ kind: 'withdraw', at: '1s', director: 'lb2' }] },
      { director: 'lb1' },
      /"lb2" is no director of "ecmp": it has no route to withdraw/,
    ],
    [
      'an unknown director to take out',
      { operations: [{ kind: 'withdraw', at: '1s', director: 'lb7' }] },
      {},
      /there is no director "lb7"/,
    ],
  ]
  test.each(cases)('%s', (_, more, service, message) => {
    const problems = problemsOf(JSON.stringify(documentOf(more, service)))
    const texts = problems.map((each) => `${each.message} ${JSON.stringify(each)}`)
    expect(texts.join('\n')).toMatch(message)
  })
})
