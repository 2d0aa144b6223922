// VRRP in a scenario: what of a file is wrong, who is master when, and what hosts learn by ARP.
import { describe, expect, test } from 'vitest'
import { Simulation } from '../../src/scenario/simulation.ts'
import { loadPair, pairDocument } from '../support/director-pair-scenario.ts'
import { playToEnd } from '../support/played.ts'
import { problemsOf } from '../support/scenario-text.ts'

const MS = 1_000_000_000
const LB1 = { director: 'lb1', priority: 150 }
const LB2 = { director: 'lb2', priority: 100 }

function start(seconds: number, vrrp: object = {}): Simulation {
  const { scenario } = loadPair(seconds, vrrp)
  return new Simulation(scenario, { replication: 1 })
}

function run(seconds: number, vrrp: object = {}): Simulation {
  return playToEnd(loadPair(seconds, vrrp).scenario)
}

/** "lb1 MASTER 3414 ms" */
function changes(simulation: Simulation): string[] {
  return simulation.cluster.log.events
    .filter(({ kind }) => kind === 'vrrp')
    .map(({ text, atPs }) => `${text} ${Math.round(atPs / MS)} ms`)
}

describe('wrong files', () => {
  const cases: [string, object, RegExp][] = [
    ['an unknown director', { members: [{ director: 'lb3' }, LB2] }, /there is no director "lb3"/],
    ['a member twice', { members: [LB1, LB1] }, /"lb1" is a member of VI_1 twice/],
    ['a priority of 0', { members: [{ director: 'lb1', priority: 0 }, LB2] }, /at least 1/],
    ['version 2 in parts of a second', { version: 2, advert: '500ms' }, /in whole seconds/],
    ['version 3 in milliseconds', { advert: '15ms' }, /in steps of 10ms, got "15ms"/],
    ['an interval of 0', { advert: '0s' }, /every 1s to 255s/],
    ['a wrong address', { addresses: ['10.0.0'] }, /expected an IP address/],
    ['another address', { addresses: ['10.0.0.99'] }, /no instance of "vrrp" has 10\.0\.0\.10/],
    ['a long delay', { preemptDelay: '20min' }, /at most 1000s/],
    [
      'an address in two instances',
      { members: undefined, instances: { A: { members: [LB1, LB2] }, B: { members: [LB1, LB2] } } },
      /B and A both have 10\.0\.0\.10/,
    ],
    [
      'clashing numbers',
      {
        members: [LB1, LB2],
        instances: {
          A: { vrid: 7, addresses: ['10.0.0.10'] },
          B: { vrid: 7, addresses: ['10.0.0.99'] },
        },
      },
      /B and A both have VRID 7 on link "lan"/,
    ],
  ]
  test.each(cases)('%s', (_, vrrp, message) => {
    const problems = problemsOf(JSON.stringify(pairDocument(1, vrrp)))
    const messages = problems.map((problem) => problem.message)
    expect(messages.join('\n')).toMatch(message)
    expect(new Set(messages).size, 'each is told once').toBe(messages.length)
  })

  test('several directors without a word about who holds the address', () => {
    const document = { ...pairDocument(1), vrrp: undefined }
    const services = { web: { vip: '10.0.0.10:80', protocol: 'tcp', directors: ['lb1', 'lb2'] } }
    const [problem] = problemsOf(JSON.stringify({ ...document, services }))
    expect(problem!.message).toMatch(
      /lb1 and lb2 all serve it, and nothing says who has 10\.0\.0\.10/,
    )
  })
})

describe('two masters by configuration are warned of', () => {
  const other = { ...LB2, vrid: 52 }
  const cases: [string, object, RegExp][] = [
    ['VRIDs', { members: [LB1, other] }, /lb1 has VRID 51, lb2 has 52: .* both become master/],
    ['intervals', { members: [LB1, { ...LB2, advert: '2s' }] }, /advert 1s, lb2 has 2s/],
    [
      'passwords',
      { members: [LB1, { ...LB2, password: 'secret' }] },
      /the password none, lb2 has "secret"/,
    ],
    [
      'owners',
      { members: ['lb1', 'lb2'].map((director) => ({ director, priority: 255 })) },
      /lb1 and lb2 both have priority 255/,
    ],
    [
      'ways to prove a password',
      { members: [LB1, LB2], authentication: 'ah' },
      /authentication "ah" needs a "password": there is none/,
    ],
    ['nobody else', { members: [LB1] }, /has one member, "lb1": nobody takes over/],
  ]
  test.each(cases)('%s', (_, vrrp, message) => {
    const { warnings } = loadPair(1, vrrp)
    expect(warnings.map((warning) => warning.message).join('\n')).toMatch(message)
  })

  test('and both are, before the run begins', () => {
    const simulation = start(1, { members: [LB1, other] })
    expect(changes(simulation)).toEqual([
      'lb1 is MASTER in VI_1 0 ms',
      'lb2 is MASTER in VI_1 0 ms',
    ])
  })
})

test('with an authentication header the same happens, at the same moments', () => {
  const faults = [{ kind: 'host-down', host: 'lb1', at: '2s' }]
  const moved = ['pass', 'ah'].map((authentication) => {
    const { scenario } = loadPair(8, { password: 'secret', authentication }, { faults })
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    return changes(simulation)
  })
  expect(moved[0]).toContainEqual(expect.stringMatching(/^lb2 is MASTER in VI_1, and holds/))
  expect(moved[1]).toEqual(moved[0])
})

describe('who is master', () => {
  test('daemons that start with the run elect one 3.414 s later (spec vrrp.md, 12)', () => {
    const simulation = run(5, { start: 'cold' })
    const [, , master, ...more] = changes(simulation)
    expect(master).toBe('lb1 is MASTER in VI_1, and holds 10.0.0.10 3414 ms')
    expect(more).toEqual([])
    const { outages } = simulation.result()
    expect(outages!.map(({ cause, takenBy }) => [cause, takenBy])).toEqual([
      ['from the start', 'lb1'],
    ])
    expect(outages![0]!.toPs).toBeGreaterThan(3414 * MS)
    expect(outages![0]!.toPs).toBeLessThan(3416 * MS)
  })

  test('a settled cluster serves from the first request on', () => {
    const simulation = run(5)
    const { outages, phases } = simulation.result()
    expect(outages).toEqual([])
    expect(phases[0]!.offered).toBeGreaterThan(50)
    expect(phases[0]!.delivered).toBe(phases[0]!.offered)
    const [lb1, lb2] = simulation.cluster.directors
    expect(lb1!.director.holds(0x0a00000a)).toBe(true)
    expect(lb2!.director.holds(0x0a00000a)).toBe(false)
    expect(lb2!.director.ipvs.connections.created).toBe(0)
  })

  test('unicast advertisements reach their peers', () => {
    expect(changes(run(5, { unicast: true }))).toHaveLength(2)
  })
})
