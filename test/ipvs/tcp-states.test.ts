// The director's guesses at TCP (spec 4.1): the six tables cell by cell, timeouts, what counts as
// active, and the usual conversations from their first packet to their last.
import { describe, expect, test } from 'vitest'
import { nextState, tcpTimeouts, isActive, SECURE, STATE_NAMES } from '../../src/ipvs/tcp-states.ts'
import { LoneDirector, VIP } from '../support/lone-director.ts'

const SHORT = ['NO', 'ES', 'SS', 'SR', 'FW', 'TW', 'CL', 'CW', 'LA', 'LI', 'SA']
const FLAGS = { fin: 1, syn: 2, rst: 4, ack: 16 }
/** Row by row as described: the event, then the next states of NO ES SS SR FW TW CL CW LA LI SA. */
const TABLES: Record<string, string[]> = {
  'normal / INPUT': [
    'syn SR ES ES SR SR SR SR SR SR SR SR',
    'fin CL CW SS TW TW TW CL CW LA LI TW',
    'ack ES ES SS ES FW TW CL CW CL LI ES',
    'rst CL CL CL SR CL CL CL CL LA LI SR',
  ],
  'normal / OUTPUT': [
    'syn SS ES SS SR SS SS SS SS SS LI SR',
    'fin TW FW SS TW FW TW CL TW LA LI TW',
    'ack ES ES SS ES FW TW CL CW LA ES ES',
    'rst CL CL SS CL CL TW CL CL CL CL CL',
  ],
  'normal / INPUT_ONLY': [
    'syn SR ES ES SR SR SR SR SR SR SR SR',
    'fin CL FW SS TW FW TW CL CW LA LI TW',
    'ack ES ES SS ES FW TW CL CW CL LI ES',
    'rst CL CL CL SR CL CL CL CL LA LI CL',
  ],
  'secure / INPUT': [
    'syn SR ES ES SR SR SR SR SR SR SR SA',
    'fin CL CW SS TW TW TW CL CW LA LI SA',
    'ack ES ES SS SR FW TW CL CW CL LI SA',
    'rst CL CL CL SR CL CL CL CL LA LI CL',
  ],
  'secure / OUTPUT': [
    'syn SS ES SS SA SS SS SS SS SS LI SA',
    'fin TW FW SS TW FW TW CL TW LA LI TW',
    'ack ES ES SS ES FW TW CL CW LA ES ES',
    'rst CL CL SS CL CL TW CL CL CL CL CL',
  ],
  'secure / INPUT_ONLY': [
    'syn SA ES ES SR SA SA SA SA SA SA SA',
    'fin CL FW SS TW FW TW CL CW LA LI TW',
    'ack ES ES SS ES FW TW CL CW CL LI ES',
    'rst CL CL CL SR CL CL CL CL LA LI CL',
  ],
}

describe.each(Object.entries(TABLES))('%s', (name, rows) => {
  const table = ['INPUT', 'OUTPUT', 'INPUT_ONLY'].indexOf(name.split(' ')[2]!)
  const set = name.startsWith('secure') ? SECURE : 0

  test.each(rows)('%s', (row) => {
    const [event = '', ...cells] = row.split(/ +/)
    const flags = FLAGS[event as 'syn']
    expect(cells).toHaveLength(SHORT.length)
    const next = SHORT.map((_, state) => SHORT[nextState(set + table, state, flags)])
    expect(next).toEqual(cells)
  })
})

describe('events', () => {
  // From ESTABLISHED of the input table: syn ES, fin CW, ack ES, rst CL; from NONE: SR CL ES CL.
  test.each([
    ['RST before all', 'RSFA', 4, 'CL'],
    ['SYN before FIN', 'SF', 0, 'SR'],
    ['SYN-ACK is a SYN', 'SA', 0, 'SR'],
    ['FIN before ACK', 'FA', 1, 'CW'],
    ['ACK', 'A', 0, 'ES'],
    ['PSH changes nothing', 'PA', 0, 'ES'],
    ['none of them closes', 'P', 1, 'CL'],
    ['nothing closes, too', '', 3, 'CL'],
  ])('%s', (_, letters, state, next) => {
    const flags = Array.from(letters).reduce((sum, each) => sum | (1 << 'FSRPA'.indexOf(each)), 0)
    expect(SHORT[nextState(0, state, flags)]).toBe(next)
  })
})

