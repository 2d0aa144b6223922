// Health checks over the simulated network: how long a dead server is sent to, and when it returns,
// is what follows from keepalived's timers (spec healthchecks.md, 3), for every checker and every
// way to die; and what IPVS holds in between.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ReplicationResult } from '../../src/measure/replication.ts'
import { loadScenario } from '../../src/scenario/load.ts'
import { ScenarioError } from '../../src/scenario/problems.ts'
import { healthCheck as schema } from '../../src/scenario/schema-health.ts'
import { Simulation } from '../../src/scenario/simulation.ts'

const MS = 1_000_000_000
const [L, C, B] = [1000, 300, 100]

interface Options {
  type: string
  retries?: number
  check?: object | undefined
  service?: object
  seconds?: number
  servers?: number
  protocol?: 'tcp' | 'udp'
  rate?: string
  faults: object[]
}

function text({ type, retries = 1, faults, protocol = 'tcp', ...more }: Options): string {
  const { seconds = 6, servers = 2, rate = '20pps', check, service } = more
  return JSON.stringify({
    format: 'lvs-sim/1',
    name: 'checked',
    extends: 'preset:one-director-10g',
    time: { cooldown: '1s' },
    directors: { lb1: { cpu: { cores: 1 } } },
    clients: { users: { count: 1, timeout: '500ms' } },
    realServers: { rs: { count: servers, cpu: { cores: 2, perRequest: '100us' } } },
    services: {
      web: {
        vip: '10.0.0.10:80',
        protocol,
        scheduler: 'rr',
        realServers: ['rs'],
        healthCheck: {
          ...{ type, retries, interval: `${L}ms`, timeout: `${C}ms` },
          ...{ delayBeforeRetry: `${B}ms`, ...check },
        },
        ...service,
      },
    },
    workload: { phases: [{ name: 'all', for: `${seconds}s`, rate }] },
    faults,
  })
}

function run(options: Options, replication = 1): ReplicationResult {
  const { scenario } = loadScenario(text(options), { file: 'x.json' })
  const simulation = new Simulation(scenario, { replication })
  simulation.runUntil(simulation.end)
  return simulation.result()
}

/** When checks found the server so, ms; NaN: never. */
function foundAt({ timeline }: ReplicationResult, words: string): number {
  const event = timeline.find(({ kind, text: said }) => kind === 'check' && said.includes(words))
  return event === undefined ? NaN : event.atPs / MS
}

const KILLS = 20
/** Round trips, work and the timer of a retransmission are less than that. */
const SLACK = 2

describe('how long it takes to find out', () => {
  const silent = (retries: number) => (retries + 1) * C + retries * B
  const refused = (retries: number) => retries * B
  const cases: [type: string, fault: string, least: (retries: number) => number, check?: object][] =
    [
      ...['tcp', 'http', 'https', 'smtp', 'dns', 'ping'].map((type) => {
        return [type, 'host-down', silent] as [string, string, typeof silent]
      }),
      ...['tcp', 'http', 'https', 'smtp', 'dns', 'udp'].map((type) => {
        return [type, 'app-down', refused] as [string, string, typeof silent]
      }),
      ['http', 'app-hang', silent],
      ['smtp', 'app-hang', silent],
      ['dns', 'host-hang', silent],
      ['udp', 'host-down', silent, { requireReply: true }],
    ]
  test.each(cases)('%s, %s', (type, kind, least, check) => {
    for (const retries of [0, 2]) {
      const delays = Array.from({ length: KILLS }, (_, index) => {
        const at = 2000 + (index * L) / KILLS
        const faults = [{ kind, host: 'rs2', at: `${at}ms` }]
        return (
          foundAt(run({ type, retries, check, faults, rate: '1pps' }), 'rs2 of web is down') - at
        )
      })
      const [best, worst] = [least(retries), L + least(retries)]
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(best - SLACK)
      expect(Math.max(...delays)).toBeLessThanOrEqual(worst + SLACK)
      // The moments of the kill are spread evenly over a period, whose phase is the only chance.
      const mean = delays.reduce((sum, delay) => sum + delay, 0) / KILLS
      expect(Math.abs(mean - (best + worst) / 2)).toBeLessThan(L / KILLS + SLACK)
    }
  })

  test.each([
    ['ping', 'app-down'],
    ['ping', 'app-hang'],
    ['tcp', 'app-hang'],
    ['udp', 'host-down'],
    ['udp', 'app-hang'],
  ])('%s never finds %s', (type, kind) => {
    const result = run({ type, faults: [{ kind, host: 'rs2', at: '1s' }], seconds: 8 })
    expect(foundAt(result, 'down')).toBeNaN()
    expect(result.phases[0]!.failed).not.toMatchObject({ refused: 0, timeout: 0 })
  })

  test('a program of misc has its own time, in whole seconds', () => {
    const check = { timeout: '1s', interval: '2s' }
    const faults = [{ kind: 'host-down', host: 'rs2', at: '2s' }]
    const at = foundAt(run({ type: 'misc', retries: 0, check, faults, seconds: 8 }), 'rs2 of web')
    // Started within two seconds, ended after one.
    expect(at).toBeGreaterThan(3000)
    expect(at).toBeLessThan(5000 + SLACK)
  })
})

