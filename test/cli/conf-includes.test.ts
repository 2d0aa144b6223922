// Files that a keepalived.conf includes, where a scenario names it and where it is run itself.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadInput } from '../../src/cli/load.ts'
import { readInput } from '../../src/cli/input.ts'
import { printProblems } from '../../src/scenario/print-problems.ts'
import { emptyFolder } from '../support/built.ts'

const folder = emptyFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const VRRP = `vrrp_instance V {
  interface eth0
  virtual_router_id 9
  state BACKUP
  @lb1 priority 150
  @^lb1 priority 120
  virtual_ipaddress {
    10.0.0.10
  }
}
`
const SERVICE = `virtual_server 10.0.0.10 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  include ../servers.conf
}
`
const SERVERS = 'real_server 10.0.0.11 80 {\n  wait 3\n}\nreal_server 10.0.0.12 80 {\n}\n'

mkdirSync(join(folder, 'conf.d'))
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
write('main.conf', '# first\ninclude conf.d/*.conf\n')
write('conf.d/a.conf', VRRP)
write('conf.d/b.conf', SERVICE)
write('servers.conf', SERVERS)
write('loop.conf', 'include round.conf\n')
write('round.conf', 'include loop.conf\n')

function scenarioWith(keepalived: string): string {
  const path = join(folder, 'scenario.json')
  const document = {
    ...{ format: 'lvs-sim/1', name: 'included', extends: 'preset:one-director-10g' },
    directors: { lb1: { keepalived }, lb2: { keepalived } },
    workload: { phases: [{ name: 'all', for: '2s', rate: '20cps' }] },
  }
  writeFileSync(path, JSON.stringify(document))
  return path
}

test('a scenario’s keepalived.conf has them in their places, from its own folder', async () => {
  const { scenario } = loadInput(await readInput(scenarioWith('main.conf'), undefined), {})
  const [service] = Object.values(scenario.services)
  expect(service!.directors).toEqual(['lb1', 'lb2'])
  expect(service!.destinations.map(({ host }) => host)).toEqual(['rs1', 'rs2'])
  const priorities = scenario.vrrp!.processes.map((each) => each.settings.instances[0]!.priority)
  expect(priorities).toEqual([150, 120])
})

test('one that includes itself is an error that says where', async () => {
  const input = await readInput(scenarioWith('loop.conf'), undefined)
  expect(() => loadInput(input, {})).toThrow(
    /round\.conf includes .*loop\.conf: .* includes itself/,
  )
})

test('what is wrong in an included file is told with its line', async () => {
  const { warnings } = loadInput(await readInput(join(folder, 'main.conf'), undefined), {})
  const [warning] = warnings.filter(({ message }) => message.includes("'wait'"))
  expect(printProblems([warning!])).toMatch(/servers\.conf:2:3\n.*\n2 \| {3}wait 3\n/)
})
