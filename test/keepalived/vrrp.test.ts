// VRRP as a machine: the timers of RFC 3768 and RFC 9568 as closed forms, and keepalived 2.2.7's
// habits as the specification tells them (vrrp.md, 3 to 9). Recorded elections are in test/replay.
import { describe, expect, test } from 'vitest'
import { Streams } from '../../src/kernel/random.ts'
import { VrrpWire } from '../support/vrrp-wire.ts'

interface Options {
  version?: 2 | 3
  interval?: number
  more?: string
  before?: string
  state?: string
}

function conf(priority: number, options: Options = {}): string {
  const { version = 2, interval = 1, more = '', before = '', state = 'BACKUP' } = options
  return [
    `global_defs {\n vrrp_version ${version}\n}`,
    before,
    `vrrp_instance VI_1 {\n state ${state}\n interface eth0\n virtual_router_id 51`,
    ` priority ${priority}\n advert_int ${interval}\n${more}`,
    ' virtual_ipaddress {\n  10.0.0.100/24\n }\n}',
  ].join('\n')
}

/** Of the n-th advertisement of a node, to a microsecond. */
function advertsOf(wire: VrrpWire, node: string): number[] {
  return wire.sent
    .filter(({ from, kind }) => from === node && kind === 'advert')
    .map(({ at }) => at)
}

const skew = (priority: number, unit = 1): number => ((256 - priority) / 256) * unit

describe('the first advertisement comes after the master down interval', () => {
  test.each([
    [2, 1, 100, 3 + skew(100)],
    [2, 1, 254, 3 + skew(254)],
    [2, 3, 100, 9 + skew(100)],
    [3, 1, 100, 3 + skew(100)],
    [3, 3, 100, 9 + skew(100, 3)],
    [3, 0.1, 100, 0.3 + skew(100, 0.1)],
    [2, 0.2, 150, 3 + skew(150)],
  ] as const)('version %i, interval %f s, priority %i: %f s', (version, interval, priority, at) => {
    const wire = new VrrpWire({ a: conf(priority, { version, interval }) })
    wire.start('a')
    wire.run(12)
    expect(advertsOf(wire, 'a')[0]).toBeCloseTo(at, 5)
  })

  test('but at once of the owner, whatever it is called', () => {
    const wire = new VrrpWire({ a: conf(255, { state: 'MASTER' }) })
    wire.start('a')
    expect(wire.state('a')).toBe('MASTER')
    expect(advertsOf(wire, 'a')).toEqual([0])
  })
})

/** A pair of which b has taken over from a, the better one, at some second. */
function pair(options: Options = {}, second = 100): VrrpWire {
  const wire = new VrrpWire({ a: conf(150, options), b: conf(second, options) })
  wire.start('a')
  wire.start('b')
  wire.run(10)
  expect([wire.state('a'), wire.state('b')]).toEqual(['MASTER', 'BACKUP'])
  return wire
}

function takeOverOf(wire: VrrpWire): number {
  return advertsOf(wire, 'b')[0]!
}

describe('a take-over', () => {
  test('after a goodbye is the skew time', () => {
    const wire = pair()
    wire.stop('a')
    wire.run(20)
    expect(takeOverOf(wire)).toBeCloseTo(10 + skew(100), 5)
  })

  /**
   * The next advertisement would have come after 0 to 1 interval, uniformly: the take-over follows
   * the kill by N - 1 intervals and the skew, and up to one interval more.
   */
  test.each([
    [2, 1, 100],
    [3, 0.25, 60],
    [3, 1, 200],
  ] as const)(
    'after 1,000 kills at random moments: version %i, %f s, priority %i',
    (version, interval, priority) => {
      const draws = new Streams('7').stream('kills')
      const options = { version, interval }
      const least = 2 * interval + skew(priority, version === 2 ? 1 : interval)
      const waits = Array.from({ length: 1000 }, () => {
        const wire = new VrrpWire({ a: conf(220, options), b: conf(priority, options) })
        wire.start('a')
        wire.start('b')
        const killed = 10 + draws.uniform() * 3 * interval
        wire.run(killed)
        wire.kill('a')
        wire.run(killed + 5 * interval + 2)
        return (takeOverOf(wire) - killed - least) / interval
      })
      const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
      const spread = Math.sqrt(
        waits.reduce((sum, wait) => sum + (wait - mean) * (wait - mean), 0) / waits.length,
      )
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(-1e-5)
      expect(Math.max(...waits)).toBeLessThanOrEqual(1 + 1e-5)
      // Four standard errors of a mean and of a deviation of 1,000 uniform draws.
      expect(Math.abs(mean - 0.5)).toBeLessThan((4 * Math.sqrt(1 / 12)) / Math.sqrt(1000))
      expect(Math.abs(spread - Math.sqrt(1 / 12))).toBeLessThan(0.024)
    },
  )

  test('of two backups the better one', () => {
    const wire = new VrrpWire({ a: conf(150), b: conf(120), c: conf(100) })
    for (const name of ['a', 'b', 'c']) wire.start(name)
    wire.run(10)
    wire.stop('a')
    wire.run(20)
    expect([wire.state('b'), wire.state('c')]).toEqual(['MASTER', 'BACKUP'])
    expect(advertsOf(wire, 'c')).toEqual([])
  })

  test('announces its address in bursts, at once and five seconds later', () => {
    const wire = pair({ more: ' garp_master_repeat 3\n garp_master_refresh 2\n' })
    wire.stop('a')
    wire.run(20)
    const taken = takeOverOf(wire)
    const arps = wire.sent.filter(({ from, kind }) => from === 'b' && kind === 'arp')
    const after = arps.map(({ at }) => Math.round((at - taken) * 1e3) / 1e3)
    expect(after).toEqual([0, 0, 0, 2, 4, 5, 5, 5, 6, 8])
  })
})

