// A keepalived.conf in a scenario: its virtual servers are services, its checkers take servers out
// and put them back, and what it gets wrong is told with the line.
import { describe, expect, test } from 'vitest'
import type { ReplicationResult } from '../../src/measure/replication.ts'
import { loadScenario } from '../../src/scenario/load.ts'
import { ScenarioError } from '../../src/scenario/problems.ts'
import { Simulation } from '../../src/scenario/simulation.ts'

const CONF = `virtual_server 203.0.113.10 80 {
  delay_loop 0.5
  connect_timeout 0.2
  delay_before_retry 0.1
  lb_algo rr
  lb_kind DR
  protocol TCP
  sorry_server 10.0.0.99 80
  real_server 10.0.0.11 80 {
    TCP_CHECK {
    }
  }
  real_server 10.0.0.12 80 {
    HTTP_GET {
      url {
        path /alive
        digest 640205b7b0fc66c1ea91c463fac6334c
        regex "^I am"
      }
    }
  }
}
`

function text(keepalived: unknown, faults: object[], more: object = {}): string {
  return JSON.stringify({
    format: 'lvs-sim/1',
    name: 'kept',
    extends: 'preset:one-director-10g',
    time: { cooldown: '1s' },
    directors: { lb1: { cpu: { cores: 1 }, keepalived } },
    clients: { users: { count: 1, timeout: '500ms' } },
    realServers: {
      rs: { count: 2, cpu: { cores: 2, perRequest: '100us' } },
      page: { address: '10.0.0.99' },
    },
    workload: { phases: [{ name: 'all', for: '5s', rate: '200cps' }] },
    faults,
    ...more,
  })
}

function run(faults: object[]): ReplicationResult {
  const { scenario, warnings } = loadScenario(text(CONF, faults), { file: 'x.json' })
  expect(warnings).toEqual([])
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  return simulation.result()
}

test('a dead server is found and returns; pages are as they should be', () => {
  const { timeline, phases } = run([{ kind: 'host-down', host: 'rs2', at: '1s', for: '2s' }])
  const told = timeline.filter(({ kind }) => kind === 'ipvs').map(({ text: said }) => said)
  expect(told).toEqual([
    'lb1 took rs2 out of tcp-203.0.113.10-80',
    'lb1 put rs2 in tcp-203.0.113.10-80 with weight 1',
  ])
  const [phase] = phases
  // Half of what comes in the at most 1 s until it is found.
  expect(phase!.failed['timeout']).toBeLessThan(110)
  expect(phase!.failed['timeout']).toBeGreaterThan(40)
})

test('the sorry server has a host, and stands in', () => {
  const faults = ['rs1', 'rs2'].map((host) => ({ kind: 'app-down', host, at: '1s' }))
  const { phases } = run(faults)
  const page = phases[0]!.servers.find(({ host }) => host === 'page')
  expect(page!.requests.slice(40).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(550)
})

test('written out with all defaults it is the same scenario', () => {
  const first = loadScenario(text(CONF.split('\n'), []), { file: 'x.json' })
  const again = loadScenario(JSON.stringify(first.document), { file: 'y.json' })
  expect(again.scenario).toEqual(first.scenario)
  expect(Object.keys(first.scenario.services)).toEqual(['tcp-203.0.113.10-80'])
})

test('a file beside the scenario', () => {
  const readFile = (path: string) => (path === 'keepalived.conf' ? CONF : '')
  const { scenario } = loadScenario(text('keepalived.conf', []), { file: 'x.json', readFile })
  expect(scenario.directors['lb1']!.keepalived).toBe(CONF)
})

describe('bad input', () => {
  function problems(keepalived: unknown, more: object = {}): string[] {
    try {
      const { warnings } = loadScenario(text(keepalived, [], more), { file: 'x.json' })
      return warnings.map(({ path, message }) => `${path}: ${message}`)
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error
      return error.problems.map(({ path, message }) => `${path}: ${message}`)
    }
  }
  const at = 'directors.lb1.keepalived'

  test('what is not modelled is told, with its line', () => {
    const conf = CONF.replace('  lb_algo', '  ha_suspend\n  wait 3\n  lb_algo')
    expect(problems(conf)).toEqual([
      `${at}: ha_suspend is not modelled: servers are checked wherever the address is (line 5)`,
      `${at}: keepalived: Unknown keyword 'wait' (line 6)`,
    ])
  })

  test('a check interval of 0 is what keepalived makes of it', () => {
    expect(problems(CONF.replace('delay_loop 0.5', 'delay_loop 0'))).toEqual([
      `${at}: keepalived: WARNING - number '0' outside range [0.000001, ` +
        '18446744073709.55] (line 2)',
      `${at}: keepalived: virtual server delay loop '0' invalid - ignoring (line 2)`,
    ])
  })

  test('keepalived gives up', () => {
    const [first] = problems('virtual_server 10.0.0.9 80 {\n lb_algo\n}\n')
    expect(first).toMatch(/^directors\.lb1\.keepalived: .*missing a parameter.* \(line 2\)$/)
  })

  test('nothing in it', () => {
    expect(problems('global_defs {\n}\n')).toContain(
      `${at}: it makes no virtual service that can be simulated`,
    )
  })

  test('rules beside it', () => {
    const directors = { lb1: { keepalived: CONF, rules: '-A -t 203.0.113.10:80 -s rr' } }
    const message = 'the rules already say this; give either those or keepalived'
    expect(problems(CONF, { directors })).toContain(`${at}: ${message}`)
  })

  test('a health check beside it', () => {
    const services = { web: { match: '-t 203.0.113.10:80', healthCheck: { type: 'tcp' } } }
    expect(problems(CONF, { services })).toEqual([
      'services.web: the keepalived of lb1 already looks after "web"',
    ])
  })
})
