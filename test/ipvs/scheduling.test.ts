// Which packets open connections, of which service (spec 1.1, 3.4, 3.6), and when an old connection
// makes room for a new one (spec 3.7).
import { describe, expect, test } from 'vitest'
import { LoneDirector, VIP } from '../support/lone-director.ts'

const CLIENT = '198.51.100.1:4000'
const SERVER = '10.0.1.1:80'

function tcp(method = '-m'): LoneDirector {
  return new LoneDirector().rules(`-A -t ${VIP}:80 -s rr`, `-a -t ${VIP}:80 -r ${SERVER} ${method}`)
}

describe('the first packet of TCP', () => {
  test.each([
    ['S', SERVER, SERVER],
    ['SA', SERVER, SERVER],
    ['SF', SERVER, SERVER],
    ['A', 'accept', SERVER],
    ['FA', 'accept', SERVER],
    ['F', 'accept', SERVER],
    ['', 'accept', SERVER],
    ['R', 'accept', 'accept'],
    ['RA', 'accept', 'accept'],
    ['SR', 'accept', 'accept'],
  ])('%s', (flags, strict, sloppy) => {
    expect(tcp().packet(`tcp ${flags}`, CLIENT)).toBe(strict)
    expect(tcp().sysctl('sloppy_tcp', 1).packet(`tcp ${flags}`, CLIENT)).toBe(sloppy)
  })

  // From NONE, with the table of a connection whose replies are not seen: spec 4.1.
  test.each([
    ['A', 'ESTABLISHED 900'],
    ['FA', 'CLOSE 10'],
    ['', 'CLOSE 10'],
    ['S', 'SYN_RECV 60'],
  ])('sloppy, %s begins as', (flags, state) => {
    const bench = tcp('-g').sysctl('sloppy_tcp', 1)
    bench.packet(`tcp ${flags}`, CLIENT)
    expect(bench.stateOf(CLIENT)).toBe(state)
  })

  test('from port 20 it is never scheduled', () => {
    expect(tcp().packet('tcp S', '198.51.100.1:20')).toBe('accept')
    expect(tcp().packet('tcp S', '198.51.100.1:21')).toBe(SERVER)
  })
})

describe('the first packet of SCTP', () => {
  test.each([
    ['INIT', SERVER, SERVER],
    ['DATA', 'accept', SERVER],
    ['COOKIE_ECHO', 'accept', SERVER],
    ['HEARTBEAT', 'accept', SERVER],
    ['ABORT', 'accept', 'accept'],
  ])('%s', (chunk, strict, sloppy) => {
    const service = `--sctp-service ${VIP}:80`
    const bench = (): LoneDirector =>
      new LoneDirector().rules(`-A ${service} -s rr`, `-a ${service} -r ${SERVER} -m`)
    expect(bench().packet(`sctp ${chunk}`, CLIENT)).toBe(strict)
    expect(bench().sysctl('sloppy_sctp', 1).packet(`sctp ${chunk}`, CLIENT)).toBe(sloppy)
  })
})

