// Whole connections, packet by packet.
import { describe, expect, test } from 'vitest'
import {
  CLOSED,
  CLOSE_WAIT,
  ESTABLISHED,
  TIMED_OUT,
  TIME_WAIT,
  WAS_REFUSED,
} from '../../src/tcp/endpoint.ts'
import type { TcpOptions } from '../../src/tcp/options.ts'
import { MS, Pair, type PairOptions } from './pair.ts'

/** A client that asks once, a server that answers once; the client closes first. */
function exchange(request: number, response: number, options: PairOptions = {}): Pair {
  let asked = false
  let answered = false
  const pair = new Pair({
    onClient({ client, clientTcp }, now) {
      if (client.state === ESTABLISHED && !asked) {
        asked = true
        clientTcp.write(client, request, now)
      } else if (client.state === ESTABLISHED && client.rcvNxt > response) {
        clientTcp.close(client, now)
      }
    },
    onServer({ server, serverTcp }, now) {
      if (server.state >= ESTABLISHED && server.rcvNxt > request && !answered) {
        answered = true
        serverTcp.write(server, response, now)
      }
      if (server.state === CLOSE_WAIT) serverTcp.close(server, now)
    },
    ...options,
  })
  pair.open()
  return pair
}

describe('a request and its answer', () => {
  test('nothing but what is needed', () => {
    const pair = exchange(200, 1000)
    pair.run(1)
    expect(pair.lines).toEqual([
      '> SYN',
      '< SYN ACK',
      '> ACK',
      '> PSH ACK 200',
      '< PSH ACK 1000',
      '> FIN ACK',
      '< FIN ACK',
      '> ACK',
    ])
    expect([pair.client.state, pair.server.state, pair.pool.taken]).toEqual([TIME_WAIT, CLOSED, 0])
    pair.run(60)
    expect(pair.client.state).toBe(CLOSED)
  })

  test('frames have the sizes of their options', () => {
    const sizes = (tcp: Partial<TcpOptions>) => {
      const pair = exchange(200, 1000, { tcp })
      pair.run(1)
      return pair.sent.slice(0, 4).map(({ bytes }) => bytes)
    }
    // 14 + 20 + 20 + options + payload + 4; 64 at least.
    expect(sizes({})).toEqual([78, 78, 70, 270])
    expect(sizes({ timestamps: false })).toEqual([70, 70, 64, 258])
    expect(sizes({ timestamps: false, sack: false })).toEqual([66, 66, 64, 258])
  })

  test.each([
    [true, 1448],
    [false, 1460],
  ])('segments of an Ethernet, timestamps %s', (timestamps, mss) => {
    const pair = exchange(2000, 7 * mss + 10, { tcp: { timestamps } })
    pair.run(1)
    expect(pair.lines.filter((line) => line.startsWith('> PSH'))).toEqual([
      `> PSH ACK ${2000 - mss}`,
    ])
    expect(pair.lines.filter((line) => line === `> ACK ${mss}`).length).toBe(1)
    expect(pair.lines.filter((line) => line === `< ACK ${mss}`).length).toBe(7)
    expect(pair.lines.filter((line) => line === '< PSH ACK 10').length).toBe(1)
    // Of the handshake, four of eight segments, and of the server's FIN.
    expect(pair.lines.filter((line) => line === '> ACK').length).toBe(1 + 4 + 1)
  })

  test('an announced size is kept to', () => {
    const pair = exchange(3000, 3000, { tcp: { timestamps: false }, server: { advmss: 1440 } })
    pair.run(1)
    expect(pair.lines).toContain('> ACK 1440')
    expect(pair.lines).toContain('< ACK 1460')
  })

  test.each([
    '> SYN',
    '< SYN ACK',
    '> PSH ACK 200',
    '< PSH ACK 1000',
    '> FIN ACK',
    '< FIN ACK',
    '> ACK',
  ])('survives the loss of %s', (victim) => {
    let left = 1
    const pair = exchange(200, 1000, { loses: (line) => line === victim && left-- > 0 })
    pair.run(5)
    expect(pair.lost).toBe(1)
    expect(pair.client.rcvNxt).toBe(1002)
    expect([pair.client.state, pair.server.state, pair.pool.taken]).toEqual([TIME_WAIT, CLOSED, 0])
  })

  test('an answer that takes its time is announced by an ACK after 40 ms', () => {
    const pair = exchange(200, 1000, { onServer: () => {} })
    pair.run(1)
    const [request, ack] = pair.sent.filter(({ line }) => line !== '> SYN').slice(2)
    expect(request?.line).toBe('> PSH ACK 200')
    expect(ack?.line).toBe('< ACK')
    expect(ack!.at - request!.at).toBeGreaterThanOrEqual(50 * MS)
    expect(ack!.at - request!.at).toBeLessThan(50.01 * MS)
  })
})

describe('giving up', () => {
  test('a SYN is sent at 0, 1, 3, 7, 15, 31 and 63 s, and the end comes at 127 s', () => {
    const pair = exchange(1, 1, { loses: () => true })
    pair.run(200)
    expect(pair.sent.map(({ at }) => at / (1000 * MS))).toEqual([0, 1, 3, 7, 15, 31, 63])
    expect([pair.client.state, pair.client.cause]).toEqual([CLOSED, TIMED_OUT])
  })

  test('a SYN ACK is repeated five times', () => {
    const pair = exchange(1, 1, { loses: (line) => line.startsWith('<') })
    pair.run(0.5)
    pair.client.end(0)
    pair.run(100)
    expect(pair.lines.filter((line) => line === '< SYN ACK').length).toBe(6)
    expect([pair.server.state, pair.server.cause]).toEqual([CLOSED, TIMED_OUT])
  })

  test('data is repeated 15 times, from 200 ms and the round trip to 120 s apart', () => {
    const pair = exchange(100, 1, { loses: (line) => line === '> PSH ACK 100' })
    pair.run(2000)
    const times = pair.sent.filter(({ line }) => line === '> PSH ACK 100').map(({ at }) => at)
    const gaps = times.slice(1).map((at, index) => (at - times[index]!) / MS)
    expect(gaps[0]).toBeCloseTo(220, 0)
    for (const [index, gap] of gaps.entries()) {
      expect(gap).toBeCloseTo(Math.min(120_000, gaps[0]! * 2 ** index), 0)
    }
    expect(times.length).toBe(16)
    expect([pair.client.state, pair.client.cause]).toEqual([CLOSED, TIMED_OUT])
  })

  test('a RST to the SYN is a refusal', () => {
    const pair = exchange(1, 1, {
      loses(line, packet) {
        if (line === '< SYN ACK') packet.tcpFlags = 4 | 16
        return false
      },
    })
    pair.run(0.5)
    expect([pair.client.state, pair.client.cause]).toEqual([CLOSED, WAS_REFUSED])
  })
})
