// The simulation as a whole: packets are conserved, the three modes end where arithmetic says, and
// the same seed gives the same result.
import { describe, expect, test } from 'vitest'
import { Simulation } from '../../src/scenario/simulation.ts'
import type { ReplicationResult } from '../../src/measure/replication.ts'
import { playToEnd } from '../support/played.ts'
import { scenarioFixture, type FixtureOptions } from '../support/scenario-fixture.ts'

function run(options: FixtureOptions, replication = 1): ReplicationResult {
  return playToEnd(scenarioFixture(options), replication).result()
}

function utilisation(result: ReplicationResult, at: string, resource: string): number {
  return result.resources.find((r) => r.at === at && r.resource === resource)!.utilisation
}

describe('requests are conserved', () => {
  const cases: FixtureOptions[] = [
    { forwarding: 'dr' },
    { forwarding: 'nat' },
    { forwarding: 'tun' },
    { forwarding: 'dr', established: false, scheduler: 'wlc' },
    { forwarding: 'dr', protocol: 'tcp', ratePps: 50_000 },
    { forwarding: 'nat', protocol: 'tcp', ratePps: 50_000 },
    { forwarding: 'tun', protocol: 'tcp', ratePps: 50_000 },
    { forwarding: 'nat', ratePps: 14_000_000, durationMs: 20, flows: 200_000 },
    { forwarding: 'dr', ratePps: 3_000_000, servers: 1 },
  ]
  test.each(cases)('%o', (options) => {
    const result = run(options)
    const [phase] = result.phases
    const failed = Object.values(phase!.failed).reduce((sum, count) => sum + count, 0)
    expect(phase!.unfinished).toBe(0)
    expect(phase!.offered).toBe(phase!.delivered + failed)
    expect(phase!.latency.reduce((sum, batch) => sum + batch.count, 0)).toBe(phase!.delivered)
    const isTcp = options.protocol === 'tcp'
    const drops = result.drops.reduce((sum, drop) => sum + drop.packets, 0)
    if (isTcp) expect(phase!.delivered).toBe(phase!.offered)
    else expect(drops).toBe(failed)
    const sent = phase!.servers.flatMap((server) => server.requests).reduce((a, b) => a + b, 0)
    expect(sent).toBeLessThanOrEqual(phase!.offered)
    expect(sent).toBeGreaterThanOrEqual(phase!.delivered)
  })
})

describe('what limits', () => {
  const box = { durationMs: 20, flows: 200_000, hosts: 64 }

  test('DR at 14 Mpps loses nothing, and the wire is 94.1 % full', () => {
    const result = run({ ...box, forwarding: 'dr', ratePps: 14_000_000 })
    expect(result.phases[0]!.failed['lost']).toBe(0)
    expect(utilisation(result, 'lb1.eth0', 'receive')).toBeCloseTo(14 / 14.881, 2)
  })

  test('TUN is stopped at 12.02 Mpps by the way out', () => {
    const result = run({ ...box, forwarding: 'tun', ratePps: 13_000_000 })
    expect(utilisation(result, 'lb1.eth0', 'send')).toBeGreaterThan(0.999)
    // What waits in the transmit queue when the phase ends, a thousand frames, is still delivered.
    const carried = result.phases[0]!.delivered - 1000
    expect(carried / 0.02 / 1e6).toBeCloseTo(12.02, 1)
  })
})

test('two runs of one seed are alike, another replication is not', () => {
  const options = { forwarding: 'nat', ratePps: 500_000 } as const
  expect(run(options)).toEqual(run(options))
  expect(run(options, 2).phases).not.toEqual(run(options).phases)
})

test('a limit on events stops at the same place every time', () => {
  const scenario = scenarioFixture({ forwarding: 'dr' })
  scenario.time.limitEvents = 10_000
  const stop = () => {
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    return simulation.result()
  }
  const result = stop()
  expect([result.events, result.complete]).toEqual([10_000, false])
  expect(stop()).toEqual(result)
})