describe('the service of a packet', () => {
  function several(): LoneDirector {
    const bench = new LoneDirector()
    const servers = [
      [`-t ${VIP}:80`, '10.0.1.80:80'],
      [`-t ${VIP}:21`, '10.0.1.21:21'],
      [`-t ${VIP}:0`, '10.0.1.99:0'],
      ['-f 5', '10.0.1.5:0'],
    ]
    for (const [service, server] of servers) {
      const options = service!.endsWith(':0') ? '-p 10' : service!.endsWith(':21') ? '-p 10' : ''
      bench.rules(`-A ${service} -s rr ${options}`, `-a ${service} -r ${server} -g`)
    }
    return bench
  }

  test.each([
    ['exact', 'tcp S', 80, 0, '10.0.1.80:80'],
    ['a mark goes first', 'tcp S', 80, 5, '10.0.1.5:80'],
    ['a mark is for every protocol', 'udp', 9, 5, '10.0.1.5:9'],
    ["a mark of nobody's falls through", 'tcp S', 80, 6, '10.0.1.80:80'],
    ['FTP data', 'tcp S', 20, 0, '10.0.1.21:20'],
    ['ports from 1024 may be FTP data', 'tcp S', 1024, 0, '10.0.1.21:1024'],
    ['below they are not', 'tcp S', 1023, 0, '10.0.1.99:1023'],
    ['another protocol has none', 'udp', 80, 0, 'accept'],
  ])('%s', (_, kind, port, mark, server) => {
    expect(several().packet(kind, CLIENT, `${VIP}:${port}`, { mark })).toBe(server)
  })

  test("nobody's address is nobody's", () => {
    expect(several().packet('tcp S', CLIENT, '10.0.0.200:80')).toBe('accept')
  })

  test('the data port of an FTP service that is not persistent opens nothing', () => {
    const bench = new LoneDirector().rules(
      `-A -t ${VIP}:21 -s rr`,
      `-a -t ${VIP}:21 -r ${SERVER} -g`,
    )
    expect(bench.packet('tcp S', CLIENT, `${VIP}:5000`)).toBe('accept')
  })

  test("a mark's server with a port translates to it, unless persistent", () => {
    const bench = new LoneDirector().rules('-A -f 5 -s rr', '-a -f 5 -r 10.0.1.1:8080 -m')
    expect(bench.packet('tcp S', CLIENT, '203.0.113.1:80', { mark: 5 })).toBe('10.0.1.1:8080')
    bench.rules('-E -f 5 -s rr -p 10')
    expect(bench.packet('tcp S', '198.51.100.1:4001', '203.0.113.1:80', { mark: 5 })).toBe(
      '10.0.1.1:80',
    )
  })
})

describe('nobody to send it to', () => {
  test('is told to the client', () => {
    const bench = new LoneDirector().rules(`-A -t ${VIP}:80 -s rr`)
    expect(bench.packet('tcp S', CLIENT)).toBe('refuse')
    expect(bench.connections()).toEqual([])
  })

  test('with cache_bypass and a mark it goes where it wanted to', () => {
    const bench = new LoneDirector().rules('-A -f 5 -s rr').sysctl('cache_bypass', 1)
    expect(bench.packet('tcp S', CLIENT, '203.0.113.1:80', { mark: 5 })).toBe('bypass')
    expect(bench.connections()).toEqual([`TCP ${CLIENT} 203.0.113.1:80 0.0.0.0:0 SYN_RECV 60`])
    // A server that comes is for connections to come.
    bench.rules('-a -f 5 -r 10.0.1.1 -g')
    expect(bench.packet('tcp A', CLIENT, '203.0.113.1:80', { mark: 5 })).toBe('bypass')
    expect(bench.packet('tcp S', '198.51.100.1:9', '203.0.113.1:80', { mark: 5 })).toBe(
      '10.0.1.1:80',
    )
  })

  test("but not to an address of the director's own (recorded), nor to a group", () => {
    const bench = new LoneDirector().rules('-A -f 5 -s rr').sysctl('cache_bypass', 1)
    bench.routes.local.add(0x0a000064)
    expect(bench.packet('tcp S', CLIENT, `${VIP}:80`, { mark: 5 })).toBe('refuse')
    expect(bench.packet('tcp S', CLIENT, '224.0.0.5:80', { mark: 5 })).toBe('refuse')
  })

  test('without a mark there is no bypass', () => {
    const bench = new LoneDirector().rules(`-A -t ${VIP}:80 -s rr`).sysctl('cache_bypass', 1)
    expect(bench.packet('tcp S', CLIENT)).toBe('refuse')
  })
})

