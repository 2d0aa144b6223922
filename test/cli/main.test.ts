// The program as a user runs it: what it prints where, and the exit code.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../src/measure/summary.ts'
import { MAIN, emptyFolder, lvsSim, type Ran } from '../support/built.ts'
import { rightDocument } from '../support/scenario-text.ts'

const folder = emptyFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A right scenario of a moment, with changes. */
function put(file: string, changes: Record<string, unknown> = {}): void {
  const short = { phases: [{ name: 'steady', for: '5ms', rate: '500kpps' }] }
  const document = { ...rightDocument(), workload: short, ...changes }
  writeFileSync(join(folder, file), JSON.stringify(document, null, 2))
}

const RULES = '-A -t 203.0.113.10:80 -s rr\n-a -t 203.0.113.10:80 -r 10.0.1.1:80 -m -w 1\n'
const LOSSLESS = { 'web.loss': { check: 'ratio < 50%', phase: 'steady' } }
const IMPOSSIBLE = { 'web.latency': { check: 'p99 < 1ps', phase: 'steady' } }

beforeAll(() => {
  put('right.json')
  put('gate.json', { name: 'gate', thresholds: IMPOSSIBLE })
  put('kept.json', { name: 'kept', thresholds: LOSSLESS })
  put('wrong.json', { name: 'wrong', services: { web: { shceduler: 'rr' } } })
  put('doubtful.json', {
    clients: { users: {}, others: { subnet: '10.2.0.0/16' } },
    workload: { from: 'users', phases: [{ name: 'steady', for: '5ms', rate: '1kpps' }] },
  })
  writeFileSync(join(folder, 'empty.json'), '')
  writeFileSync(join(folder, 'binary.json'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]))
  writeFileSync(join(folder, 'latin1.json'), Buffer.from('{ "name": "caf\xe9" }', 'latin1'))
  writeFileSync(join(folder, 'rules'), RULES)
  writeFileSync(join(folder, 'keepalived.conf'), 'virtual_server 10.0.0.1 80 {\n}\n')
  mkdirSync(join(folder, 'folder.json'))
})

function sim(line: string, input = ''): Ran {
  return lvsSim(line === '' ? [] : line.split(' '), folder, input)
}

