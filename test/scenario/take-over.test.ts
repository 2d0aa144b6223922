// What befalls directors, through the simulated network: who takes over, when, and for how long the
// address is out of service (spec vrrp.md, 4.5, 5 and 11).
import { describe, expect, test } from 'vitest'
import type { OutageResult } from '../../src/measure/outages.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { loadPair, pairDocument } from '../support/director-pair-scenario.ts'
import { movesOf, playToEnd } from '../support/played.ts'
import { problemsOf } from '../support/scenario-text.ts'

const MS = 1_000_000_000
/** Work of keepalived on the recording machine, between what closed forms speak of. */
const PACE_MS = 2

function play(seconds: number, faults: object[], vrrp: object = {}, replication = 1): Simulation {
  return playToEnd(loadPair(seconds, vrrp, { faults }).scenario, replication)
}

function outages(simulation: Simulation): OutageResult[] {
  return simulation.result().outages!
}

const HOLDS = 'MASTER in VI_1, and holds 10.0.0.10'

/** The old master gives up when it hears the new one, whose ARP takes a moment more. */
function expectPreemption({ takenBy, cause, fromPs, toPs }: OutageResult): void {
  expect([takenBy, cause]).toEqual(['lb1', 'lb1 becomes master'])
  expect((toPs - fromPs) / MS).toBeLessThan(PACE_MS)
}

describe('what befalls a master', () => {
  test('a crash: lb2 takes over after three intervals and its skew, lb1 comes back', () => {
    const simulation = play(30, [{ kind: 'host-down', host: 'lb1', at: '2s', for: '10s' }])
    const states = [`lb2 is ${HOLDS}`, 'lb1 is BACKUP in VI_1', `lb1 is ${HOLDS}`]
    expect(movesOf(simulation)).toEqual([...states, 'lb2 is BACKUP in VI_1'])
    const [outage, back, ...more] = outages(simulation)
    expect(more).toEqual([])
    expectPreemption(back!)
    expect(outage).toMatchObject({ cause: 'lb1 crashes', takenBy: 'lb2', address: '10.0.0.10' })
    expect(outage!.electionPs! / MS).toBeCloseTo(609.375, 0)
    expect(outage!.detectionPs! + outage!.electionPs! + outage!.arpPs!).toBe(
      outage!.toPs - outage!.fromPs,
    )
    const [lb1, lb2] = simulation.cluster.directors
    expect(lb2!.director.ipvs.connections.created).toBeGreaterThan(100)
    // Its first IPVS has gone with the crash.
    expect(lb1!.director.ipvs.connections.created).toBeGreaterThan(100)
  })

  test('a polite stop: only the skew', () => {
    const simulation = play(10, [{ kind: 'keepalived-stop', host: 'lb1', at: '2s', for: '3s' }])
    const [outage, back, ...more] = outages(simulation)
    expect(more).toEqual([])
    expectPreemption(back!)
    expect(outage).toMatchObject({ cause: 'keepalived stops on lb1', takenBy: 'lb2' })
    expect(outage!.detectionPs! / MS).toBeLessThan(PACE_MS)
    expect(outage!.electionPs! / MS).toBeCloseTo(609.375, 0)
    expect(movesOf(simulation).slice(0, 2)).toEqual(['lb1 is INIT in VI_1', `lb2 is ${HOLDS}`])
  })

  test('without preemption lb2 keeps the address', () => {
    const fault = { kind: 'host-down', host: 'lb1', at: '2s', for: '3s' }
    const simulation = play(20, [fault], { preempt: false })
    expect(movesOf(simulation)).toEqual([`lb2 is ${HOLDS}`, 'lb1 is BACKUP in VI_1'])
  })

  test('a hang: two masters when it goes on, of which the higher stays', () => {
    const simulation = play(20, [{ kind: 'host-hang', host: 'lb1', at: '2s', for: '8s' }])
    expect(movesOf(simulation)).toEqual([`lb2 is ${HOLDS}`, 'lb2 is BACKUP in VI_1'])
    const [first, second, ...more] = outages(simulation)
    expect(first).toMatchObject({ cause: 'lb1 hangs', takenBy: 'lb2' })
    // lb1 finds the other's advertisements in its rings, and announces itself anew.
    expect(second).toMatchObject({ cause: 'lb1 goes on', takenBy: null, isOver: true })
    expect(more).toEqual([])
  })

  test('its wire is cut: keepalived sees that, and is a backup when it is mended', () => {
    const simulation = play(20, [{ kind: 'link-cut', host: 'lb1', at: '2s', for: '10s' }])
    const [fault, master, back] = movesOf(simulation)
    expect(fault).toBe('lb1 is FAULT in VI_1')
    expect(master).toBe(`lb2 is ${HOLDS}`)
    expect(back).toBe('lb1 is BACKUP in VI_1')
    expect(outages(simulation)[0]).toMatchObject({ cause: 'the wire of lb1 is cut' })
  })

  test('frames are lost on its wire: both become master, as in a split brain', () => {
    const fault = { kind: 'link-loss', loss: '100%', host: 'lb1', at: '2s', for: '8s' }
    const simulation = play(20, [fault])
    expect(movesOf(simulation)[0]).toBe(`lb2 is ${HOLDS}`)
    expect(movesOf(simulation).slice(1)).toEqual(['lb2 is BACKUP in VI_1'])
  })
})