describe('scenarios/dead-server-checkers.json', () => {
  const file = new URL('../../scenarios/dead-server-checkers.json', import.meta.url)
  const shipped = readFileSync(file, 'utf8')
  const SECOND = 1000
  const SPREAD = 2 * SECOND
  /** Half an interval, two timeouts of a second, and a pause of a second between them. */
  const MEAN = SPREAD / 2 + 3 * SECOND

  function after(type: string, kill: number): number {
    const at = 5 * SECOND + (kill * SPREAD) / KILLS
    const set = [
      `services.web.healthCheck.type=${type}`,
      'workload.phases=[{"name":"before","for":"5s","rate":"1cps"},' +
        '{"name":"dead","for":"12s","rate":"1cps"}]',
      `faults=[{"kind":"host-down","host":"rs3","at":"${at}ms"}]`,
    ]
    const { scenario } = loadScenario(shipped, { file: 'x.json', set })
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    return foundAt(simulation.result(), 'rs3 of web is down') - at
  }

  test('its sweep has every checker', () => {
    const { sweep } = JSON.parse(shipped) as { sweep: { vary: Record<string, string[]> } }
    const own = sweep.vary['services.web.healthCheck.type']!
    expect([...own].sort()).toEqual([...schema.shape.type.options].sort())
  })

  test.each(['tcp', 'http', 'https', 'smtp', 'dns', 'ping', 'misc'])(
    '%s needs what the specification says',
    (type) => {
      const delays = Array.from({ length: KILLS }, (_, kill) => after(type, kill))
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(MEAN - SPREAD / 2 - SLACK)
      expect(Math.max(...delays)).toBeLessThanOrEqual(MEAN + SPREAD / 2 + SLACK)
      const mean = delays.reduce((sum, delay) => sum + delay, 0) / KILLS
      expect(Math.abs(mean - MEAN)).toBeLessThan(SPREAD / KILLS + SLACK)
    },
  )

  test('udp never finds out', () => {
    expect(after('udp', 0)).toBeNaN()
  })
})

describe('what comes back', () => {
  const away = { kind: 'host-down', host: 'rs2', at: '1s', for: '4s' }

  test('tcp: with the next check; http: with a whole round of successes', () => {
    const back = (type: string) =>
      foundAt(run({ type, faults: [away], seconds: 9 }), 'is up') - 5000
    expect(back('tcp')).toBeGreaterThan(0)
    expect(back('tcp')).toBeLessThan(L + C)
    expect(back('http')).toBeGreaterThan(L)
    expect(back('http')).toBeLessThan(2 * L + C)
  })

  test('what is removed gets nothing, what is back its share', () => {
    const result = run({ type: 'tcp', faults: [away], seconds: 20, rate: '200pps' })
    const [phase] = result.phases
    const [, second] = phase!.servers
    // Windows of 200 ms: dead and known to be so from 3 s on at the latest.
    const gone = second!.requests.slice(15, 25).reduce((sum, count) => sum + count, 0)
    expect(gone).toBe(0)
    const back = second!.requests.slice(40).reduce((sum, count) => sum + count, 0)
    expect(back / (0.2 * 60 * 200)).toBeCloseTo(0.5, 1)
    expect(phase!.failed['timeout']).toBeLessThan(2.2 * 200)
  })

  test('quiesce keeps the server, with weight 0', () => {
    const result = run({ type: 'tcp', check: { onFail: 'quiesce' }, faults: [away], seconds: 9 })
    const changes = result.timeline.filter(({ kind }) => kind === 'ipvs').map((one) => one.text)
    expect(changes).toEqual([
      'lb1 gave rs2 in web the weight 0',
      'lb1 gave rs2 in web the weight 1',
    ])
  })
})

