// `lvs-sim verify` as a user runs it: what it says of recordings that agree, that differ, and of
// files that are none, where it says it, and the exit code.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyFolder, lvsSim, ROOT, type Ran } from '../support/built.ts'

const folder = emptyFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Json = Record<string, unknown>

const GOOD = join(ROOT, 'test/golden/rewriting/rewrite-ttl-nat.json')
const text = readFileSync(GOOD, 'utf8')

function parsed(): Json & { steps: Json[] } {
  return JSON.parse(text) as Json & { steps: Json[] }
}

/** A recording with changes, under a name. */
function put(name: string, change: (recording: ReturnType<typeof parsed>) => void): void {
  const recording = parsed()
  change(recording)
  writeFileSync(join(folder, name), JSON.stringify(recording))
}

/** A step of a tool, as if a kernel had played it, in front of all others. */
function tool(name: string, step: Json): void {
  put(name, ({ steps }) => steps.unshift({ ...step, saw: { t: 0 } }))
}

function verify(...words: string[]): Ran {
  return lvsSim(['verify', ...words], folder)
}

beforeAll(() => {
  copyFileSync(GOOD, join(folder, 'good.json'))
  writeFileSync(join(folder, 'short.json'), text.slice(0, text.length / 2))
  writeFileSync(join(folder, 'empty.json'), '')
  writeFileSync(join(folder, 'text.json'), 'Dear kernel,\n')
  writeFileSync(join(folder, 'list.json'), '[1, 2]')
  mkdirSync(join(folder, 'nothing'))
  mkdirSync(join(folder, 'both/deeper'), { recursive: true })
  copyFileSync(GOOD, join(folder, 'both/b.json'))
  copyFileSync(GOOD, join(folder, 'both/deeper/a.json'))
  writeFileSync(join(folder, 'both/notes.txt'), 'no recording')
  put('newer.json', (it) => (it['format'] = 2))
  put('step.json', ({ steps }) => (steps[2]!['do'] = 'reboot'))
  put('no-do.json', ({ steps }) => delete steps[2]!['do'])
  put('scenario.json', ({ steps }) => steps.forEach((step) => delete step['saw']))
  put('no-steps.json', (it) => (it.steps = []))
  put('family.json', (it) => (it['family'] = 'cookery'))
  put('later.json', (it) => (it['topology'] = { kind: 'mesh' }))
  put('clock.json', ({ steps }) => ((steps[3]!['saw'] as Json)['t'] = -5))
  put('packet.json', ({ steps }) => (steps[2]!['flags'] = 'XYZ'))
  put('address.json', ({ steps }) => (steps[2]!['src'] = '10.0.0.300:5'))
  put('differs.json', ({ steps }) => {
    const { frames } = steps[1]!['saw'] as { frames: Json[] }
    frames[0]!['ttl'] = 99
  })
  tool('nft.json', {
    do: 'nft',
    args: '-f -',
    stdin: 'table ip mangle {\n  chain pre {\n    tcp dport 80 drop\n  }\n}\n',
  })
  tool('ip.json', { do: 'ip', args: 'link set sv down' })
  tool('sysctl.json', { do: 'sysctl', name: 'net.ipv4.tcp_syncookies', value: 0 })
  tool('variable.json', { do: 'sysctl', name: 'drop_entries', value: 1 })
  tool('value.json', { do: 'sysctl', name: 'drop_entry', value: 9 })
})

