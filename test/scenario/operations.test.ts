// What operators do while a cluster runs: weights, command lines, restarts, reloads; and what a
// file gets wrong about them.
import { describe, expect, test } from 'vitest'
import type { ReplicationResult } from '../../src/measure/replication.ts'
import { loadScenario } from '../../src/scenario/load.ts'
import { ScenarioError } from '../../src/scenario/problems.ts'
import { Simulation } from '../../src/scenario/simulation.ts'

const MS = 1_000_000_000

function text(operations: object[], more: { service?: object; faults?: object[] } = {}): string {
  return JSON.stringify({
    format: 'lvs-sim/1',
    name: 'operated',
    extends: 'preset:one-director-10g',
    time: { cooldown: '1s' },
    directors: { lb1: { cpu: { cores: 1 } } },
    clients: { users: { count: 1, timeout: '500ms' } },
    realServers: { rs: { count: 3, cpu: { cores: 4, perRequest: '5ms' } } },
    services: {
      web: {
        ...{ vip: '10.0.0.10:80', protocol: 'tcp', scheduler: 'rr', realServers: ['rs'] },
        ...more.service,
      },
    },
    workload: { phases: [{ name: 'all', for: '4s', rate: '300pps' }] },
    faults: more.faults ?? [],
    operations,
  })
}