test('timeouts, and what is active', () => {
  const seconds = [...tcpTimeouts()].map((ticks) => ticks / 250)
  expect(Object.fromEntries(STATE_NAMES.map((name, state) => [name, seconds[state]]))).toEqual({
    ...{ NONE: 2, ESTABLISHED: 900, SYN_SENT: 120, SYN_RECV: 60, FIN_WAIT: 120, TIME_WAIT: 120 },
    ...{ CLOSE: 10, CLOSE_WAIT: 60, LAST_ACK: 30, LISTEN: 120, SYNACK: 120 },
  })
  const active = STATE_NAMES.filter((_, state) => isActive(state))
  expect(active).toEqual(['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'SYNACK'])
})

const CLIENT = '198.51.100.1:4000'

/** Packets as 'S' from the client, '<SA' from the server; gives the state after each. */
function states(method: string, packets: string[], secure = 0): string {
  const bench = new LoneDirector().rules(`-A -t ${VIP}:80 -s rr`)
  bench.rules(`-a -t ${VIP}:80 -r 10.0.1.1:80 ${method}`)
  bench.sysctl('secure_tcp', secure)
  const from = method === '-m' ? '10.0.1.1:80' : `${VIP}:80`
  return packets
    .map((packet) => {
      if (packet.startsWith('<')) bench.reply(`tcp ${packet.slice(1)}`, from, CLIENT)
      else bench.packet(`tcp ${packet}`, CLIENT)
      const state = STATE_NAMES.indexOf(bench.stateOf(CLIENT).split(' ')[0]!)
      const active = bench.destination('10.0.1.1:80').activeConnections === 1 ? '+' : ''
      return `${SHORT[state]}${active}`
    })
    .join(' ')
}

describe('conversations; + while the connection counts as active', () => {
  test.each([
    ['NAT, the client closes', '-m', 'S <SA A FA <A <FA A', 'SR+ SR+ ES+ CW CW TW TW'],
    ['NAT, the server closes', '-m', 'S <SA A <FA A FA <A', 'SR+ SR+ ES+ FW FW TW TW'],
    ['DR', '-g', 'S A FA A', 'SR+ ES+ FW FW'],
    ['a tunnel', '-i', 'S A PA FA', 'SR+ ES+ ES+ FW'],
    ['DR, the client never closes', '-g', 'S A A A', 'SR+ ES+ ES+ ES+'],
    ['DR, reset', '-g', 'S A R', 'SR+ ES+ CL'],
    ['refused, NAT', '-m', 'S <RA', 'SR+ CL'],
    ['SYN again', '-m', 'S S S', 'SR+ SR+ SR+'],
    ['SYN when established', '-m', 'S <SA A S', 'SR+ SR+ ES+ ES+'],
    ['reset before it is established', '-m', 'S R', 'SR+ SR+'],
    ['reset before it is established, DR', '-g', 'S R', 'SR+ SR+'],
    ['DR whose replies pass after all', '-g', 'S <SA A FA <FA', 'SR+ SR+ ES+ CW TW'],
  ])('%s', (_, method, packets, expected) => {
    expect(states(method, packets.split(' '))).toBe(expected)
  })

  test.each([
    ['NAT', '-m', 'S <SA A <A', 'SR+ SA+ SA+ ES+'],
    ['DR', '-g', 'S A', 'SA+ ES+'],
    ['DR, reset before', '-g', 'S R', 'SA+ CL'],
    ['NAT, reset before', '-m', 'S <SA R', 'SR+ SA+ CL'],
  ])('%s under secure_tcp', (_, method, packets, expected) => {
    expect(states(method, packets.split(' '), 3)).toBe(expected)
  })
})

describe('every packet restarts the timer with the timeout of its state', () => {
  test.each([
    ['SYN_RECV', 'S', 'SYN_RECV 60'],
    ['ESTABLISHED', 'S A', 'ESTABLISHED 900'],
    ['FIN_WAIT', 'S A FA', 'FIN_WAIT 120'],
    ['CLOSE', 'S A R', 'CLOSE 10'],
  ])('%s', (_, packets, left) => {
    const bench = new LoneDirector().rules(
      `-A -t ${VIP}:80 -s rr`,
      `-a -t ${VIP}:80 -r 10.0.1.1 -g`,
    )
    for (const packet of packets.split(' ')) bench.pass(1).packet(`tcp ${packet}`, CLIENT)
    expect(bench.stateOf(CLIENT)).toBe(left)
    bench.pass(5)
    const [state, seconds] = left.split(' ')
    expect(bench.stateOf(CLIENT)).toBe(`${state} ${Number(seconds) - 5}`)
  })

  test('--set changes ESTABLISHED and FIN_WAIT of packets to come, nothing else', () => {
    const bench = new LoneDirector().rules(
      `-A -t ${VIP}:80 -s rr`,
      `-a -t ${VIP}:80 -r 10.0.1.1 -g`,
    )
    bench.packet('tcp S', CLIENT)
    bench.packet('tcp A', CLIENT)
    bench.rules('--set 50 40 30')
    expect(bench.stateOf(CLIENT)).toBe('ESTABLISHED 900')
    bench.packet('tcp A', CLIENT)
    expect(bench.stateOf(CLIENT)).toBe('ESTABLISHED 50')
    bench.packet('tcp FA', CLIENT)
    expect(bench.stateOf(CLIENT)).toBe('FIN_WAIT 40')
    bench.packet('tcp S', '198.51.100.1:4001')
    expect(bench.stateOf('198.51.100.1:4001')).toBe('SYN_RECV 60')
    bench.rules('--set 0 0 20')
    expect(bench.ipvsadm('-L --timeout').out).toBe('Timeout (tcp tcpfin udp): 50 40 20\n')
  })
})