describe('a SYN for a connection that there is', () => {
  /** Brings a connection into a state, then sends a SYN: the same server, or the next one? */
  function reused(mode: number, method: string, packets: string): string {
    const bench = tcp(method).sysctl('conn_reuse_mode', mode)
    bench.rules(`-a -t ${VIP}:80 -r 10.0.1.2:80 ${method}`)
    const first = bench.packet('tcp S', CLIENT)
    for (const packet of packets.split(' ').filter((each) => each !== '')) {
      if (packet.startsWith('<')) bench.reply(`tcp ${packet.slice(1)}`, first, CLIENT)
      else bench.packet(`tcp ${packet}`, CLIENT)
    }
    return bench.packet('tcp S', CLIENT) === first ? 'same' : 'next'
  }

  test.each([
    ['SYN_RECV', '-m', '', 'same', 'same', 'same', 'same'],
    ['ESTABLISHED', '-m', '<SA A', 'same', 'same', 'same', 'same'],
    ['TIME_WAIT', '-m', '<SA A FA <FA A', 'same', 'next', 'next', 'next'],
    ['CLOSE', '-m', '<RA', 'same', 'next', 'next', 'next'],
    ['CLOSE_WAIT', '-m', '<SA A FA', 'same', 'same', 'same', 'same'],
    ['FIN_WAIT of NAT', '-m', '<SA A <FA', 'same', 'same', 'same', 'same'],
    ['FIN_WAIT of DR', '-g', 'A FA', 'same', 'same', 'next', 'next'],
    ['CLOSE of DR', '-g', 'A R', 'same', 'next', 'next', 'next'],
  ])('%s', (_, method, packets, ...expected) => {
    expect([0, 1, 2, 3].map((mode) => reused(mode, method, packets))).toEqual(expected)
  })

  test('a connection of a template is not rescheduled', () => {
    const bench = new LoneDirector().rules(`-A -t ${VIP}:80 -s rr -p 50`)
    for (const last of [1, 2]) bench.rules(`-a -t ${VIP}:80 -r 10.0.1.${last}:80 -g`)
    bench.packet('tcp S', CLIENT)
    bench.packet('tcp R', CLIENT)
    bench.packet('tcp A', CLIENT)
    bench.packet('tcp R', CLIENT)
    expect(bench.packet('tcp S', CLIENT)).toBe('10.0.1.2:80')
    // The same entry: a second one would stand beside it until the next tick.
    expect(bench.connections()).toHaveLength(2)
  })

  test('the old entry goes at the next tick, the new one is found', () => {
    const bench = tcp('-g')
    bench.packet('tcp S', CLIENT)
    bench.packet('tcp R', CLIENT)
    bench.packet('tcp A', CLIENT)
    bench.packet('tcp FA', CLIENT)
    bench.sysctl('conn_reuse_mode', 2).packet('tcp S', CLIENT)
    expect(bench.connections().map((line) => line.split(' ').slice(4).join(' '))).toEqual([
      'FIN_WAIT 0',
      'SYN_RECV 60',
    ])
    bench.packet('tcp A', CLIENT)
    expect(bench.connections()[1]).toMatch(/FIN_WAIT 0$/)
    bench.pass(0.004)
    expect(bench.stateOf(CLIENT)).toBe('ESTABLISHED 899')
  })

  test('with expire_nodest_conn a server of weight 0 is left', () => {
    const bench = tcp().sysctl('expire_nodest_conn', 1)
    bench.packet('tcp S', CLIENT)
    bench.rules(`-e -t ${VIP}:80 -r ${SERVER} -m -w 0`, `-a -t ${VIP}:80 -r 10.0.1.2:80 -m`)
    expect(bench.packet('tcp A', CLIENT)).toBe(SERVER)
    expect(bench.packet('tcp S', CLIENT)).toBe('10.0.1.2:80')
  })
})

test('encrypted packets go with UDP port 500 between the two, replies too (recorded)', () => {
  const bench = new LoneDirector().rules(
    `-A -u ${VIP}:500 -s rr`,
    `-a -u ${VIP}:500 -r 10.0.1.1:500 -m`,
  )
  expect(bench.packet('esp', '198.51.100.1:0', `${VIP}:0`)).toBe('accept')
  bench.packet('udp', '198.51.100.1:500', `${VIP}:500`)
  bench.pass(100)
  expect(bench.packet('esp', '198.51.100.1:0', `${VIP}:0`)).toBe('10.0.1.1:500')
  expect(bench.packet('ah', '198.51.100.2:0', `${VIP}:0`)).toBe('accept')
  expect(bench.stateOf('198.51.100.1:500')).toBe('UDP 300')
  bench.pass(10)
  expect(bench.reply('ah', '10.0.1.1:0', '198.51.100.1:0')).toBe(`${VIP}:500`)
  expect(bench.stateOf('198.51.100.1:500')).toBe('UDP 300')
})