test('two directors, each master of one address: who is left has both', () => {
  const master = (own: string, other: string) => [
    { director: own, priority: 150 },
    { director: other, priority: 100 },
  ]
  const instances = {
    A: { members: master('lb1', 'lb2'), addresses: ['10.0.0.10'] },
    B: { members: master('lb2', 'lb1'), addresses: ['10.0.0.20'] },
  }
  const fault = { kind: 'host-down', host: 'lb2', at: '2s', for: '8s' }
  const simulation = play(20, [fault], { members: undefined, instances })
  expect(movesOf(simulation).slice(0, 1)).toEqual(['lb1 is MASTER in B, and holds 10.0.0.20'])
  expect(movesOf(simulation).slice(-2)).toEqual([
    'lb2 is MASTER in B, and holds 10.0.0.20',
    'lb1 is BACKUP in B',
  ])
  const [lb1] = simulation.cluster.directors
  expect(lb1!.director.holds(0x0a00000a)).toBe(true)
  expect(lb1!.director.holds(0x0a000014)).toBe(false)
})

test('a lone director that crashes serves nothing until it is back', () => {
  const fault = { kind: 'host-down', host: 'lb1', at: '2s', for: '2s' }
  const { scenario } = loadPair(
    6,
    {},
    {
      vrrp: undefined,
      directors: { lb1: { cpu: { cores: 1 } } },
      faults: [fault],
    },
  )
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  const { drops } = simulation.result()
  expect(drops.some(({ at, cause }) => at === 'lb1' && cause === 'the machine is down')).toBe(true)
  const [phase] = simulation.result().phases
  expect(phase!.delivered).toBeGreaterThan(40)
  expect(phase!.delivered).toBeLessThan(phase!.offered)
})

describe('take-over times over kills at chance moments', () => {
  const KILLS = 120
  const cases: [string, object, number, number][] = [
    ['version 2, a second, priority 100', {}, 1000, 609.375],
    ['version 3, 200 ms, priority 50', { advert: '200ms', members: membersOf(50) }, 200, 160.9375],
  ]
  test.each(cases)('%s', (_, vrrp, advertMs, skewMs) => {
    const fault = { kind: 'host-down', host: 'lb1', at: '500ms' }
    const { scenario } = loadPair(5, vrrp, { faults: [fault], workload: IDLE })
    const times = Array.from({ length: KILLS }, (__, index) => {
      const simulation = new Simulation(scenario, { replication: index + 1 })
      simulation.runUntil(simulation.end)
      const { fromPs, electionPs, detectionPs } = simulation.result().outages![0]!
      expect(fromPs).toBe(500 * MS)
      return (electionPs! + detectionPs!) / MS
    })
    const mean = times.reduce((sum, each) => sum + each, 0) / KILLS
    const variance = times.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (KILLS - 1)
    // Uniform over an interval: the last advertisement was sent up to an interval before.
    const deviation = advertMs / Math.sqrt(12)
    expect(Math.abs(mean - (2.5 * advertMs + skewMs))).toBeLessThan(
      (3 * deviation) / Math.sqrt(KILLS) + PACE_MS,
    )
    expect(Math.sqrt(variance) / deviation).toBeGreaterThan(0.85)
    expect(Math.sqrt(variance) / deviation).toBeLessThan(1.15)
    expect(Math.min(...times)).toBeGreaterThan(2 * advertMs + skewMs - PACE_MS)
    expect(Math.max(...times)).toBeLessThan(3 * advertMs + skewMs + PACE_MS)
  })
})

function membersOf(priority: number): object[] {
  return [
    { director: 'lb1', priority: 150 },
    { director: 'lb2', priority },
  ]
}

/** As few requests as there can be. */
const IDLE = { response: '1KiB', phases: [{ name: 'steady', for: '5s', rate: '1cps' }] }

describe('faults that cannot be', () => {
  const cases: [string, object, RegExp][] = [
    ['nobody', { kind: 'host-down', host: 'lb9', at: '1s' }, /there is no host "lb9"/],
    [
      'a server',
      { kind: 'keepalived-stop', host: 'rs1', at: '1s' },
      /befalls directors; "rs1" is a real server/,
    ],
    [
      'a director',
      { kind: 'app-down', host: 'lb1', at: '1s' },
      /befalls real servers; "lb1" is a director/,
    ],
  ]
  test.each(cases)('%s', (_, fault, message) => {
    const [problem] = problemsOf(JSON.stringify({ ...pairDocument(5), faults: [fault] }))
    expect(problem!.message).toMatch(message)
  })

  test('no keepalived to stop', () => {
    const faults = [{ kind: 'keepalived-stop', host: 'lb1', at: '1s' }]
    const document = { ...pairDocument(5), vrrp: undefined, faults, directors: { lb1: {} } }
    expect(problemsOf(JSON.stringify(document))[0]!.message).toMatch(/no keepalived to stop/)
  })
})