describe('who returns', () => {
  test('preempts after its own master down interval', () => {
    const wire = pair()
    wire.kill('a')
    wire.run(20)
    wire.start('a')
    wire.run(30)
    expect(advertsOf(wire, 'a').find((at) => at > 20)).toBeCloseTo(20 + 3 + skew(150), 5)
    expect([wire.state('a'), wire.state('b')]).toEqual(['MASTER', 'BACKUP'])
  })

  test('waits for the goodbye with nopreempt', () => {
    const wire = pair({ more: ' nopreempt\n' })
    wire.kill('a')
    wire.run(20)
    wire.start('a')
    wire.run(40)
    expect([wire.state('a'), wire.state('b')]).toEqual(['BACKUP', 'MASTER'])
    wire.stop('b')
    wire.run(50)
    expect(advertsOf(wire, 'a').find((at) => at > 40)).toBeCloseTo(40 + skew(150), 5)
  })
})

describe('what is followed', () => {
  const script = 'vrrp_script chk {\n script "x"\n interval 1\n fall 2\n weight -60\n}\n'

  test('a script takes priority away when it fails, and gives it back', () => {
    const follows = { before: script, more: ' track_script {\n  chk\n }\n' }
    const wire = new VrrpWire({ a: conf(150, follows), b: conf(100) })
    wire.start('a')
    wire.start('b')
    wire.script('a', 'chk', true)
    wire.run(10)
    wire.script('a', 'chk', false)
    wire.run(15)
    expect(wire.state('a')).toBe('MASTER')
    wire.script('a', 'chk', false)
    wire.run(20)
    // The last advertisement that b obeyed was a's at 14.4; those after it came from 90.
    expect([wire.state('a'), wire.state('b')]).toEqual(['BACKUP', 'MASTER'])
    wire.script('a', 'chk', true)
    wire.run(30)
    expect([wire.state('a'), wire.state('b')]).toEqual(['MASTER', 'BACKUP'])
  })

  test('a script that weighs nothing takes the node out, with a goodbye', () => {
    const follows = { before: script.replace('-60', '0'), more: ' track_script {\n  chk\n }\n' }
    const wire = new VrrpWire({ a: conf(150, follows), b: conf(100) })
    wire.start('b')
    wire.start('a')
    expect(wire.state('a')).toBe('FAULT')
    wire.script('a', 'chk', true)
    wire.run(10)
    expect(wire.state('a')).toBe('MASTER')
    wire.script('a', 'chk', false)
    wire.script('a', 'chk', false)
    expect(wire.state('a')).toBe('FAULT')
    wire.run(20)
    expect(takeOverOf(wire)).toBeCloseTo(10 + skew(100), 5)
  })

  test('a cable that is cut makes two masters of nobody', () => {
    const wire = pair()
    wire.link('a', false)
    wire.run(20)
    expect([wire.state('a'), wire.state('b')]).toEqual(['FAULT', 'MASTER'])
    wire.link('a', true)
    wire.run(30)
    expect([wire.state('a'), wire.state('b')]).toEqual(['MASTER', 'BACKUP'])
  })
})

describe('nodes that differ are both masters', () => {
  test.each([
    ['intervals of version 2', { interval: 2 }],
    ['passwords', { more: ' authentication {\n auth_type PASS\n auth_pass x\n }\n' }],
    ['versions', { version: 3 as const }],
  ])('%s', (_, other) => {
    const wire = new VrrpWire({ a: conf(150), b: conf(100, other) })
    wire.start('a')
    wire.start('b')
    wire.run(20)
    expect([wire.state('a'), wire.state('b')]).toEqual(['MASTER', 'MASTER'])
  })

  test('intervals of version 3 may differ', () => {
    const wire = new VrrpWire({
      a: conf(150, { version: 3 }),
      b: conf(100, { version: 3, interval: 0.5 }),
    })
    wire.start('b')
    wire.start('a')
    wire.run(20)
    expect([wire.state('a'), wire.state('b')]).toEqual(['MASTER', 'BACKUP'])
  })
})
