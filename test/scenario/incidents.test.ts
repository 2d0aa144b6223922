// Scenarios of reported incidents, with and without their remedy, and of what operators do: shorter
// than they are shipped, and looked at where it matters.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Summary } from '../../src/measure/summary.ts'
import { loadScenario } from '../../src/scenario/load.ts'
import { simulate } from '../../src/study/simulate.ts'

async function run(name: string, set: string[] = []): Promise<Summary> {
  const file = new URL(`../../scenarios/${name}.json`, import.meta.url)
  const options = { file: `${name}.json`, set: ['thresholds={}', ...set], replications: 1 }
  const { scenario } = loadScenario(readFileSync(file, 'utf8'), options)
  const { summary } = await simulate(scenario, { version: '0', workers: 1 })
  return summary!
}

const loss = (summary: Summary, phase: string): number => {
  return summary.services['web']!.loss[phase]!.mean
}

describe('kubernetes#126378: long-lived connections after a restart', () => {
  const phases = [
    { name: 'before', for: '3s' },
    { name: 'restart', for: '7s' },
    { name: 'later', for: '8s' },
  ]
  const set = [
    `workload.phases=${JSON.stringify(phases)}`,
    'operations=[{"kind":"restart","host":"rs2","at":"3s","down":"3s"}]',
  ]
  const jain = async (name: string): Promise<number> => {
    return (await run(name, set)).services['web']!.fairness['later']!.jain.mean
  }

  test('three servers of four get everything', async () => {
    expect(await jain('k8s-126378')).toBeCloseTo(3 / 4, 2)
  })

  test('connections that end heal it', async () => {
    expect(await jain('k8s-126378-remedied')).toBeGreaterThan(0.95)
  })
})

test.each([
  ['rolling-restart', 0.01, 0.03],
  // Nothing of 14,000.
  ['rolling-restart-drained', 0, 0],
])('%s', async (name, least, most) => {
  const share = loss(await run(name), 'restart')
  expect(share).toBeGreaterThanOrEqual(least)
  expect(share).toBeLessThanOrEqual(most)
})

test('the check that asks sees a hung program, the one that connects does not', async () => {
  const set = [
    'workload.phases=[{"name":"hung","for":"12s","rate":"300cps"}]',
    'faults=[{"kind":"app-hang","host":"rs3","at":"0s"}]',
  ]
  expect(loss(await run('hung-program-tcp', set), 'hung')).toBeGreaterThan(0.24)
  expect(loss(await run('hung-program-http', set), 'hung')).toBeLessThan(0.12)
})

test('the dead are missed until they are found; the sorry server stands in', async () => {
  const dead = await run('dead-server')
  // Three to five seconds of twenty, of a quarter of the requests.
  expect(loss(dead, 'dead')).toBeGreaterThan(0.25 * (2.9 / 20))
  expect(loss(dead, 'dead')).toBeLessThan(0.25 * (5.2 / 20))
  expect(loss(await run('sorry-server'), 'sorry')).toBe(0)
})

describe('keepalived#1225: a polite stop of the master', () => {
  /** What became of connections in the only replication. */
  const fates = async (name: string) => {
    const [outage] = (await run(name)).outages!
    const { open, kept, reset } = outage!.connections
    return { open: open.mean, kept: kept.mean, reset: reset.mean }
  }

  test('all that were open are reset', async () => {
    const { open, kept, reset } = await fates('keepalived-1225')
    // 25 connections a second of 19 pauses of 200 ms each, less their beginning.
    expect(open).toBeGreaterThan(50)
    expect([kept, reset]).toEqual([0, open])
  })

  test('synchronised ones are kept, but for the newest', async () => {
    const { open, kept, reset } = await fates('keepalived-1225-remedied')
    expect(kept + reset).toBe(open)
    // Messages wait for two seconds at most, in which 50 connections come.
    expect(reset).toBeLessThan(50)
    expect(kept / open).toBeGreaterThan(0.5)
  })
})
