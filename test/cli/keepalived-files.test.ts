// A keepalived.conf on the command line: what is told of it, where, and of what stands around it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Values } from '../../src/cli/command.ts'
import { readInput } from '../../src/cli/input.ts'
import { loadInput } from '../../src/cli/load.ts'
import { ScenarioError, type Problem } from '../../src/scenario/problems.ts'

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
