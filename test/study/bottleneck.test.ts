// What requests fail of when no wire and no core is full, and where room may be told.
import { describe, expect, test } from 'vitest'
import type { DropResult } from '../../src/measure/replication.ts'
import type { Bottleneck } from '../../src/measure/summary.ts'
import { summarise } from '../../src/study/summarise.ts'
import { theory } from '../../src/theory/theory.ts'
import {
  phaseFixture,
  replicationFixture,
  resourceFixture,
  type PhaseFixture,
} from '../support/replication-fixture.ts'
import { scenarioFixture } from '../support/scenario-fixture.ts'

const drop = (at: string, cause: string, packets: number): DropResult => ({
  ...{ at, cause, packets },
  phase: 'steady',
})

function bottleneck(
  options: PhaseFixture & { causes?: Record<string, number> },
  drops: DropResult[] = [],
  utilisation = 0.3,
): Bottleneck {
  const scenario = scenarioFixture({ durationMs: 100, ratePps: 10_000, servers: 2 })
  scenario.time.replications = 2
  const { causes, ...own } = options
  const phase = phaseFixture(own)
  if (causes !== undefined) phase.failed = causes
  const resources = [resourceFixture('lb1.cpu0', 'cpu', utilisation)]
  const replications = [1, 2].map((n) => replicationFixture(n, [phase], { resources, drops }))
  const rest = { version: '0', scenarioHash: 'hash', costs: [], strict: false }
  return summarise(scenario, replications, theory(scenario), rest).bottleneck!
}

describe('no room is told where requests fail of something else', () => {
  test('of a limit of connections, at all servers of a group', () => {
    const drops = [drop('rs1', 'connection limit', 25), drop('rs2', 'connection limit', 25)]
    expect(bottleneck({ failed: 50 }, drops)).toMatchObject({
      ...{ at: 'lb1', resource: 'cpu', utilisation: 0.3, fullAtPps: null, room: null },
      failing: [{ at: 'rs*', cause: 'connection limit' }],
    })
  })

  test('of ports that the clients lack', () => {
    const { room, failing } = bottleneck({ failed: 50, causes: { 'no port': 50 } })
    expect([room, failing]).toEqual([null, [{ at: 'users', cause: 'no port left' }]])
  })

  test('nor where they are still open at the end', () => {
    const { room, failing } = bottleneck({ unfinished: 50 }, [drop('rs1', 'SYN queue full', 500)])
    expect([room, failing]).toEqual([null, [{ at: 'rs*', cause: 'SYN queue full' }]])
    expect(bottleneck({ unfinished: 50 }).failing).toEqual([{ at: 'web', cause: 'still open' }])
  })

  test('of a policer, though TCP sends again and nothing is lost', () => {
    const { room, failing } = bottleneck({}, [drop('r.wan policer', 'beyond the rate', 50)])
    expect([room, failing]).toEqual([null, [{ at: 'r.wan policer', cause: 'beyond the rate' }]])
  })

  test('of how they ended, where nothing was dropped', () => {
    const { failing } = bottleneck({ failed: 50, causes: { timeout: 50, refused: 0 } })
    expect(failing).toEqual([{ at: 'web', cause: 'timeout' }])
  })

  test('the foremost first, and what is a tenth of it no more', () => {
    const drops = [drop('lb1', 'no connection', 3), drop('rs1', 'connection limit', 20)]
    drops.push(drop('users1.eth0 send', 'queue full', 30))
    expect(bottleneck({ failed: 50 }, drops).failing).toEqual([
      { at: 'users*.eth0 send', cause: 'queue full' },
      { at: 'rs*', cause: 'connection limit' },
      { at: 'lb1', cause: 'no connection' },
    ])
    drops[0]!.packets = 2
    expect(bottleneck({ failed: 50 }, drops).failing).toHaveLength(2)
  })
})

describe('a core is full', () => {
  test.each<[string, DropResult[], number, 0 | null]>([
    ['that is always busy, whatever was dropped', [drop('rs1', 'SYN queue full', 9)], 0.99, 0],
    ['half the time, when its ring overflows', [drop('lb1.eth0 ring 0', 'ring full', 9)], 0.6, 0],
    ['half the time, when nothing says what else', [], 0.6, 0],
    ['not half the time, when another limit acts', [drop('rs1', 'connection limit', 9)], 0.6, null],
    ['not when it is hardly busy', [], 0.3, null],
  ])('%s', (_, drops, utilisation, room) => {
    expect(bottleneck({ failed: 50 }, drops, utilisation).room).toBe(room)
  })

  test('where answers come later and later there is no room, though none is lost', () => {
    const latencyPs = (window: number) => (window + 1) * 1_000_000_000
    expect(bottleneck({ latencyPs }, [], 0.999)).toMatchObject({ room: 0, fullAtPps: null })
  })
})

test('a few lost packets that nobody missed leave the room as it is', () => {
  const { room, failing } = bottleneck({}, [drop('rs1', 'SYN queue full', 9)])
  expect(room).toBeCloseTo(1 / 0.3 - 1, 12)
  expect(failing).toBe(undefined)
})
