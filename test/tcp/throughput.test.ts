// Bulk transfers against what is known of them: the square-root law (Mathis, Semke, Mahdavi and Ott
// 1997), Padhye, Firoiu, Towsley and Kurose 1998, round trips counted by hand, and windows.
import { describe, expect, test } from 'vitest'
import { Streams } from '../../src/kernel/random.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { ESTABLISHED } from '../../src/tcp/endpoint.ts'
import type { TcpOptions } from '../../src/tcp/options.ts'
import { MS, Pair } from './pair.ts'

interface Bulk {
  tcp: Partial<TcpOptions>
  rttMs: number
  /** Is this segment of payload, sent now, lost? */
  loses?: (now: number) => boolean
  rateBps?: number
  queuePackets?: number
  bytes?: number
}

/** The server sends without end, or so many bytes; the client takes. */
function bulk({ tcp, rttMs, loses = () => false, bytes = 1e12, ...wire }: Bulk): Pair {
  let isWritten = false
  const pair = new Pair({
    tcp,
    delayPs: (rttMs * MS) / 2,
    ...wire,
    loses: (line, packet, now) => packet.payloadBytes > 0 && line.startsWith('<') && loses(now),
    onServer({ server, serverTcp }, now) {
      if (server.state !== ESTABLISHED || isWritten) return
      isWritten = true
      serverTcp.write(server, bytes, now)
    },
  })
  pair.isTracing = false
  pair.open()
  return pair
}

/** Payload taken by the client, B/s, after the first tenth. */
function goodput(options: Bulk, seconds: number): number {
  const pair = bulk(options)
  pair.run(seconds / 10)
  const before = pair.client.rcvNxt
  pair.run(seconds)
  return (pair.client.rcvNxt - before) / seconds
}

const RENO = { congestion: 'reno', rmem: 1e9, wmem: 1e9 } as const
const MSS = 1448

describe('the square-root law holds for losses that know nothing of each other', () => {
  test.each([
    { sack: true, delayedAck: true, rttMs: 100, loss: 0.001, seconds: 1000 },
    { sack: true, delayedAck: true, rttMs: 200, loss: 0.01, seconds: 1500 },
    { sack: true, delayedAck: false, rttMs: 100, loss: 0.001, seconds: 800 },
    { sack: true, delayedAck: false, rttMs: 100, loss: 0.02, seconds: 800 },
    { sack: false, delayedAck: true, rttMs: 100, loss: 0.001, seconds: 1000 },
    { sack: false, delayedAck: true, rttMs: 50, loss: 0.02, seconds: 1000 },
    { sack: false, delayedAck: false, rttMs: 100, loss: 0.01, seconds: 800 },
  ])('%o', ({ sack, delayedAck, rttMs, loss, seconds }) => {
    const stream = new Streams('mathis').stream('loss')
    const tcp = { ...RENO, sack, delayedAck }
    const rate = goodput({ tcp, rttMs, loses: () => stream.uniform() < loss }, seconds)
    const expected = (MSS / (rttMs / 1000)) * Math.sqrt(3 / (2 * (delayedAck ? 2 : 1) * loss))
    expect(rate / expected).toBeGreaterThan(0.85)
    expect(rate / expected).toBeLessThan(1.15)
  })
})

// The formula's own losses: whoever follows a lost packet in its round is lost with it. Its p
// counts losses that begin, its rate what is sent (their section II). It fills all holes of a round
// at once, as SACK does; NewReno needs a round trip for each.
describe('the formula of Padhye and others holds for losses as it has them', () => {
  test.each([
    { delayedAck: true, rttMs: 100, loss: 0.003, seconds: 1000 },
    { delayedAck: true, rttMs: 100, loss: 0.02, seconds: 1500 },
    { delayedAck: true, rttMs: 50, loss: 0.05, seconds: 1500 },
    { delayedAck: false, rttMs: 100, loss: 0.003, seconds: 1000 },
    { delayedAck: false, rttMs: 100, loss: 0.02, seconds: 1500 },
    { delayedAck: false, rttMs: 50, loss: 0.05, seconds: 1500 },
  ])('%o', ({ delayedAck, rttMs, loss, seconds }) => {
    const stream = new Streams('padhye').stream('loss')
    let lostUntil = 0
    let sent = 0
    let begun = 0
    const loses = (now: number) => {
      sent++
      if (now < lostUntil) return true
      if (stream.uniform() >= loss) return false
      begun++
      lostUntil = now + (rttMs * MS) / 2
      return true
    }
    bulk({ tcp: { ...RENO, delayedAck }, rttMs, loses }).run(seconds)
    const p = begun / sent
    const b = delayedAck ? 2 : 1
    const rtt = rttMs / 1000
    // Linux's least timeout is 200 ms above the round trip.
    const timeout = Math.min(1, 3 * Math.sqrt((3 * b * p) / 8)) * (rtt + 0.2)
    const expected = 1 / (rtt * Math.sqrt((2 * b * p) / 3) + timeout * p * (1 + 32 * p * p))
    expect(sent / seconds / expected).toBeGreaterThan(0.85)
    expect(sent / seconds / expected).toBeLessThan(1.15)
  })
})

