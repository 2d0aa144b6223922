// A keepalived.conf on the command line: what is told of it, where, and of what stands around it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Shell, Values } from '../../src/cli/command.ts'
import { readInput } from '../../src/cli/input.ts'
import { loadInput } from '../../src/cli/load.ts'
import { newScenario } from '../../src/cli/new.ts'
import { ScenarioError, type Problem } from '../../src/scenario/problems.ts'
import { Simulation } from '../../src/scenario/simulation.ts'

const CONF = readFileSync(new URL('../../scenarios/keepalived.conf', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'lvs-sim-keepalived-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function put(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** All problems, errors and warnings, as they are told. */
async function told(path: string, values: Values = {}): Promise<Problem[]> {
  const input = await readInput(path, undefined)
  try {
    return [...loadInput(input, values).warnings]
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return [...error.problems]
  }
}

async function lines(path: string, values: Values = {}): Promise<string[]> {
  const problems = await told(path, values)
  return problems.map(({ severity, line, message }) => `${severity} ${line ?? '-'} ${message}`)
}

function reloading(file: string): Values {
  const reload = { kind: 'reload', at: '2s', director: 'lb1', keepalived: file }
  return { set: [`operations=${JSON.stringify([reload])}`] }
}

test('of a right file nothing is told', async () => {
  expect(await told(put('ka.conf', CONF))).toEqual([])
})

test('what is wrong with the file of a reload is told, and never nothing', async () => {
  const path = put('ka.conf', CONF)
  put('bad.conf', 'virtual_server 203.0.113.10 80 {\n foo\n lb_algo xx\n')
  expect(await lines(path, reloading('bad.conf'))).toEqual([
    "warning - keepalived: There are 1 missing '}'s or extra '{'s",
    'warning - Virtual server [203.0.113.10]:none:80 has no real servers - ignoring',
    "warning - keepalived: Unknown keyword 'foo' (line 2)",
    "warning - keepalived: Invalid lvs_scheduler 'xx' - ignoring (line 3)",
    'error - it has no virtual_server that can be simulated',
  ])
})

test('warnings of the file come before errors of what stands around it', async () => {
  const path = put('odd.conf', CONF.replace('delay_loop', 'foo 1\n delay_loop'))
  expect(await lines(path, { set: ['services.tcp-203.0.113.10-80.scheduler=rr'] })).toEqual([
    expect.stringMatching(/^warning 13 keepalived: Unknown keyword 'foo'/),
    expect.stringMatching(/^error /),
  ])
})

test('what a copy of the file is told for is told with it, once', async () => {
  const conf = CONF.replace('advert_int   1', 'advert_int 1\n track_interface {\n  eth9\n }')
  expect(await lines(put('tracks.conf', conf.replace('lb_algo', 'alpha\n lb_algo')))).toEqual([
    expect.stringMatching(/^warning 17 alpha is not modelled/),
    'warning - VI_1 follows the interface "eth9", and lb1 has "eth0": it is not followed',
    'warning - VI_1 follows the interface "eth9", and lb2 has "eth0": it is not followed',
  ])
})

describe('what IPVS refuses is left out, at its own line', () => {
  const virtual = (...servers: string[]): string => {
    const lines = servers.map((server) => ` real_server ${server}\n }\n`)
    const head = 'virtual_server 10.0.0.9 80 {\n protocol TCP\n lb_algo rr\n lb_kind DR\n'
    return `${head}${lines.join('')}}\n`
  }

  test('limits that exclude each other', async () => {
    const conf = virtual('10.0.0.11 80 {\n  lthreshold 50\n  uthreshold 10', '10.0.0.12 80 {')
    expect(await lines(put('min.conf', conf))).toEqual([
      'warning 5 real_server left out: IPVS refuses it: lthreshold 50 is above uthreshold 10 ' +
        '(Numerical result out of range)',
    ])
  })

  test('ports that direct routing makes one', async () => {
    const conf = virtual('10.0.0.11 80 {', '10.0.0.11 81 {', '10.0.0.12 80 {')
    expect(await lines(put('over.conf', conf))).toEqual([
      'warning 7 real_server left out: IPVS refuses it: this server is there already: DR changes ' +
        'no ports, so that it has 80 (Destination already exists)',
    ])
  })

  test('a service twice: its other servers join the first', async () => {
    const path = put('twice.conf', virtual('10.0.0.11 80 {') + virtual('10.0.0.12 80 {'))
    expect(await lines(path)).toEqual([
      'warning 8 virtual_server is there already (Service already exists): its servers join those',
    ])
    const { scenario } = loadInput(await readInput(path, undefined), {})
    const [service] = Object.values(scenario.services)
    expect(service!.destinations.map(({ weight }) => weight)).toEqual([1, 1])
  })
})

test('a service whose address no instance has is in the way of its own load alone', async () => {
  const path = put(
    'novip.conf',
    `${CONF}${CONF.slice(CONF.indexOf('virtual_server')).replace('203.0.113.10', '203.0.113.9')}`,
  )
  const nobody = 'no instance of "vrrp" has 203.0.113.9: no director answers for it'
  expect(await lines(path)).toContain(`warning - ${nobody}`)
  const to = { set: ['workload.to=tcp-203.0.113.9-80'] }
  expect(await lines(path, to)).toContain(`error - ${nobody}`)
})

test('what has a meaning that is not simulated, or another than is meant, is said', async () => {
  const conf = CONF.replace(
    'protocol TCP',
    'protocol TCP\n persistence_timeout 9\n persistence_engine sip',
  )
  const globals = 'global_defs {\n nftables_ipvs\n vrrp_strict\n}\n'
  expect(await lines(put('odd.conf', globals + conf))).toEqual([
    'warning 2 nftables_ipvs is not modelled: groups stay services by address',
    'warning 6 (VI_1) State MASTER must match being address owner (vrrp_strict)',
    'warning 22 persistence_engine is not modelled: packets have no contents, so that ' +
      'persistence goes by address',
  ])
  const bad = CONF.replace('virtual_router_id 51', 'virtual_router_id 300')
  expect(await lines(put('bad.conf', bad))).toEqual([
    expect.stringMatching(/^warning 4 keepalived: number '300' outside range/),
    'warning 4 keepalived: VRID not valid! must be 1 to 255',
    'error 1 keepalived ends: (VI_1) the virtual router id must be set',
  ])
  const second = CONF.slice(0, CONF.indexOf('virtual_server')).replace('VI_1', 'VI_2')
  const twice = second.replace('203.0.113.10', '203.0.113.11') + CONF
  expect(await lines(put('twice.conf', twice))).toContain(
    'warning 15 virtual_router_id 51 is that of VI_2 on eth0 already',
  )
})

test('rules: what is not simulated is left out at its line, unless nothing is left', async () => {
  const rules = '-A -f 7 -s rr\n-a -f 7 -r 10.0.0.11 -g\n'
  const other = '-A -t 10.0.0.9:80 -s rr -p 300\n-a -t 10.0.0.9:80 -r 10.0.0.11:80 -g\n'
  const left = 'left out: a service by firewall mark (-f) is not simulated yet'
  expect(await lines(put('p.rules', rules + other))).toEqual([`warning 1 ${left}`])
  await expect(lines(put('none.rules', rules))).rejects.toThrow(/that can be simulated/)
})

test('new: a file for the other flag is called what it is', async () => {
  const conf = put('ka.conf', CONF)
  const shell: Shell = { out: () => {}, err: () => {} }
  await expect(newScenario.handle({ 'from-ipvsadm': conf }, shell)).rejects.toMatchObject({
    message: `${conf} looks like a keepalived.conf`,
    hint: 'Use --from-keepalived.',
  })
  const rules = put('own.rules', '-A -t 10.0.0.9:80 -s rr\n')
  await expect(newScenario.handle({ 'from-keepalived': rules }, shell)).rejects.toMatchObject({
    message: `${rules} looks like rules of ipvsadm`,
    hint: 'Use --from-ipvsadm.',
  })
})

test('persistence of rules keeps each client at one server', async () => {
  const path = put(
    'p.rules',
    [
      '-A -t 10.0.0.9:80 -s rr -p 300',
      ...[11, 12].map((last) => `-a -t 10.0.0.9:80 -r 10.0.0.${last}:80 -g`),
    ].join('\n'),
  )
  const requests = async (values: Values): Promise<number[]> => {
    const given = { duration: '500ms', load: '200cps', ...values }
    const { scenario } = loadInput(await readInput(path, undefined), given)
    const simulation = new Simulation(scenario, { replication: 1 })
    simulation.runUntil(simulation.end)
    const { servers } = simulation.result().phases[0]!
    return servers.map((server) => server.requests.reduce((sum, count) => sum + count, 0))
  }
  const alone = await requests({ set: ['clients.users.count=1', 'clients.users.addresses=1'] })
  expect(alone.filter((count) => count > 0)).toHaveLength(1)
  expect(Math.max(...alone)).toBeGreaterThan(50)
})
