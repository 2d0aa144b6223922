// Two directors, each master of one address, both with load: what happens to each service when one
// of them dies, and when it comes back. The scenario is the one that is shipped.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { PhaseResult, ReplicationResult } from '../../src/measure/replication.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { formatAddress } from '../../src/wire/address-text.ts'
import { load } from '../support/scenario-text.ts'

const SECOND_PS = 1e12
/** Of an advertisement each second at priority 100: three of them and a skew of 156/256. */
const MISSED_SECONDS = 3 + (256 - 100) / 256

const text = readFileSync(new URL('../../scenarios/active-active.json', import.meta.url), 'utf8')

interface Played {
  result: ReplicationResult
  /** Connections that a director has taken up of an address; since it was started. */
  takenBy: (director: string, address: string) => number
}

function play(replication: number): Played {
  const { scenario } = load(text)
  const simulation = new Simulation(scenario, { replication })
  simulation.runUntil(simulation.end)
  const result = simulation.result()
  const { directors, kernel, pool } = simulation.cluster
  const takenBy: Played['takenBy'] = (name, address) => {
    const { director } = directors.find((built) => built.director.name === name)!
    const own = director.ipvs.services.find((each) => formatAddress(each.address) === address)!
    return own.counters.connections
  }
  kernel.runUntil(kernel.now + 100 * SECOND_PS, Infinity)
  expect(pool.taken, 'packets neither arrived nor dropped').toBe(0)
  return { result, takenBy }
}

function failuresOf({ phases }: ReplicationResult, service: string): number[] {
  const own = phases.filter((phase) => phase.service === service)
  return own.map(({ failed }: PhaseResult) => Object.values(failed).reduce((a, b) => a + b, 0))
}

describe.each([1, 2])('replication %i', (replication) => {
  const { result, takenBy } = play(replication)

  test('whose director lives notices nothing', () => {
    expect(failuresOf(result, 'web')).toEqual([0, 0, 0])
    expect(result.outages!.map(({ address }) => address)).toEqual(['10.0.0.20', '10.0.0.20'])
  })

  test('the other is without service until the death is noticed', () => {
    const [outage, back] = result.outages!
    expect(outage).toMatchObject({ cause: 'lb2 crashes', takenBy: 'lb1', isOver: true })
    expect(outage!.fromPs).toBe(10 * SECOND_PS)
    const seconds = (outage!.toPs - outage!.fromPs) / SECOND_PS
    expect(seconds).toBeGreaterThan(MISSED_SECONDS - 1)
    expect(seconds).toBeLessThan(MISSED_SECONDS + 0.01)
    expect(back).toMatchObject({ cause: 'lb2 becomes master', takenBy: 'lb2' })
  })

  test('and loses what was open, twice', () => {
    const [before, oneDead, bothAgain] = failuresOf(result, 'shop')
    expect(before).toBe(0)
    const [outage, back] = result.outages!
    const { open, kept, reset, stuck } = outage!.connections
    expect(kept).toBe(0)
    expect(reset + stuck).toBe(open)
    expect(oneDead).toBeGreaterThanOrEqual(reset)
    expect(back!.connections).toMatchObject({ kept: 0, reset: back!.connections.open })
    expect(bothAgain).toBeLessThanOrEqual(back!.connections.open)
    expect(bothAgain).toBeGreaterThan(0)
  })

  test('each director has taken up what it was master of', () => {
    // 100 and 50 a second; lb1 stands in for some 10 s, and lb2 counts anew when it is back.
    const near = (count: number, expected: number) => {
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected))
    }
    const [outage, back] = result.outages!
    const shared = (back!.toPs - outage!.toPs) / SECOND_PS
    near(takenBy('lb1', '10.0.0.10'), 100 * 30)
    // Who tried while nobody answered has come to lb1 later, by its SYN that was sent again.
    near(takenBy('lb1', '10.0.0.20'), 50 * shared + outage!.connections.answered)
    near(takenBy('lb2', '10.0.0.20'), 50 * (30 - back!.toPs / SECOND_PS))
    expect(takenBy('lb2', '10.0.0.10')).toBe(0)
  })
})
