// keepalived reads another file while the cluster runs: who holds the addresses then, and since
// when nobody answers for one.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ReplicationResult } from '../../src/measure/replication.ts'
import { Simulation } from '../../src/scenario/simulation.ts'
import { load, problemsOf } from '../support/scenario-text.ts'

const CONF = readFileSync(new URL('../../scenarios/keepalived.conf', import.meta.url), 'utf8')
const PEER = CONF.replace('MASTER', 'BACKUP').replace('150', '100')
const SECOND = 1_000_000_000_000

function document(keepalived: string, more: object = {}, directors: object = {}): string {
  return JSON.stringify({
    format: 'lvs-sim/1',
    name: 'reloaded',
    extends: 'preset:one-director-10g',
    directors: { lb1: { keepalived: CONF }, lb2: { keepalived: PEER }, ...directors },
    workload: { phases: [{ name: 'steady', for: '12s', rate: '20cps' }] },
    time: { replications: 1 },
    operations: [{ kind: 'reload', director: 'lb1', at: '2s', keepalived }],
    ...more,
  })
}

function run(text: string): ReplicationResult {
  const simulation = new Simulation(load(text).scenario, { replication: 1 })
  simulation.runUntil(simulation.end)
  return simulation.result()
}

/** What VRRP did after the start, to the second. */
function elections({ timeline }: ReplicationResult): string[] {
  const said = timeline.filter(({ kind, atPs }) => kind === 'vrrp' && atPs > 0)
  return said.map(({ atPs, text }) => `${Math.round(atPs / SECOND)} ${text}`)
}

describe('VRRP after a reload', () => {
  test('a master of less priority than its backup goes on until it hears it', () => {
    const result = run(document(CONF.replace('priority     150', 'priority 50')))
    expect(elections(result)).toEqual([
      '2 lb1 is MASTER in VI_1',
      '6 lb2 is MASTER in VI_1, and holds 203.0.113.10',
      '6 lb1 is BACKUP in VI_1',
    ])
    // The backup has 100: 3 s and its skew of 609 ms after the last that it obeyed.
    const [, taken] = result.timeline.filter(({ kind, atPs }) => kind === 'vrrp' && atPs > 0)
    expect(taken!.atPs / SECOND).toBeGreaterThan(2 + 2.609)
    expect(taken!.atPs / SECOND).toBeLessThan(2 + 3.61 + 1)
  })

  test('an address more is held by whoever is master', () => {
    const more = CONF.replace('203.0.113.10/24', '203.0.113.10/24\n 203.0.113.11/24')
    expect(elections(run(document(more)))[0]).toBe(
      '2 lb1 is MASTER in VI_1, and holds 203.0.113.11',
    )
  })

  test('an instance that is gone says goodbye, and its backup takes over', () => {
    const without = CONF.replace(/vrrp_instance[^]*?\n}\n/, '')
    const result = run(document(without))
    expect(elections(result)).toEqual([
      '2 lb1 is INIT in VI_1',
      '3 lb2 is MASTER in VI_1, and holds 203.0.113.10',
    ])
    expect(result.outages).toMatchObject([
      { address: '203.0.113.10', cause: 'keepalived is reloaded on lb1', takenBy: 'lb2' },
    ])
    expect(result.outages![0]!.electionPs! / 1e9).toBeCloseTo(609.375, 0)
  })

  test('what has been read counts at the next start', () => {
    const faults = [{ kind: 'host-down', host: 'lb1', at: '1500ms', for: '1s' }]
    const low = CONF.replace('priority     150', 'priority 50').replace('MASTER', 'BACKUP')
    const result = run(document(low, { faults }))
    expect(elections(result)).toEqual([
      '3 lb1 is BACKUP in VI_1',
      expect.stringMatching(/^[45] lb2 is MASTER/),
    ])
  })

  test('a machine that hangs takes the signal when it goes on', () => {
    const faults = [{ kind: 'host-hang', host: 'lb1', at: '1500ms', for: '1s' }]
    const [first] = elections(run(document(CONF.replace('150', '50'), { faults })))
    expect(first).toBe('3 lb1 is MASTER in VI_1')
  })
})

describe('an address that loses its service is out of service', () => {
  test('where another is served instead', () => {
    const other = CONF.replaceAll('203.0.113.10', '203.0.113.20')
    const alone = document(other, {}, { lb2: undefined })
    expect(run(alone).outages).toMatchObject([
      {
        ...{ address: '203.0.113.10', cause: 'keepalived is reloaded on lb1' },
        ...{ fromPs: 2 * SECOND, isOver: false },
      },
    ])
  })

  test('where the director still holds it', () => {
    const port = CONF.replace('virtual_server 203.0.113.10', 'virtual_server 203.0.113.20')
    const back = { kind: 'reload', director: 'lb1', at: '5s', keepalived: CONF }
    const there = { kind: 'reload', director: 'lb1', at: '2s', keepalived: port }
    const { outages } = run(document(port, { operations: [there, back] }))
    const moments = outages!.map(({ fromPs, toPs, isOver }) => [fromPs, toPs, isOver])
    expect(moments).toEqual([[2 * SECOND, 5 * SECOND, true]])
  })

  test('where an operator takes it away', () => {
    const operations = [{ kind: 'ipvsadm', director: 'lb1', at: '3s', run: '-C' }]
    expect(run(document('', { operations })).outages).toMatchObject([
      { fromPs: 3 * SECOND, isOver: false, cause: 'the services of lb1 are changed' },
    ])
  })
})

describe('what is told of the file that is read again', () => {
  const told = (text: string): string[] => {
    const { warnings } = load(text)
    return warnings.filter(({ path }) => path === 'operations[0].keepalived').map((w) => w.message)
  }

  test('complaints, a brace that is missing, and what is not modelled', () => {
    const bad = `${CONF.replace('lb_algo wrr', 'lb_algo wrr\n alpha').replace(/}\s*$/, '')}`
    expect(told(document(bad.replace('delay_loop', 'foo 1\n delay_loop')))).toEqual([
      "keepalived: There are 1 missing '}'s or extra '{'s",
      expect.stringMatching(/^keepalived: Unknown keyword 'foo' \(line \d+\)$/),
      expect.stringMatching(/^alpha is not modelled/),
    ])
  })

  test('VRRP that nothing had before is left out, and another synchronisation is not begun', () => {
    const [, body] = /}\n([^]*)/.exec(CONF.slice(CONF.indexOf('vrrp_instance')))!
    const plain = body!.slice(body!.indexOf('virtual_server'))
    const lb1 = { keepalived: plain }
    expect(told(document(CONF, {}, { lb1, lb2: undefined }))).toEqual([
      'VI_1 is left out: the keepalived.conf that lb1 begins with has no vrrp_instance',
    ])
    const synced = `global_defs {\n  lvs_sync_daemon eth0 VI_1\n}\n${CONF}`
    expect(told(document(synced))).toEqual([
      'another lvs_sync_daemon is not simulated: it stays what it was',
    ])
  })

  test('a file that keepalived gives up on is wrong', () => {
    const bad = CONF.replace('virtual_router_id 51', '')
    const [problem] = problemsOf(document(bad))
    expect(problem).toMatchObject({ path: 'operations[0].keepalived', severity: 'error' })
    expect(problem!.message).toMatch(/the virtual router id must be set/)
  })
})
