// What a sender does about losses, told by when things are sent again; paths that take less than
// their ends; windows after a pause.
import { describe, expect, test } from 'vitest'
import type { Packet } from '../../src/net/packet.ts'
import { ESTABLISHED } from '../../src/tcp/endpoint.ts'
import type { TcpOptions } from '../../src/tcp/options.ts'
import { MS, Pair, type PairOptions } from './pair.ts'

const MSS = 1448
const RTT = 20 * MS

/** The server sends so many full segments when the handshake is done. */
function send(segments: number, options: PairOptions = {}): Pair {
  let isWritten = false
  const pair = new Pair({
    onServer({ server, serverTcp }, now) {
      if (server.state !== ESTABLISHED || isWritten) return
      isWritten = true
      serverTcp.write(server, segments * MSS, now)
    },
    ...options,
  })
  pair.open()
  return pair
}

/** Loses the first copy of those segments, counted from 0. */
function losing(...numbers: number[]): PairOptions['loses'] {
  const left = new Set(numbers.map((number) => 1 + number * MSS))
  return (line, packet) =>
    line.startsWith('<') && packet.payloadBytes > 0 && left.delete(packet.sequence)
}

/** Round trips from the first data to the last byte taken. */
function roundTrips(tcp: Partial<TcpOptions>, loses: PairOptions['loses'], segments = 10): number {
  const pair = send(segments, { tcp, ...(loses === undefined ? {} : { loses }) })
  while (pair.client.rcvNxt <= segments * MSS) pair.run(0.0001)
  const first = pair.sent.find(({ line }) => line.startsWith('< ACK 1448'))!
  return (pair.kernel.now - first.at) / RTT
}

describe('a lost segment', () => {
  test.each([true, false])('is sent again after three duplicates, SACK %s', (sack) => {
    // Half a round trip for the data, half for the duplicates, half for the segment sent again.
    expect(roundTrips({ sack }, losing(3))).toBeCloseTo(1.5, 1)
  })

  test('two of a window take one round trip more without SACK, none with it', () => {
    expect(roundTrips({ sack: true }, losing(2, 4))).toBeCloseTo(1.5, 1)
    expect(roundTrips({ sack: false }, losing(2, 4))).toBeCloseTo(2.5, 1)
  })

  test.each([true, false])(
    'at the end waits for the timer: 200 ms and a round trip, %s',
    (sack) => {
      // A round trip to the last ACK, the timeout of 200 ms and a round trip, and half of one.
      const ms = roundTrips({ sack, delayedAck: false }, losing(9)) * 20
      expect(ms).toBeCloseTo(250, 0)
    },
  )

  test('halves the window of Reno and takes three tenths of that of CUBIC', () => {
    const threshold = (congestion: 'reno' | 'cubic') => {
      const pair = send(400, { tcp: { congestion }, loses: losing(30)! })
      while (pair.server.recovery === 0 && pair.client.rcvNxt < 390 * MSS) pair.run(0.0001)
      return pair.server.ssthresh / MSS
    }
    // 10, 20, and of the third window of 40 the first is lost; its duplicates let two more out.
    expect(threshold('reno')).toBe(42 / 2)
    expect(threshold('cubic')).toBe(0.7 * 40)
  })

  test('what a timeout sends needlessly starts no recovery', () => {
    // All ACKs of the first window are lost: the timer fires, everything was there.
    const late = 250 * MS
    const pair = send(10, {
      tcp: { sack: false },
      loses: (line, _packet, now) => line === '> ACK' && now > 25 * MS && now < late,
    })
    pair.run(3)
    expect(pair.client.rcvNxt).toBe(1 + 10 * MSS)
    expect(pair.server.recovery).toBe(0)
    expect(pair.server.flight).toBe(0)
  })
})

describe('a path that takes less than its ends', () => {
  /** Nothing above that IP packet comes through; its sender is told half a round trip later. */
  function narrow(mtuBytes: number, tcp: Partial<TcpOptions> = {}): Pair {
    let pair: Pair | null = null
    const told = { due: (_key: number, now: number) => tell(now) }
    const tell = (now: number) => {
      pair!.serverTcp.handleTooBig(pair!.server, mtuBytes, now)
      pair!.settle()
    }
    pair = send(100, {
      tcp,
      loses(_line, packet: Packet, now) {
        if (packet.ipBytes <= mtuBytes) return false
        pair!.kernel.agenda.plan(now + RTT / 2, told, 0)
        return true
      },
    })
    return pair
  }

  test.each([1480, 1300, 576])('of %i B is filled, after one round trip', (mtuBytes) => {
    const pair = narrow(mtuBytes)
    pair.run(0.4)
    expect(pair.client.rcvNxt).toBe(1 + 100 * MSS)
    expect(pair.server.mss).toBe(mtuBytes - 52)
    // Being too big is no sign of congestion.
    expect(pair.server.cwnd).toBeGreaterThanOrEqual(10 * MSS)
  })

  test('who is not told sends the same again, in vain', () => {
    const pair = send(100, { loses: (_line, packet) => packet.ipBytes > 1480 })
    pair.run(30)
    expect(pair.client.rcvNxt).toBe(1)
    expect(pair.server.retries).toBeGreaterThan(5)
  })

  test('a clamped MSS makes nothing too big', () => {
    const pair = send(100, {
      client: { advmss: 1440 },
      loses: (_line, packet) => packet.ipBytes > 1480,
    })
    pair.run(0.4)
    expect(pair.lost).toBe(0)
    expect(pair.client.rcvNxt).toBe(1 + 100 * MSS)
  })
})

describe('a window after a pause', () => {
  const after = (pauseSeconds: number, tcp: Partial<TcpOptions> = {}) => {
    const pair = send(200, { tcp })
    pair.run(1)
    const before = pair.server.cwnd
    pair.run(pauseSeconds)
    pair.serverTcp.write(pair.server, MSS, pair.kernel.now)
    return [before / MSS, pair.server.cwnd / MSS] as const
  }

  test('of many timeouts is what a connection begins with', () => {
    const [before, later] = after(10)
    expect(before).toBeGreaterThan(100)
    expect(later).toBe(10)
  })

  test('stays with slowStartAfterIdle off', () => {
    const [before, later] = after(10, { slowStartAfterIdle: false })
    expect(later).toBe(before)
  })
})
