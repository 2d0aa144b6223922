// A SYN from a port whose last connection is remembered (spec 3.7): to the old server, to another
// one, or nowhere at first, as conn_reuse_mode, tracking and the kernel have it.
import { describe, expect, test } from 'vitest'
import { LoneDirector, VIP } from '../support/lone-director.ts'

const CLIENT = '198.51.100.1:4000'

/** A connection to the first server that is over, and a server that is drained since. */
function over(options: { dropsReused?: boolean; conntrack?: number; mode: number }): LoneDirector {
  const { dropsReused = false, conntrack = 0, mode } = options
  const bench = new LoneDirector({ dropsReused }).serve('rr', [1, 1])
  bench.sysctl('conn_reuse_mode', mode).sysctl('conntrack', conntrack)
  const server = bench.connect(CLIENT)
  bench.packet('tcp FA', CLIENT)
  bench.reply('tcp FA', server, CLIENT)
  bench.packet('tcp A', CLIENT)
  expect(bench.stateOf(CLIENT)).toMatch(/^TIME_WAIT/)
  bench.rules(`-e -t ${VIP}:80 -r ${server} -m -w 0`)
  return bench.pass(64)
}

const [OLD, OTHER] = ['10.0.1.2:80', '10.0.1.1:80']

describe('a SYN that finds an entry in TIME_WAIT', () => {
  test.each([
    ['mode 0: the old server, weight 0 or not', { mode: 0 }, OLD],
    ['mode 1: scheduled anew', { mode: 1 }, OTHER],
    ['mode 1, tracked, since 5.9: the same', { mode: 1, conntrack: 1 }, OTHER],
    ['mode 1, untracked, before 5.9: the same', { mode: 1, dropsReused: true }, OTHER],
  ])('%s', (_name, options, server) => {
    expect(over(options).packet('tcp S', CLIENT)).toBe(server)
  })

  test('mode 1, tracked, before 5.9: dropped once, the next is scheduled', () => {
    const bench = over({ mode: 1, conntrack: 1, dropsReused: true })
    expect(bench.packet('tcp S', CLIENT)).toBe('drop')
    expect(bench.pass(1).packet('tcp S', CLIENT)).toBe(OTHER)
  })

  test('expire_nodest_conn helps in mode 0, too: nobody new for weight 0', () => {
    const bench = over({ mode: 0 }).sysctl('expire_nodest_conn', 1)
    expect(bench.packet('tcp S', CLIENT)).toBe(OTHER)
  })
})
