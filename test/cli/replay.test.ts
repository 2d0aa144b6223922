// Logs, tables and captures given to `run`: alone, with a cluster put around them, or in place of
// the phases of a scenario.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../src/measure/summary.ts'
import { emptyFolder, lvsSim, type Ran } from '../support/built.ts'
import { capture } from '../support/capture.ts'
import { rightDocument } from '../support/scenario-text.ts'

const folder = emptyFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const MONTH = 'May/2024'
/** 10,000 requests of 200 clients in 1,000 s, two lines broken. */
function log(): string {
  const lines = Array.from({ length: 10_000 }, (_, index) => {
    const second = Math.floor(index / 10)
    const clock = [Math.floor(second / 60), second % 60].map((part) =>
      String(part).padStart(2, '0'),
    )
    const client = `192.0.2.${(index * 7) % 200}`
    const request = `"GET /page/${index % 50} HTTP/1.1"`
    return `${client} - - [01/${MONTH}:13:${clock.join(':')} +0200] ${request} 200 ${500 + index}`
  })
  lines[17] = 'a broken line'
  lines[500] = '"'
  return `${lines.join('\n')}\n`
}

beforeAll(() => {
  writeFileSync(join(folder, 'access.log'), log())
  writeFileSync(join(folder, 'back.csv'), 'time,client\n2,a\n1,a\n')
  writeFileSync(
    join(folder, 'small.csv'),
    'time,client,request,response\n0,a,10,20\n0.5,b,10,9000\n',
  )
  writeFileSync(join(folder, 'headless.csv'), '0,a\n1,b\n')
  writeFileSync(join(folder, 'noise.log'), 'started\nstopped\n')
  writeFileSync(join(folder, 'access.log.gz'), gzipSync(log()))
  writeFileSync(join(folder, 'long.csv'), 'time\n0\n86400\n')
  writeFileSync(join(folder, 'far.csv'), 'time\n0\n1000000000\n')
  writeFileSync(join(folder, 'not.log'), `${'x\n'.repeat(50)}${log().slice(0, 2000)}`)
  const packet = { proto: 'udp', src: '10.9.0.1:999', dst: '10.9.0.2:53', len: 20 } as const
  const whole = capture([
    [1, 0, packet],
    [1, 9, { ...packet, src: '10.9.0.3:999' }],
  ])
  writeFileSync(join(folder, 'dns.pcap'), whole)
  writeFileSync(join(folder, 'cut.pcap'), whole.subarray(0, -3))
  writeFileSync(join(folder, 'my.json'), JSON.stringify(rightDocument(), null, 2))
})

function sim(line: string): Ran {
  return lvsSim(line.split(' '), folder)
}

function summary(ran: Ran): Summary {
  return JSON.parse(ran.out) as Summary
}

describe('alone, with a cluster around it', () => {
  test('a log of 10,000 lines, the same by any number of workers', () => {
    const ran = sim('run access.log --replications 2 -q --json -o out')
    expect(ran.code).toBe(0)
    expect(ran.err).toContain('access.log: 2 of 10000 lines are broken and skipped, line 18 first')
    const { services, notes, name, fingerprint } = summary(ran)
    expect(name).toBe('access')
    // 9,998 requests in 1,000 s, and 1 us behind the last second.
    expect(services['web']!.offered['replay']!.mean).toBeCloseTo(9.998, 6)
    expect(services['web']!.loss['replay']!.mean).toBe(0)
    expect(notes.join()).toContain('stamps are whole seconds')
    const again = sim('run access.log --replications 2 -q --json -o out -j 2')
    expect(summary(again).fingerprint).toBe(fingerprint)
  })

  test('its results stand beside a real director, and beside others, without the log', () => {
    writeFileSync(join(folder, 'gone.log'), log())
    writeFileSync(
      join(folder, 'real.txt'),
      [
        'Prot LocalAddress:Port Conns InPkts OutPkts InBytes OutBytes',
        '  -> RemoteAddress:Port',
        'TCP  10.0.0.10:80 9998 50000 0 4000000 0',
        ...Array.from({ length: 8 }, (_, n) => `  -> 10.0.0.${11 + n}:80 1250 6250 0 500000 0`),
      ].join('\n'),
    )
    expect(sim('run gone.log --replications 1 -q -o first').code).toBe(0)
    expect(sim('run gone.log --replications 1 -q -o second --seed other').code).toBe(0)
    rmSync(join(folder, 'gone.log'))
    const beside = sim('compare first --with real.txt')
    expect([beside.code, beside.err]).toEqual([0, ''])
    expect(beside.out).toContain('10,000 connections there')
    expect(sim('compare first second').code).toBe(0)
  })

  test('a capture of UDP', () => {
    const { code, out } = sim('run dns.pcap -q --json -o out --replications 1')
    expect(code).toBe(0)
    expect((JSON.parse(out) as Summary).services['web']!.delivered['replay']!.mean).toBeGreaterThan(
      0,
    )
  })

  test.each([
    ['run not.log --as access-log', 3, 'more than a tenth, are no line of an access log'],
    ['run back.csv', 3, 'back.csv, line 3: time goes back here: rows must be in order of time'],
    ['run cut.pcap', 3, 'cut.pcap: the capture is cut short in packet 2, at byte'],
    ['run long.csv', 3, 'lasts 2880min, a run 2 h 30 min at most: replay it faster'],
    ['run far.csv', 3, 'lasts 23148 days, a run 2 h 30 min at most: replay it faster'],
    ['run headless.csv', 3, 'headless.csv, line 1: expected a header like "time,client,request,'],
    ['run noise.log', 3, 'noise.log, line 1: 2 of 2 lines, more than a tenth, are no line of an'],
    ['run access.log.gz', 3, 'access.log.gz: the file is compressed: unpack it with gunzip first'],
    ['run access.log --as pcap', 3, 'access.log: this is no capture'],
    ['run access.log --as log', 2, '--as is scenario or rules or keepalived or access-log'],
    ['run access.log --load 1kpps', 2, '--load goes with rules of ipvsadm'],
    ['run my.json --set workload.replay.file=none.log', 4, 'cannot read none.log'],
    ['run my.json --set workload.replay.file=access.log --set workload.replay.speed=0', 3, 'speed'],
    ['run my.json --set workload.replay.format=log', 3, 'workload.replay'],
  ])('%s', (line, code, message) => {
    const ran = sim(`${line} -o out`)
    expect([ran.code, ran.out]).toEqual([code, ''])
    expect(ran.err).toContain(message)
  })
})