describe('quorum and sorry server', () => {
  const dies = (host: string, at: string) => ({ kind: 'app-down', host, at, for: '4s' })

  test('the sorry server stands in when all are gone, until the first returns', () => {
    const options: Options = {
      type: 'tcp',
      check: { sorryServer: 'rs3' },
      service: { realServers: ['rs1', 'rs2'] },
      servers: 3,
      faults: [dies('rs1', '1s'), dies('rs2', '3s')],
      seconds: 12,
      rate: '200pps',
    }
    const result = run(options)
    const changes = result.timeline.filter(({ kind }) => kind === 'ipvs').map((one) => one.text)
    expect(changes).toEqual([
      'lb1 took rs1 out of web',
      'lb1 took rs2 out of web',
      'lb1 put rs3 in web with weight 1',
      'lb1 took rs3 out of web',
      'lb1 put rs1 in web with weight 1',
      'lb1 put rs2 in web with weight 1',
    ])
    expect(foundAt(result, 'web has lost its quorum')).toBeGreaterThan(3000)
    const sorry = result.phases[0]!.servers[2]!.requests.reduce((sum, count) => sum + count, 0)
    expect(sorry).toBeGreaterThan(20)
  })

  test('with a quorum of 2 healthy servers are taken out, too', () => {
    const result = run({
      type: 'tcp',
      check: { sorryServer: 'rs3', quorum: 2 },
      service: { realServers: ['rs1', 'rs2'] },
      servers: 3,
      faults: [dies('rs1', '1s')],
      seconds: 9,
    })
    const changes = result.timeline.filter(({ kind }) => kind === 'ipvs').map((one) => one.text)
    expect(changes.slice(0, 3)).toEqual([
      'lb1 took rs1 out of web',
      'lb1 took rs2 out of web',
      'lb1 put rs3 in web with weight 1',
    ])
  })
})

describe('the start of keepalived', () => {
  test('now, with alpha: nobody is there before the first check, a second and more later', () => {
    const check = { started: 'now', alpha: true, warmup: '500ms' }
    const result = run({ type: 'tcp', check, faults: [], seconds: 4, rate: '100pps' })
    const up = result.timeline.filter(({ text: said }) => said.includes('is up'))
    expect(up).toHaveLength(2)
    for (const { atPs } of up) {
      expect(atPs / MS).toBeGreaterThanOrEqual(1000)
      expect(atPs / MS).toBeLessThan(1500 + SLACK)
    }
    expect(result.phases[0]!.failed['refused']).toBeGreaterThan(80)
  })

  test('now, without: one failure is enough for the first check', () => {
    const check = { started: 'now', warmup: '0s' }
    const faults = [{ kind: 'app-down', host: 'rs2', at: '0s' }]
    const at = foundAt(run({ type: 'tcp', retries: 5, check, faults }), 'rs2 of web is down')
    expect(at).toBeCloseTo(1000, 0)
  })
})

