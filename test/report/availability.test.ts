// What is said of spans without service: of two replications in which a master crashed, in one of
// which the run ended first.
import { expect, test } from 'vitest'
import type { OutageResult } from '../../src/measure/outages.ts'
import type { Summary } from '../../src/measure/summary.ts'
import { inkOf } from '../../src/report/look.ts'
import { fates, withoutService } from '../../src/report/sections/availability.ts'
import { outagesCsv } from '../../src/report/tables.ts'
import { outageSummaries } from '../../src/study/outages.ts'
import { phaseFixture, replicationFixture } from '../support/replication-fixture.ts'

const S = 1_000_000_000_000

function crash(seconds: number, more: Partial<OutageResult> = {}): OutageResult {
  return {
    ...{ address: '10.0.0.10', cause: 'lb1 crashes', fromPs: 2 * S, toPs: (2 + seconds) * S },
    ...{ isOver: true, takenBy: 'lb2', detectionPs: (seconds - 0.75) * S, electionPs: 0.5 * S },
    arpPs: 0.25 * S,
    connections: { open: 10, kept: 6, reset: 3, stuck: 1, tried: 5, answered: 4, failed: 1 },
    ...more,
  }
}

function replications(...lists: (OutageResult[] | undefined)[]) {
  return lists.map((outages, index) => ({
    ...replicationFixture(index + 1, [phaseFixture()]),
    ...(outages === undefined ? {} : { outages }),
  }))
}

let services: object = { web: {} }

function linesOf(section: typeof fates, ...lists: OutageResult[][]): string[] {
  const look = { colour: false, unicode: true, width: 100 }
  const outages = outageSummaries(replications(...lists))
  const summary = { outages, services } as unknown as Summary
  return section({ summary, look, ink: inkOf(look), phases: [] })
}

test('lengths and parts are means over outages, counts are of a replication', () => {
  const [crashes] = outageSummaries(replications([crash(3)], [crash(2)]))!
  expect(crashes).toMatchObject({ cause: 'lb1 crashes', takenBy: ['lb2'], isOver: true })
  expect(crashes!.length).toMatchObject({ mean: 2.5, n: 2, unit: 's' })
  expect(crashes!.detection!.mean).toBe(1.75)
  expect(crashes!.connections.kept.mean).toBe(6)
})

test('a replication without any has spent no time without service, and has no length', () => {
  const [crashes] = outageSummaries(replications([crash(3)], []))!
  expect(crashes!.length).toMatchObject({ mean: 3, n: 1 })
  expect(crashes!.withoutService.mean).toBe(1.5)
  expect(crashes!.times.mean).toBe(0.5)
  expect(crashes!.connections.open.mean).toBe(5)
})

test('where no address moves nothing is said', () => {
  expect(outageSummaries(replications(undefined))).toBeNull()
})

test('the sections', () => {
  expect(linesOf(withoutService, [crash(3)])).toEqual([
    'WITHOUT SERVICE  time   detection  election  ARP    taken over by',
    '  lb1 crashes    3.00s  2.25s      500ms     250ms  lb2',
  ])
  expect(linesOf(fates, [crash(3)])).toEqual([
    'CONNECTIONS    open  kept  reset  stuck  tried then  answered  failed',
    '  lb1 crashes  10    6     3      1      5           4         1',
  ])
  expect(linesOf(withoutService, [])[1]).toMatch(/never/)
})

test('with several services it is said which address it was', () => {
  services = { web: {}, db: {} }
  expect(linesOf(withoutService, [crash(3)])[1]).toMatch(/^ {2}10\.0\.0\.10: lb1 crashes {2}3\.00s/)
  services = { web: {} }
})

test('a cause too long for the lines goes on below itself', () => {
  const cause = `the switch port of ${'the director '.repeat(4)}that is master fails`
  const [heading = '', ...lines] = linesOf(fates, [crash(3, { cause })])
  expect(heading).toMatch(/^CONNECTIONS {34}open {2}kept {2}.* failed$/)
  expect(heading.length).toBeLessThanOrEqual(100)
  expect(lines[0]).toMatch(/^ {2}the switch port of the director the {8}10 {4}6 {5}3 /)
  expect(lines.slice(1)).toEqual([
    '    director the director the director that',
    '    is master fails',
  ])
})

test('an outage that outlasts the run', () => {
  const open = { isOver: false, takenBy: null, detectionPs: null, electionPs: null, arpPs: null }
  const [, line] = linesOf(withoutService, [crash(3, open)])
  expect(line).toBe('  lb1 crashes    3.00s and more  -          -         -    nobody')
})

test('outages.csv has one row for each', () => {
  expect(
    outagesCsv(replications([crash(3)], []))
      .split('\n')
      .slice(0, 2),
  ).toEqual([
    'replication,address,cause,taken_by,over,from_s,to_s,detection_s,election_s,arp_s,' +
      'open,kept,reset,stuck,tried,answered,failed',
    '1,10.0.0.10,lb1 crashes,lb2,true,2,5,2.25,0.5,0.25,10,6,3,1,5,4,1',
  ])
})
