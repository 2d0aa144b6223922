// The director's guesses at SCTP (spec 4.3): the three tables cell by cell, events by chunk,
// timeouts, and that an established association alone counts as active.
import { describe, expect, test } from 'vitest'
import {
  SCTP_STATE_NAMES,
  SCTP_TIMEOUTS,
  nextSctpState,
  sctpEvent,
} from '../../src/ipvs/sctp-states.ts'
import { LoneDirector, VIP } from '../support/lone-director.ts'

const SHORT = 'NO I1 IN CS CR CW CO CE ES SS SR SA RJ CL'.split(' ')
/** A chunk that stands for each event. */
const CHUNKS: Record<string, number> = {
  ...{ d: 0, i: 1, i_a: 2, c_e: 10, c_a: 11, s: 7, s_a: 8, s_c: 14, err: 9, ab: 6 },
}
/** Row by row as described: the event, then the next states in the order of the short names. */
const TABLES: Record<string, string[]> = {
  'SCTP / INPUT': [
    'd   ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
    'i   I1 IN IN CS CR CW CO CE ES SS SR SA IN IN',
    'i_a CW CW CW CS CR CO CO CE ES SS SR SA RJ CL',
    'c_e CR IN IN CR CR CW CO CE ES SS SR SA RJ CL',
    'c_a ES I1 IN CS CR CW CO ES ES SS SR SA RJ CL',
    's   SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL',
    's_a CL IN IN CS CR CW CO CE ES CL SR CL RJ CL',
    's_c CL CL CL CS CR CW CO CE ES SS SR CL RJ CL',
    'err CL I1 IN CS CR CW CO CL ES SS SR SA RJ CL',
    'ab  CL CL CL CL CL RJ CL CL CL CL CL CL CL CL',
  ],
  'SCTP / OUTPUT': [
    'd   ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
    'i   CW CW CW CW CW CW CW CW ES CW CW CW CW CW',
    'i_a CS CS CS CS CR CW CO CE ES SS SR SA RJ CL',
    'c_e CE CE CE CE CE CE CE CE ES SS SR SA RJ CL',
    'c_a ES ES ES ES ES ES ES ES ES SS SR SA RJ CL',
    's   SS SS SS SS SS SS SS SS SS SS SR SA RJ CL',
    's_a SA SA SA SA SA CW CO CE ES SA SA SA RJ CL',
    's_c CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
    'err CL CL CL CL CL CW CO CE ES SS SR SA RJ CL',
    'ab  CL RJ CL CL CL CL CL CL CL CL CL CL CL CL',
  ],
  'SCTP / INPUT_ONLY': [
    'd   ES I1 IN CS CR ES CO CE ES SS SR SA RJ CL',
    'i   I1 IN IN IN IN IN CO CE ES SS SR SA IN IN',
    'i_a CE CE CE CE CE CE CO CE ES SS SR SA RJ CL',
    'c_e ES ES ES ES ES ES CO CE ES SS SR SA RJ CL',
    'c_a ES I1 IN ES ES CW ES ES ES SS SR SA RJ CL',
    's   SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL',
    's_a CL IN IN CS CR CW CO CE CL CL SR CL RJ CL',
    's_c CL CL CL CL CL CW CO CE ES SS CL CL RJ CL',
    'err CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
    'ab  CL CL CL CL CL RJ CL CL CL CL CL CL CL CL',
  ],
}

describe.each(Object.entries(TABLES))('%s', (name, rows) => {
  const table = ['INPUT', 'OUTPUT', 'INPUT_ONLY'].indexOf(name.split(' ')[2]!)

  test('has all events', () => {
    expect(rows.map((row) => row.split(/ +/)[0])).toEqual(Object.keys(CHUNKS))
  })

  test.each(rows)('%s', (row) => {
    const [event = '', ...cells] = row.split(/ +/)
    expect(cells).toHaveLength(SHORT.length)
    const number = sctpEvent(CHUNKS[event]!, -1)
    expect(SHORT.map((_, state) => SHORT[nextSctpState(table, state, number)])).toEqual(cells)
  })
})

