// What a stream can show, what lies in a file, and the line that shows how far a run is.
import { describe, expect, test } from 'vitest'
import { kindOf } from '../../src/cli/input.ts'
import { ProgressLine, progressText, wallTime } from '../../src/cli/progress.ts'
import { lookOf } from '../../src/cli/terminal.ts'
import { loadWith } from '../support/scenario-text.ts'

describe('colour', () => {
  const terminal = { isTTY: true, columns: 90 }
  test.each<[string, object, boolean | undefined, Record<string, string>, boolean]>([
    ['a terminal', terminal, undefined, {}, true],
    ['a pipe', {}, undefined, {}, false],
    ['a pipe in CI', {}, undefined, { CI: 'true' }, false],
    ['NO_COLOR', terminal, undefined, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', terminal, undefined, { NO_COLOR: '' }, true],
    ['a dumb terminal', terminal, undefined, { TERM: 'dumb' }, false],
    ['--no-color', terminal, false, {}, false],
    ['--color in a pipe', {}, true, {}, true],
    ['--color beats NO_COLOR', {}, true, { NO_COLOR: '1' }, true],
  ])('%s', (_name, stream, wanted, environment, colour) => {
    expect(lookOf(stream, wanted, environment).colour).toBe(colour)
  })
})

test.each<[columns: number | undefined, width: number]>([
  [undefined, 80],
  [40, 80],
  [90, 90],
  [300, 100],
])('a terminal of %s columns gets lines of %i', (columns, width) => {
  const stream = columns === undefined ? { isTTY: true } : { isTTY: true, columns }
  expect(lookOf(stream, undefined, {}).width).toBe(width)
})

test('a file gets lines of 100 columns', () => {
  expect(lookOf({}, undefined, {}).width).toBe(100)
})

describe('what a file is', () => {
  test.each<[string, string, string]>([
    ['JSON', '{ "format": "lvs-sim/1" }', 'scenario'],
    ['YAML', 'format: lvs-sim/1\nname: a\n', 'scenario'],
    ['nothing', '', 'scenario'],
    ['short rules', '-A -t 10.0.0.1:80 -s rr\n', 'rules'],
    ['long rules', '--add-service --tcp-service 10.0.0.1:80\n', 'rules'],
    ['a script', '#!/bin/sh\nset -e\n\nipvsadm -A -t 10.0.0.1:80\n', 'rules'],
    ['a script with a path', '/sbin/ipvsadm -C\n', 'rules'],
    ['rules that begin by clearing', '-C\n-A -t 10.0.0.1:80\n', 'rules'],
    ['a list of YAML', '- a\n- b\n', 'scenario'],
  ])('%s', (_name, text, kind) => {
    expect(kindOf(text)).toBe(kind)
  })

  test.each([
    '! Configuration\nvirtual_server 10.0.0.1 80 {\n',
    '$VIP=10.0.0.1\nvirtual_server $VIP 80 {\n',
    'include vrrp.d/*.conf\n',
    'vrrp_script chk {\n',
  ])('a configuration of keepalived: %j', (text) => {
    expect(kindOf(text)).toBe('keepalived')
  })
})

describe('the progress line', () => {
  const { scenario } = loadWith()
  const progress = {
    replication: 2,
    replications: 5,
    simulatedPs: 25e9,
    ofPs: 60e9,
    share: 0.28,
    eventsPerSecond: 1.54e6,
    secondsLeft: 9.7,
  }

  test('has the place, the speed and what is left', () => {
    expect(progressText(scenario, progress, true)).toBe(
      'my 2/5  steady 25ms of 60ms  ▓▓░░░░░░ 28%  1.5M ev/s  about 9.7s left',
    )
    const first = { ...progress, simulatedPs: 55e9, secondsLeft: null }
    expect(progressText(scenario, first, false)).toBe(
      'my 2/5  cooldown 55ms of 60ms  ##...... 28%  1.5M ev/s',
    )
  })

  test('never wraps, and is wiped away', () => {
    const texts: string[] = []
    const look = { colour: false, unicode: true, width: 30 }
    const line = new ProgressLine((text) => texts.push(text), scenario, look)
    line.clear()
    expect(texts).toEqual([])
    line.draw(progress)
    line.clear()
    line.clear()
    expect(texts).toHaveLength(2)
    expect(texts[0]!.replace('\r\u001B[K', '')).toHaveLength(29)
    expect(texts[1]).toBe('\r\u001B[K')
  })
})

test.each([
  [0.04, '0.0s'],
  [9.96, '10.0s'],
  [12.4, '12s'],
  [119.4, '119s'],
  [600, '10min'],
  [9000, '2.5h'],
])('%f seconds are %s', (seconds, text) => {
  expect(wallTime(seconds)).toBe(text)
})