test('a recording that lasts too long is one mistake, not one of a duration too', () => {
  const told = sim('validate far.csv').err.split('\n')
  expect(told.filter((line) => /^error|^ +-->/.test(line))).toEqual([
    expect.stringMatching(/^error: far\.csv lasts 23148 days/),
    '  --> far.csv  at workload.replay.speed',
  ])
})

describe('in place of the phases of a scenario', () => {
  test('a file beside it or where we are; thresholds of the phases are checked in "replay"', () => {
    const thresholds = { 'web.loss': { check: 'ratio < 50%', phase: 'steady' } }
    const document = { ...rightDocument(), services: { web: { protocol: 'tcp' } }, thresholds }
    writeFileSync(join(folder, 'tcp.json'), JSON.stringify(document, null, 2))
    const words = ['run', join(folder, 'tcp.json'), '--set', 'workload.replay.file=small.csv']
    const ran = lvsSim([...words, '-q', '--json', '-o', join(folder, 'out')], folder)
    expect(ran.code).toBe(0)
    expect(ran.err).toContain('not used: small.csv says when requests leave')
    const { thresholds: checked, services } = summary(ran)
    expect(checked).toMatchObject([{ phase: 'replay', verdict: 'pass' }])
    // Two requests, half a second apart, and as much behind the last.
    expect(services['web']!.offered['replay']!.mean).toBeCloseTo(2, 5)
  })

  test.each([
    ['back.csv', 3, 'back.csv, line 3: time goes back here'],
    ['.', 4, 'it is a folder'],
  ])(
    '%s in place of phases that are not there: told once, and nothing else',
    (file, code, told) => {
      const { phases: _, ...workload } = rightDocument().workload as Record<string, unknown>
      const document = { ...rightDocument(), workload: { ...workload, replay: { file } } }
      writeFileSync(join(folder, 'replayed.json'), JSON.stringify(document, null, 2))
      const ran = sim('validate replayed.json')
      expect(ran.code).toBe(code)
      expect(ran.err).toContain(told)
      expect(ran.err).not.toMatch(/there is no load|Give the scenario file/)
    },
  )

  test('over UDP, what is larger than a frame is cut, and that is said', () => {
    const ran = sim('run my.json --set workload.replay.file=small.csv -q -o out')
    expect(ran.code).toBe(0)
    expect(ran.err).toContain('1 of 2 requests or their answers is larger than a frame')
    expect(ran.err).toContain('and is cut to it: over UDP each is one frame')
  })

  test('--duration cuts a file that is too long', () => {
    const words = '--set workload.replay.file=long.csv --duration 1s -q --json -o out'
    const ran = sim(`run my.json ${words} --replications 1`)
    expect(ran.code).toBe(0)
    expect(summary(ran).services['web']!.delivered['replay']!.mean).toBe(1)
  })
})