describe('events', () => {
  test.each([0, 3, 4, 5, 12, 13, 15, 63, 130, 192, 255])('chunk %i is like data', (chunk) => {
    expect(sctpEvent(chunk, -1)).toBe(sctpEvent(0, -1))
  })

  test('a cookie with an abort behind it is an abort', () => {
    expect(sctpEvent(10, 6)).toBe(sctpEvent(6, -1))
    expect(sctpEvent(11, 6)).toBe(sctpEvent(6, -1))
    expect(sctpEvent(10, 0)).toBe(sctpEvent(10, -1))
    expect(sctpEvent(0, 6)).toBe(sctpEvent(0, -1))
    expect(sctpEvent(1, 6)).toBe(sctpEvent(1, -1))
  })
})

test('timeouts', () => {
  const seconds = SCTP_STATE_NAMES.map((_, state) => SCTP_TIMEOUTS[state]! / 250)
  expect(seconds).toEqual([2, 4, 61, 61, 61, 61, 61, 61, 900, 61, 61, 61, 4, 61])
})

describe('associations', () => {
  const CLIENT = '198.51.100.1:4000'

  function bench(method: string): LoneDirector {
    const service = `--sctp-service ${VIP}:80`
    return new LoneDirector().rules(`-A ${service} -s rr`, `-a ${service} -r 10.0.1.1:80 ${method}`)
  }

  test('with NAT, opened and shut down', () => {
    const one = bench('-m')
    const at = (kind: string): string => {
      if (kind.startsWith('<')) one.reply(`sctp ${kind.slice(1)}`, '10.0.1.1:80', CLIENT)
      else one.packet(`sctp ${kind}`, CLIENT)
      return `${one.stateOf(CLIENT)} ${one.counts('10.0.1.1:80')}`
    }
    expect(at('INIT')).toBe('INIT1 4 0 1 0')
    expect(at('<INIT_ACK')).toBe('C-SENT 61 0 1 0')
    expect(at('COOKIE_ECHO')).toBe('C-REPLIED 61 0 1 0')
    expect(at('<COOKIE_ACK')).toBe('ESTABLISHED 900 1 0 0')
    expect(at('DATA')).toBe('ESTABLISHED 900 1 0 0')
    expect(at('SHUTDOWN')).toBe('S-RECEIVED 61 0 1 0')
    expect(at('<SHUTDOWN_ACK')).toBe('S-ACK-SENT 61 0 1 0')
    expect(at('SHUTDOWN_COMPLETE')).toBe('CLOSED 61 0 1 0')
  })

  test('with DR the client side alone tells', () => {
    const one = bench('-g')
    one.packet('sctp INIT', CLIENT)
    one.packet('sctp COOKIE_ECHO', CLIENT)
    expect(one.stateOf(CLIENT)).toBe('ESTABLISHED 900')
    one.packet('sctp INIT', '198.51.100.1:4001')
    one.packet('sctp COOKIE_ACK', '198.51.100.1:4001')
    expect(one.stateOf('198.51.100.1:4001')).toBe('INIT1 4')
  })

  test('a packet whose chunk cannot be read changes nothing but restarts the timer', () => {
    const one = bench('-m')
    one.packet('sctp INIT', CLIENT)
    one.pass(2)
    expect(one.stateOf(CLIENT)).toBe('INIT1 2')
    expect(one.packet('sctp', CLIENT)).toBe('10.0.1.1:80')
    expect(one.stateOf(CLIENT)).toBe('INIT1 4')
    expect(one.packet('sctp', '198.51.100.9:1')).toBe('drop')
  })

  test('an INIT for a closed association may go to another server, as a SYN', () => {
    const one = bench('-m')
    one.rules(`-a --sctp-service ${VIP}:80 -r 10.0.1.2:80 -m`)
    expect(one.packet('sctp INIT', CLIENT)).toBe('10.0.1.2:80')
    one.packet('sctp ABORT', CLIENT)
    expect(one.stateOf(CLIENT)).toMatch(/^CLOSED/)
    expect(one.packet('sctp INIT', CLIENT)).toBe('10.0.1.1:80')
  })
})