describe('what goes wrong says so on standard error, with its code', () => {
  test.each<[line: string, code: number, words: RegExp]>([
    ['', 2, /Usage: lvs-sim/],
    ['rum right.json', 2, /Did you mean run\?/],
    ['run', 2, /something is missing/],
    ['run right.json -j0', 2, /--workers is a whole number/],
    ['run right.json --seed 1 --seed 2', 2, /--seed is given 2 times/],
    ['run right.json --seed', 2, /--seed needs a value/],
    ['run - -', 2, /standard input \(-\) can be read only once/],
    ['run right.json right.json', 2, /two scenarios are called "my"/],
    ['run right.json --load 3kpps', 2, /--set workload\.phases\.steady\.rate=3kpps/],
    ['sweep right.json --vary seed=a,b --load 3kpps', 2, /--load goes with rules/],
    ['run missing.json', 4, /cannot read missing\.json: there is no such file/],
    ['run right.json/x', 4, /a part of its path is a file/],
    ['run folder.json', 4, /it is a folder/],
    ['validate folder.json', 4, /it is a folder/],
    ['theory missing.json', 4, /no such file/],
    ['run empty.json', 3, /empty\.json/],
    ['run binary.json', 3, /not a text file in UTF-8/],
    ['run latin1.json', 3, /not a text file in UTF-8/],
    ['run keepalived.conf', 3, /keepalived/],
    ['run wrong.json', 3, /wrong\.json:\d+:\d+.*\n[^]*did you mean "?scheduler/],
    ['run right.json -s services.web.scheduler=rrr', 3, /--set services\.web\.scheduler=rrr/],
    ['theory right.json --vary services.web.forwarding=dr,tnu', 3, /--vary .*=tnu/],
    ['validate right.json wrong.json', 3, /shceduler/],
    ['explain shceduler', 2, /Did you mean scheduler\?/],
    ['new one-direktor', 2, /Did you mean one-director\?/],
    ['new tcp --from-ipvsadm rules', 2, /not both/],
    ['run right.json -o rules', 4, /it is a file, not a folder/],
    ['run right.json -o .', 4, /left alone/],
  ])('lvs-sim %s', (line, code, words) => {
    const ran = sim(line)
    expect(ran.err).toMatch(words)
    expect(ran.code).toBe(code)
    expect(ran.err).not.toMatch(/a fault in lvs-sim|\n {4}at /)
    // Of several files the right ones are still told.
    expect(ran.out).toBe(line.startsWith('validate right') ? 'right.json: right\n' : '')
  })
})

describe('help, version and schema go to standard output', () => {
  test.each([
    ['help', /Usage: lvs-sim <command>/],
    ['--help', /Usage: lvs-sim <command>/],
    ['run --help', /Usage: lvs-sim run/],
    ['help theory', /Usage: lvs-sim theory/],
    ['--version', /^lvs-sim \d+\.\d+\.\d+\nNode v/],
    ['run -V', /^lvs-sim/],
    ['explain', /services/],
    ['schema', /"title"/],
  ])('lvs-sim %s', (line, words) => {
    const ran = sim(line)
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(ran.out).toMatch(words)
  })

  test('the schema is JSON, and the one that is shipped', () => {
    const shipped = new URL('../../src/scenario/scenario.schema.json', import.meta.url)
    const text = readFileSync(shipped, 'utf8')
    expect(JSON.parse(sim('schema').out)).toEqual(JSON.parse(text))
  })
})

describe('new', () => {
  test.each(['one-director', 'nat', 'tunnel', 'tcp'])('%s | validate -', (template) => {
    const made = sim(`new ${template}`)
    expect([made.code, made.err]).toEqual([0, ''])
    const checked = sim('validate - --warnings', made.out)
    expect(checked).toEqual({ code: 0, out: '<stdin>: right\n', err: '' })
  })

  test('--from-ipvsadm - puts a cluster around rules', () => {
    const made = sim('new --from-ipvsadm - --load 2kpps', RULES)
    expect(made.code).toBe(0)
    expect(made.out).toContain('"rate": "2kpps"')
    expect(sim('validate -', made.out)).toMatchObject({ code: 0 })
  })

  test('a wrong rule is told with its own line', () => {
    const { code, err } = sim('new --from-ipvsadm -', `${RULES}-a -t oops -r 10.0.1.1\n`)
    expect(code).toBe(3)
    expect(err).toMatch(/<stdin>:3:/)
  })
})

describe('validate', () => {
  test('warnings alone are right, unless asked for', () => {
    const kind = sim('validate doubtful.json')
    expect([kind.code, kind.out]).toEqual([0, 'doubtful.json: right, 1 warning\n'])
    expect(kind.err).toMatch(/warning: clients "others" send nothing/)
    expect(sim('validate doubtful.json --warnings').code).toBe(99)
  })

  test('--json has all of it', () => {
    const { code, out, err } = sim('validate right.json wrong.json doubtful.json --json')
    expect([code, err]).toEqual([3, ''])
    const { files } = JSON.parse(out) as { files: Record<string, unknown[]>[] }
    expect(files.map(({ file, valid }) => [file, valid])).toEqual([
      ['right.json', true],
      ['wrong.json', false],
      ['doubtful.json', true],
    ])
    const [problem] = files[1]!['problems']!
    expect(problem).toMatchObject({ severity: 'error', suggestion: '"scheduler"' })
    expect(files[2]!['warnings']).toHaveLength(1)
  })
})

describe('theory', () => {
  test('--vary gives a row for each value', () => {
    const ran = sim('theory right.json --vary services.web.forwarding=nat,dr,tun')
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(ran.out).toMatch(/\nnat +7\.\d+ Mpps[^]*\ndr +14\.881 Mpps[^]*\ntun +12\.019 Mpps/)
  })

  test('--json has the theory alone, or a row for each value', () => {
    const one = JSON.parse(sim('theory right.json --json').out) as Record<string, unknown>
    expect(one).toMatchObject({ service: 'web', forwarding: 'dr' })
    const line = 'theory right.json --json --vary services.web.forwarding=nat,dr'
    const many = JSON.parse(sim(line).out) as { rows: { value: string; theory: unknown }[] }
    expect(many.rows.map(({ value }) => value)).toEqual(['nat', 'dr'])
    expect(many.rows[1]!.theory).toEqual(one)
  })

  test('a warning is told once, on standard error', () => {
    const { err } = sim('theory doubtful.json --vary services.web.forwarding=nat,dr')
    expect(err.match(/warning/g)).toHaveLength(1)
  })
})

describe('run', () => {
  test('--json prints the summary and nothing else', () => {
    const { code, out, err } = sim('run kept.json -n 2 --json')
    expect(code).toBe(0)
    const summary = JSON.parse(out) as Summary
    expect(summary).toMatchObject({
      schema: 'lvs-sim-summary/1',
      name: 'kept',
      seed: 'kept',
      complete: true,
      verdict: 'pass',
      pass: true,
      replications: 2,
      intervals: 'replications',
    })
    expect(summary.services['web']!.delivered['steady']).toMatchObject({ n: 2, unit: 'pps' })
    expect(summary.fingerprint).toMatch(/^[0-9a-f]{16}$/)
    expect(err).toMatch(/events in .* on [12] worker[^]*results {2}results\/kept\n$/)
    expect(readFileSync(join(folder, 'results/kept/summary.json'), 'utf8')).toBe(out)
  })

  test('the folder has every file, and the run before is kept', () => {
    sim('run right.json -n 1 -qq -o out/a')
    sim('run right.json -n 1 -qq -o out/a')
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['a', 'a.before'])
    expect(readdirSync(join(folder, 'out/a')).sort()).toEqual(
      [
        'events.csv',
        'fairness.csv',
        'latency.csv',
        'replications',
        'run.json',
        'scenario.json',
      ].concat(['series.csv', 'summary.json', 'summary.txt', 'throughput.csv']),
    )
  })

  test('scenario.json of the folder runs again to the same result', () => {
    const first = JSON.parse(sim('run right.json -n 2 --json -o again/a').out) as Summary
    const second = JSON.parse(sim('run again/a/scenario.json --json -o again/b').out) as Summary
    expect(second.fingerprint).toBe(first.fingerprint)
    expect(second.scenarioHash).toBe(first.scenarioHash)
  })

  test('-q prints the verdict, -qq nothing, -v the fingerprint', () => {
    expect(sim('run kept.json -n 1 -q')).toEqual({
      code: 0,
      out: 'kept PASSED its threshold.\n',
      err: '',
    })
    expect(sim('run kept.json -n 1 -qq')).toEqual({ code: 0, out: '', err: '' })
    expect(sim('run kept.json -n 1 -v').out).toMatch(/fingerprint [0-9a-f]{16}, scenario \w+\n$/)
  })

  test('a threshold that fails is 99, one that is not reached 5', () => {
    const failed = sim('run gate.json -n 1 -q')
    expect(failed.code).toBe(99)
    expect(failed.out).toMatch(/^gate FAILED 1 of 1 threshold: web\.latency/)
    expect(sim('run gate.json kept.json -n 1 -qq -o two').code).toBe(99)
    expect(sim('run kept.json -n 1 -q -s time.limit.events=2000').code).toBe(5)
  })

  test('several scenarios become one document', () => {
    const { out } = sim('run right.json kept.json -n 1 --json -o several')
    const { runs } = JSON.parse(out) as { runs: Summary[] }
    expect(runs.map(({ name }) => name)).toEqual(['my', 'kept'])
    expect(readdirSync(join(folder, 'several')).sort()).toEqual(['kept', 'my'])
  })

  test('- reads standard input, and rules run as they are', () => {
    const text = readFileSync(join(folder, 'kept.json'), 'utf8')
    const piped = sim('run - -n 1 -q --seed other --duration 2ms -o piped', text)
    expect([piped.code, piped.out]).toEqual([0, 'kept PASSED its threshold.\n'])
    const rules = sim('run rules -n 1 -q --duration 20ms -o rules-out')
    expect(rules.code).toBe(0)
    expect(rules.out).toMatch(/^rules PASSED/)
  })

  test('--resolved prints the scenario with every default, which is right', () => {
    const { code, out } = sim('run right.json --resolved -s services.web.scheduler=sed')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ services: { web: { scheduler: 'sed' } } })
    expect(sim('validate - --warnings', out).code).toBe(0)
  })
})

// npx links the program to the package, and gives it its bit only once.
test.skipIf(process.platform === 'win32')('a program built again can still be run', () => {
  expect(statSync(MAIN).mode & 0o111).toBe(0o111)
})