function run(operations: object[], service: object = {}): ReplicationResult {
  const { scenario } = loadScenario(text(operations, { service }), { file: 'x.json' })
  const simulation = new Simulation(scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  return simulation.result()
}

/** Requests of a server in windows of 40 ms, from one second to another. */
function sent(result: ReplicationResult, server: number, from: number, to: number): number {
  const { requests } = result.phases[0]!.servers[server]!
  return requests.slice(from * 25, to * 25).reduce((sum, count) => sum + count, 0)
}

function failures({ phases: [phase] }: ReplicationResult): number {
  return Object.values(phase!.failed).reduce((sum, count) => sum + count, 0)
}

function told({ timeline }: ReplicationResult): string[] {
  return timeline.map(({ atPs, text: said }) => `${Math.round(atPs / MS)} ${said}`)
}

test('a drained server gets nothing, loses nothing, and has its weight again', () => {
  const result = run([{ kind: 'drain', host: 'rs2', at: '1s', for: '2s' }])
  expect([sent(result, 1, 1.04, 3), failures(result)]).toEqual([0, 0])
  expect(sent(result, 1, 3, 4)).toBeGreaterThan(70)
  expect(told(result)).toEqual([
    '1000 rs2 was given weight 0 in web on lb1',
    '3000 rs2 was given weight 1 in web on lb1',
  ])
  expect(result.phases[0]!.steady).toBe(false)
})

test('weights: wrr sends three times as much', () => {
  const operation = { kind: 'weight', host: 'rs2', weight: 3, at: '1s', for: '2s' }
  const result = run([operation], { scheduler: 'wrr' })
  const share = sent(result, 1, 1.04, 3) / (sent(result, 0, 1.04, 3) + sent(result, 2, 1.04, 3))
  expect(share).toBeCloseTo(3 / 2, 1)
  expect(sent(result, 1, 3.04, 4) / sent(result, 0, 3.04, 4)).toBeCloseTo(1, 0)
})

test('command lines, and what the kernel says to those it refuses', () => {
  const run2 = [
    'ipvsadm -e -t 10.0.0.10:80 -r 10.0.0.12:80 -g -w 0',
    '-d -t 10.0.0.10:80 -r 10.0.0.13:80',
    '-d -t 10.0.0.10:80 -r 10.0.0.99:80',
  ]
  const result = run([
    { kind: 'ipvsadm', at: '1s', run: run2 },
    { kind: 'ipvsadm', at: '2s', run: '-a -t 10.0.0.10:80 -r 10.0.0.13 -g' },
  ])
  expect(told(result)).toEqual([
    '1000 lb1: ipvsadm -e -t 10.0.0.10:80 -r 10.0.0.12:80 -g -w 0',
    '1000 lb1: ipvsadm -d -t 10.0.0.10:80 -r 10.0.0.13:80',
    '1000 lb1: ipvsadm -d -t 10.0.0.10:80 -r 10.0.0.99:80 (No such destination)',
    '2000 lb1: ipvsadm -a -t 10.0.0.10:80 -r 10.0.0.13 -g',
  ])
  expect([sent(result, 1, 1.04, 4), sent(result, 2, 1.04, 2)]).toEqual([0, 0])
  expect(sent(result, 2, 2, 4)).toBeGreaterThan(250)
})

describe('a rolling restart', () => {
  const rolling = { kind: 'restart', servers: 'rs', at: '500ms', down: '300ms', pause: '200ms' }

  test('without drain fails what comes while a program is not there', () => {
    const result = run([rolling])
    // A third of the requests for three times 300 ms, and what was being worked on.
    expect(Math.abs(failures(result) - 90)).toBeLessThan(40)
    expect(told(result)).toEqual([
      '500 the program of rs1 was stopped',
      '800 the program of rs1 was started',
      '1000 the program of rs2 was stopped',
      '1300 the program of rs2 was started',
      '1500 the program of rs3 was stopped',
      '1800 the program of rs3 was started',
    ])
  })

  test('with drain fails nothing', () => {
    const result = run([{ ...rolling, drain: '200ms' }])
    expect(failures(result)).toBe(0)
    expect(told(result).slice(0, 4)).toEqual([
      '500 rs1 was given weight 0 in web on lb1',
      '700 the program of rs1 was stopped',
      '1000 the program of rs1 was started',
      '1000 rs1 was given weight 1 in web on lb1',
    ])
  })
})

describe('a reload', () => {
  const healthCheck = { type: 'tcp', interval: '200ms', timeout: '100ms' }
  const conf = (servers: number[]) => [
    'virtual_server 10.0.0.10 80 {',
    '  protocol TCP',
    '  lvs_sched rr',
    '  lvs_method DR',
    '  delay_loop 0.2',
    ...servers.flatMap((last) => [
      `  real_server 10.0.0.${last} 80 {`,
      '    TCP_CHECK {',
      '    }',
      '  }',
    ]),
    '}',
  ]

  test('servers that are gone leave, others come', () => {
    const result = run([{ kind: 'reload', at: '1s', keepalived: conf([11, 13]) }], {
      healthCheck,
      realServers: ['rs1', 'rs2'],
    })
    expect(told(result)).toEqual([
      '1000 keepalived was reloaded on lb1',
      '1000 lb1 took rs2 out of web',
      '1000 lb1 put rs3 in web with weight 1',
    ])
    expect(sent(result, 1, 1.04, 4)).toBe(0)
    expect(sent(result, 2, 1.04, 4)).toBeGreaterThan(350)
  })

  test('needs a keepalived that runs', () => {
    expect(problems([{ kind: 'reload', at: '1s', keepalived: conf([11]) }])).toEqual([
      'operations[0]: no service of lb1 has a healthCheck: no keepalived runs there',
    ])
  })
})

function problems(operations: object[], faults: object[] = []): string[] {
  try {
    const { warnings } = loadScenario(text(operations, { faults }), { file: 'x.json' })
    return warnings.map(({ path, message }) => `${path}: ${message}`)
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return error.problems.map(({ path, message, suggestion }) => {
      return `${path}: ${message}${suggestion === null ? '' : `, did you mean ${suggestion}`}`
    })
  }
}

describe('bad input', () => {
  const cases: [object, string][] = [
    [
      { kind: 'drain', host: 'rs9', at: '1s' },
      'operations[0].host: there is no real server "rs9" ("rs" has "rs1" to "rs3")',
    ],
    [
      { kind: 'drian', host: 'rs1', at: '1s' },
      'operations[0].kind: expected one of "ipvsadm", "weight", "drain", "restart", "withdraw", ' +
        '"reload", got "drian", did you mean "drain"',
    ],
    [
      {
        kind: 'ipvsadm',
        at: '1s',
        run: ['-e -t 10.0.0.10:80 -r 10.0.0.11:80', '-e -t 10.0.0.10:80'],
      },
      "operations[0].run: You need to supply the 'real-server' option for the 'edit-server' " +
        'command (line 2)',
    ],
    [
      { kind: 'ipvsadm', at: '1s', run: '-L -n' },
      'operations[0].run: -L shows something, and nobody looks while it runs (line 1)',
    ],
    [
      { kind: 'ipvsadm', at: '1s', run: '# nothing' },
      'operations[0].run: there is no command, like "-e -t VIP:PORT -r RS:PORT -w 0"',
    ],
    [
      { kind: 'ipvsadm', at: '1s', run: '-C', director: 'lb2' },
      'operations[0].director: there is no director "lb2"; there is "lb1"',
    ],
    [
      { kind: 'restart', at: '1s', down: '1s' },
      'operations[0]: say what is restarted: "host", like "rs3", or "servers", a group of them',
    ],
    [
      { kind: 'restart', servers: 'rss', at: '1s', down: '1s' },
      'operations[0].servers: there is no group of real servers "rss"; there is "rs", ' +
        'did you mean "rs"',
    ],
    [
      { kind: 'restart', host: 'rs1', at: '1s', down: '0s' },
      'operations[0].down: must be more than 0, got "0s"',
    ],
    [
      { kind: 'restart', servers: 'rs', at: '3s', down: '1s' },
      'operations[0]: the restart of rs1, rs2, rs3 is not done when the run ends',
    ],
    [
      { kind: 'drain', host: 'rs1', at: '4s' },
      'operations[0].at: weight of rs1 at 4s is not reached: the run lasts 4s',
    ],
  ]
  test.each(cases)('%j', (operation, problem) => {
    expect(problems([operation])).toEqual([problem])
  })

  test('a restart of what is down', () => {
    const restart = { kind: 'restart', host: 'rs1', at: '1s', down: '1s' }
    const fault = { kind: 'host-down', host: 'rs1', at: '500ms' }
    const message = 'operations[0]: host-down of rs1 is in force while it is restarted'
    expect(problems([restart], [fault])).toEqual([message])
  })
})