describe('files that are no recordings', () => {
  test.each<[file: string, code: number, said: RegExp]>([
    ['short.json', 3, /error short\.json: the file ends too early: it was cut short/],
    ['empty.json', 3, /error empty\.json: the file ends too early/],
    ['text.json', 3, /error text\.json: not JSON: .*\n.*a trace is one JSON object/],
    ['list.json', 3, /list\.json.*expected an object, got \[1,2\]/],
    ['newer.json', 3, /newer\.json: format: expected 1, got 2\n.*newer format: .*newer lvs-sim/],
    ['step.json', 3, /step\.json: steps\[2\]\.do: unknown step "reboot"\n.*steps are ipvsadm, nft/],
    ['no-do.json', 3, /steps\[2\]\.do: expected a text, got nothing/],
    ['scenario.json', 3, /steps\[0\]: nothing was recorded: there is no "saw"/],
    ['no-steps.json', 3, /steps: a recording without steps/],
    ['family.json', 3, /family: expected one of schedulers, .*, got "cookery"/],
    ['clock.json', 3, /steps\[2\]\.saw\.t: time runs backwards here/],
    ['packet.json', 3, /steps\[2\]: .*flags/],
    ['address.json', 3, /steps\[2\]: src '10\.0\.0\.300:5': not an address with a port/],
    ['nft.json', 3, /steps\[0\]\.stdin line 3: not understood: tcp dport 80 drop/],
    ['ip.json', 3, /steps\[0\]\.args: not understood: ip link set sv down\n.*understood are ip/],
    ['sysctl.json', 3, /steps\[0\]\.name: not understood: net\.ipv4\.tcp_syncookies/],
    ['variable.json', 3, /steps\[0\]: no variable net\.ipv4\.vs\.drop_entries/],
    ['value.json', 3, /steps\[0\]: drop_entry: expected a number from 0 to 3, got 9/],
    ['later.json', 5, /later .*mesh: not yet/],
  ])('%s', (file, code, said) => {
    const ran = verify(file)
    expect([ran.code, ran.err]).toEqual([code, ''])
    expect(ran.out).toMatch(said)
  })

  test.each<[words: string[], code: number, said: RegExp]>([
    [['missing.json'], 4, /cannot read missing\.json: there is no such file/],
    [['nothing'], 4, /no recording in nothing\n.*end in \.json/],
    [['good.json', 'missing.json'], 4, /cannot read missing\.json/],
    [[], 2, /something is missing/],
    [['good.json', '--every'], 2, /--every/],
  ])('%j', (words, code, said) => {
    const ran = verify(...words)
    expect([ran.code, ran.out]).toEqual([code, ''])
    expect(ran.err).toMatch(said)
  })
})

describe('recordings', () => {
  test('one that agrees', () => {
    const { code, out, err } = verify('good.json')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^ok {4}good +\d+ decisions, \d+ packets/)
    expect(out).toMatch(/\n1 passed, 0 failed\n$/)
  })

  test('of a folder, those in folders in it included, by name', () => {
    const { code, out } = verify('both')
    expect(code).toBe(0)
    expect(out).toMatch(/^ok {4}b .*\nok {4}a /)
    expect(out).toMatch(/\n2 passed, 0 failed\n$/)
  })

  test('one that differs: the step, both sides, and the gravest code of all', () => {
    const { code, out } = verify('good.json', 'differs.json')
    expect(code).toBe(99)
    expect(out).toMatch(/FAIL {2}differs +1 of \d+ steps differ\n {2}step 1 {2}packet tcp /)
    expect(out).toMatch(/frames\[0\]\.ttl\n +kernel +99 +lvs-sim 64\n/)
    expect(out).toMatch(/\n1 passed, 1 failed\n$/)
  })

  test('bad files do not keep the others from being compared', () => {
    const { code, out } = verify('short.json', 'good.json', 'later.json')
    expect(code).not.toBe(0)
    expect(out).toMatch(/\n1 passed, 1 failed, 1 not yet\n$/)
  })

  test('as JSON', () => {
    const { code, out } = verify('good.json', 'differs.json', 'newer.json', '--json')
    const result = JSON.parse(out) as Json & { files: Json[] }
    expect(code).not.toBe(0)
    expect(result).toMatchObject({ passed: 1, failed: 2, notYet: 0 })
    expect(result.files.map(({ verdict }) => verdict)).toEqual(['ok', 'differs', 'error'])
    expect(result.files[1]).toMatchObject({
      failures: [{ step: 1, differences: [{ what: 'frames[0].ttl', kernel: '99', ours: '64' }] }],
    })
    expect(result.files[2]).toMatchObject({ place: 'format', message: 'expected 1, got 2' })
  })
})