test('probes are traffic: requests at the servers, packets on their wires', () => {
  const packets = (interval: string) => {
    const check = { interval }
    const result = run({ type: 'http', check, faults: [], seconds: 5, rate: '1pps' })
    const wire = result.resources.find(({ at, resource }) => {
      return at === 'rs1.eth0' && resource === 'receive'
    })
    return wire!.packets
  }
  // SYN, ACK, request, FIN and last ACK of 50 checks a second less, and none counted as load.
  expect(packets('20ms') - packets('1s')).toBeGreaterThan(4 * 45 * 5)
  const { phases } = run({ type: 'http', faults: [], rate: '20pps' })
  const sent = phases[0]!.servers.flatMap(({ requests }) => requests).reduce((a, b) => a + b, 0)
  expect(sent).toBe(phases[0]!.offered)
})

test.each(['tcp', 'udp'] as const)(
  'two runs are alike, and nothing is left over: %s',
  (protocol) => {
    const options: Options = {
      type: protocol === 'tcp' ? 'https' : 'dns',
      protocol,
      faults: [{ kind: 'host-hang', host: 'rs2', at: '1s', for: '2s' }],
      rate: '100pps',
    }
    expect(run(options)).toEqual(run(options))
    expect(run(options, 2).timeline).not.toEqual(run(options).timeline)
  },
)

describe('bad input', () => {
  function problems(check: object, service: object = {}): string[] {
    const options: Options = { type: 'tcp', check, service, faults: [], servers: 3 }
    try {
      const { warnings } = loadScenario(text(options), { file: 'x.json' })
      return warnings.map(({ path, message }) => `${path}: ${message}`)
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error
      return error.problems.map(({ path, message }) => `${path}: ${message}`)
    }
  }
  const at = 'services.web.healthCheck'
  const cases: [object, string][] = [
    [{ interval: '0s' }, `${at}.interval: must be more than 0, got "0s"`],
    [
      { interval: '1500ns' },
      `${at}.interval: keepalived counts in whole microseconds, got "1500ns"`,
    ],
    [{ timeout: '0ms' }, `${at}.timeout: must be more than 0, got "0ms"`],
    [
      { type: 'misc', timeout: '300ms' },
      `${at}.timeout: the timeout of misc is whole seconds (misc_timeout), got "300ms"`,
    ],
    [{ requireReply: true }, `${at}.requireReply: only udp may require a reply, this is tcp`],
    [
      { sorryServer: 'rs1' },
      `${at}.sorryServer: rs1 is a real server of "web": a sorry server is another one`,
    ],
    [
      { sorryServer: 'rs7' },
      `${at}.sorryServer: there is no real server "rs7" ("rs" has "rs1" to "rs3")`,
    ],
    [
      { quorum: 5 },
      `${at}: keepalived: Warning - quorum 5 for [10.0.0.10]:tcp:80 exceeds total weight of ` +
        'real servers 3, reducing quorum to 3',
    ],
    [
      { alpha: true },
      `${at}.alpha: alpha says how servers start: give started "now", else they are up`,
    ],
    [{ retries: -1 }, `${at}.retries: expected at least 0, got -1`],
  ]
  test.each(cases)('%j', (check, problem) => {
    expect(problems(check)).toEqual([problem])
  })
})

describe('connections of a server that was removed', () => {
  const after = (expireNodestConn: boolean): number => {
    const json = JSON.parse(
      text({
        type: 'tcp',
        protocol: 'udp',
        faults: [{ kind: 'host-down', host: 'rs2', at: '1s' }],
        seconds: 8,
        rate: '200pps',
      }),
    ) as Record<string, unknown>
    json['directors'] = { lb1: { cpu: { cores: 1 }, connections: { expireNodestConn } } }
    json['clients'] = { users: { count: 1, flows: 40, established: true, timeout: '100ms' } }
    const { scenario } = loadScenario(JSON.stringify(json), { file: 'x.json' })
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    const { failed, offered } = simulation.result().phases[0]!
    return failed['lost']! / offered
  }

  test('flows of UDP stick to it, unless expire_nodest_conn lets them go', () => {
    // Half of the flows for seven of eight seconds; or for the 1.7 s at most until it is found.
    expect(after(false)).toBeCloseTo((1 / 2) * (7 / 8), 1)
    expect(after(true)).toBeLessThan((1 / 2) * (1.8 / 8))
  })
})
