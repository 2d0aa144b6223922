// Health checks on both directors of a pair (spec healthchecks.md, 5.4 and 6): each looks for
// itself, and one that boots takes every server for alive until it has looked.
import { expect, test } from 'vitest'
import { Simulation } from '../../src/scenario/simulation.ts'
import { loadPair } from '../support/director-pair-scenario.ts'

const healthCheck = {
  ...{ type: 'http', interval: '1s', timeout: '500ms', retries: 1, delayBeforeRetry: '200ms' },
  warmup: '500ms',
}

test('each director finds out by itself, and one that boots begins anew', () => {
  const service = { vip: '10.0.0.10:80', protocol: 'tcp', scheduler: 'rr', healthCheck }
  const faults = [
    { kind: 'app-down', host: 'rs2', at: '2s' },
    { kind: 'host-down', host: 'lb1', at: '5s', for: '5s' },
  ]
  const { scenario } = loadPair(14, {}, { services: { web: service }, faults })
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  const { timeline } = simulation.result()
  const changes = (name: string) =>
    timeline
      .filter(({ kind, text }) => kind === 'ipvs' && text.startsWith(name))
      .map(({ atPs, text }) => [atPs / 1e12, text.slice(4)] as const)
  const [first, ...others] = changes('lb1')
  expect(first![1]).toBe('took rs2 out of web')
  expect(first![0]).toBeLessThan(3.3)
  expect(others.map(([, text]) => text)).toEqual([
    'put rs1 in web with weight 1',
    'put rs2 in web with weight 1',
    'took rs2 out of web',
  ])
  // At once with the boot; then a second, the warm-up, and no retry after a start.
  expect(others.map(([at]) => at).slice(0, 2)).toEqual([10, 10])
  expect(others[2]![0]).toBeGreaterThanOrEqual(11)
  expect(others[2]![0]).toBeLessThan(11.51)
  const own = changes('lb2')
  expect(own.map(([, text]) => text)).toEqual(['took rs2 out of web'])
  expect(own[0]![0]).not.toBe(first![0])
  // Whose it was is told: the backup is as often the first to know.
  const found = timeline.filter((event) => event.found !== undefined)
  expect(found.map((event) => event.found)).toEqual(
    expect.arrayContaining(['lb1: rs2 of web is down', 'lb2: rs2 of web is down']),
  )
})

test('keepalived stopped politely empties IPVS, and fills it when it starts', () => {
  const service = { vip: '10.0.0.10:80', protocol: 'tcp', scheduler: 'rr', healthCheck }
  const faults = [{ kind: 'keepalived-stop', host: 'lb1', at: '2s', for: '2s' }]
  const { scenario } = loadPair(6, {}, { services: { web: service }, faults })
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(3e12)
  const { ipvs } = simulation.cluster.director
  expect(ipvs.services).toEqual([])
  simulation.runUntil(simulation.end)
  expect(ipvs.services[0]!.destinations).toHaveLength(2)
})

test('a director that goes on does what it missed once: nobody was down', () => {
  const service = { vip: '10.0.0.10:80', protocol: 'tcp', scheduler: 'rr', healthCheck }
  const faults = [{ kind: 'host-hang', host: 'lb1', at: '2s', for: '6s' }]
  const { scenario } = loadPair(12, {}, { services: { web: service }, faults })
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  const { timeline } = simulation.result()
  expect(timeline.filter(({ kind }) => kind === 'check' || kind === 'ipvs')).toEqual([])
  expect(timeline.map(({ text }) => text)).toContain('lb1 went on')
})
