// What instances follow (spec vrrp.md, 8): what each kind of thing adds to a priority, and when it
// is a fault; and when scripts are run.
import { describe, expect, test } from 'vitest'
import { Followed } from '../../src/keepalived/vrrp-followed.ts'
import { importVrrp } from '../../src/keepalived/vrrp-import.ts'
import { ScriptRuns } from '../../src/keepalived/vrrp-runs.ts'
import type { VrrpSettings } from '../../src/keepalived/vrrp-settings.ts'

function settingsOf(kind: 'script' | 'process' | 'file', weight: string): VrrpSettings {
  const block = { script: 'vrrp_script', process: 'vrrp_track_process', file: 'track_file' }[kind]
  const what = kind === 'script' ? 'script "x"' : kind === 'process' ? 'process x' : 'file /x'
  const text = `${block} thing {
    ${what}
    ${weight}
  }
  vrrp_instance VI {
    interface eth0
    virtual_router_id 51
    priority 100
    track_${kind} {
      thing
    }
    virtual_ipaddress {
      10.0.0.9
    }
  }`
  return importVrrp(text, 'lb1').vrrp
}

/** The priority; null in fault. */
function priority(settings: VrrpSettings, befall: (followed: Followed) => void): number | null {
  const followed = new Followed(settings)
  followed.setLink('eth0', true)
  befall(followed)
  const [instance] = settings.instances
  return followed.isSound(instance!) ? followed.priorityOf(instance!) : null
}

describe('scripts and processes', () => {
  test.each([
    // Weight, priority while it is well, and while it is not.
    ['weight 20', 120, 100],
    ['weight -30', 100, 70],
    ['weight 200', 254, 100],
    ['weight -120', 100, 1],
    ['weight 0', 100, null],
    ['weight 20 reverse', 100, 120],
    ['weight -30 reverse', 70, 100],
    ['weight 0 reverse', null, 100],
  ])('%s', (weight, well, ill) => {
    const script = settingsOf('script', weight)
    expect(priority(script, (each) => each.setScript('thing', true))).toBe(well)
    expect(priority(script, (each) => each.setScript('thing', false))).toBe(ill)
    const process = settingsOf('process', weight)
    expect(priority(process, () => {})).toBe(well)
    expect(priority(process, (each) => each.setProcess('thing', false))).toBe(ill)
  })
})

test.each([
  ['weight 1', 7, 107],
  ['', -7, 93],
  ['weight 3', -7, 79],
  ['weight -3', 7, 79],
  ['weight 3 reverse', 7, 79],
  ['weight 1', 300, 254],
  ['weight 2', -127, null],
  ['weight 2', -126, 1],
  ['weight 0', 0, 100],
  ['weight 0', 1, null],
  ['weight 0 reverse', 0, null],
  ['weight 0 reverse', -2, 100],
])('a file with %s that says %i', (weight, value, expected) => {
  const settings = settingsOf('file', weight)
  expect(priority(settings, (each) => each.setFile('thing', value))).toBe(expected)
})

describe('runs of scripts', () => {
  const PS = 1e12
  const script = { weight: 0, isReversed: false, rise: 1, fall: 1, startsFailed: false }
  const scripts = [
    { ...script, name: 'fast', intervalUs: 1e6 },
    { ...script, name: 'slow', intervalUs: 3e6 },
  ]

  test('come at the start, then on the grid of each interval', () => {
    const runs = new ScriptRuns(scripts, 0.5 * PS)
    const seen: string[] = []
    for (let at = runs.nextTimeout(); at < 5 * PS; at = runs.nextTimeout()) {
      seen.push(...runs.takeDue(at).map((name) => `${at / PS} ${name}`))
    }
    expect(seen).toEqual([
      ...['0.5 fast', '0.5 slow', '1.5 fast', '2.5 fast', '3.5 fast', '3.5 slow', '4.5 fast'],
    ])
  })

  test('those that a process missed are left out, and the grid stays', () => {
    const runs = new ScriptRuns(scripts, 0)
    expect(runs.takeDue(7.2 * PS)).toEqual(['fast', 'slow'])
    expect(runs.nextTimeout()).toBe(8 * PS)
    expect(runs.takeDue(8 * PS)).toEqual(['fast'])
    expect(runs.takeDue(9 * PS)).toEqual(['fast', 'slow'])
  })
})