describe('short objects take the round trips that slow start needs', () => {
  // Calibration 11.6: ceil(log2(S / 14600 + 1)), with segments of 1460 B.
  test.each([
    [1_460, 1],
    [14_600, 1],
    [14_601, 2],
    [43_800, 2],
    [43_801, 3],
    [102_200, 3],
    [1_000_000, 7],
  ])('%i B: %i', (bytes, rounds) => {
    const rttMs = 100
    const pair = bulk({ tcp: { timestamps: false }, rttMs, bytes })
    while (pair.client.rcvNxt <= bytes) pair.run(0.0001)
    // The SYN ACK, the last ACK, and the first data half a round trip later; then a round each.
    const roundTrips = pair.kernel.now / (rttMs * MS) - 1.5
    expect(roundTrips).toBeGreaterThanOrEqual(rounds - 0.5)
    expect(roundTrips).toBeLessThan(rounds - 0.5 + 0.03)
  })
})

describe('windows and buffers bound what is under way', () => {
  const rttMs = 20
  const rateBps = 100_000_000
  // Bandwidth times delay: 250,000 B.
  const product = ((rateBps / 8) * rttMs) / 1000
  const wire = (tcp: Partial<TcpOptions>) =>
    goodput({ tcp, rttMs, rateBps, queuePackets: 1000 }, 10) / (rateBps / 8)

  test('enough of both fills the wire: payload is 94.1 % of it', () => {
    expect(wire({ rmem: 8 * product, wmem: 4 * product })).toBeCloseTo(1448 / 1538, 2)
  })

  test.each([
    ['rmem', { rmem: product, wmem: 4 * product }],
    ['wmem', { rmem: 8 * product, wmem: product / 2 }],
  ])('half the product in %s gives half the rate', (_, tcp) => {
    // A window of half the product for each round trip, which the wire stretches by a frame.
    expect(wire(tcp)).toBeGreaterThan(0.485)
    expect(wire(tcp)).toBeLessThan(0.505)
  })
})

describe('CUBIC', () => {
  // RFC 9438, 5.1: with a loss for every 1/p segments, 1.054 (RTT / p)^0.75 segments are under way.
  test.each([
    { rttMs: 100, every: 5_000, seconds: 150 },
    { rttMs: 200, every: 5_000, seconds: 300 },
  ])('has the mean window of its closed form: %o', ({ rttMs, every, seconds }) => {
    const mean = (congestion: 'cubic' | 'reno') => {
      let sent = 0
      const loses = () => ++sent % every === 0
      const tcp = { congestion, rmem: 1e9, wmem: 1e9, delayedAck: false }
      return (goodput({ tcp, rttMs, loses }, seconds) / MSS) * (rttMs / 1000)
    }
    const expected = 1.054 * ((rttMs / 1000) * every) ** 0.75
    const cubic = mean('cubic')
    expect(cubic / expected).toBeGreaterThan(0.85)
    expect(cubic / expected).toBeLessThan(1.15)
    // The same losses leave Reno sqrt(3 / 2p).
    const reno = mean('reno')
    expect(reno / Math.sqrt(1.5 * every)).toBeGreaterThan(0.85)
    expect(reno / Math.sqrt(1.5 * every)).toBeLessThan(1.15)
  })
})

test('a transfer of a second takes a second of simulated time', () => {
  const pair = bulk({ tcp: {}, rttMs: 1, rateBps: 1_000_000_000, bytes: 117_000_000 })
  while (pair.client.rcvNxt <= 117_000_000) pair.run(0.01)
  expect(pair.kernel.now / PS_PER_SECOND).toBeGreaterThan(0.99)
  expect(pair.kernel.now / PS_PER_SECOND).toBeLessThan(1.02)
})
