// Bulk transfers beside what is known of them: the square-root law (Mathis, Semke, Mahdavi and Ott
// 1997), Padhye, Firoiu, Towsley and Kurose 1998, and round trips counted by hand.
import { Streams } from '../../src/kernel/random.ts'
import { ESTABLISHED } from '../../src/tcp/endpoint.ts'
import type { TcpOptions } from '../../src/tcp/options.ts'
import { MS, Pair } from './pair.ts'

export interface Bulk {
  tcp: Partial<TcpOptions>
  rttMs: number
  /** Is this segment of payload, sent now, lost? */
  loses?: (now: number) => boolean
  rateBps?: number
  queuePackets?: number
  bytes?: number
}

/** What was simulated, and what the formula says of it. */
export interface Beside {
  ours: number
  formula: number
}

/** The server sends without end, or so many bytes; the client takes. */
export function bulk({ tcp, rttMs, loses = () => false, bytes = 1e12, ...wire }: Bulk): Pair {
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
export function goodput(options: Bulk, seconds: number): number {
  const pair = bulk(options)
  pair.run(seconds / 10)
  const before = pair.client.rcvNxt
  pair.run(seconds)
  return (pair.client.rcvNxt - before) / seconds
}

export const RENO = { congestion: 'reno', rmem: 1e9, wmem: 1e9 } as const
/** Payload of a segment with timestamps. */
export const MSS = 1448

export const SQUARE_ROOT = [
  { sack: true, delayedAck: true, rttMs: 100, loss: 0.001, seconds: 1000 },
  { sack: true, delayedAck: true, rttMs: 200, loss: 0.01, seconds: 1500 },
  { sack: true, delayedAck: false, rttMs: 100, loss: 0.001, seconds: 800 },
  { sack: true, delayedAck: false, rttMs: 100, loss: 0.02, seconds: 800 },
  { sack: false, delayedAck: true, rttMs: 100, loss: 0.001, seconds: 1000 },
  { sack: false, delayedAck: true, rttMs: 50, loss: 0.02, seconds: 1000 },
  { sack: false, delayedAck: false, rttMs: 100, loss: 0.01, seconds: 800 },
] as const

/** Payload, B/s, with losses that know nothing of each other. */
export function squareRoot(given: (typeof SQUARE_ROOT)[number]): Beside {
  const { sack, delayedAck, rttMs, loss, seconds } = given
  const stream = new Streams('mathis').stream('loss')
  const tcp = { ...RENO, sack, delayedAck }
  const ours = goodput({ tcp, rttMs, loses: () => stream.uniform() < loss }, seconds)
  const perAck = delayedAck ? 2 : 1
  return { ours, formula: (MSS / (rttMs / 1000)) * Math.sqrt(3 / (2 * perAck * loss)) }
}

export const PADHYE = [
  { delayedAck: true, rttMs: 100, loss: 0.003, seconds: 1000 },
  { delayedAck: true, rttMs: 100, loss: 0.02, seconds: 1500 },
  { delayedAck: true, rttMs: 50, loss: 0.05, seconds: 1500 },
  { delayedAck: false, rttMs: 100, loss: 0.003, seconds: 1000 },
  { delayedAck: false, rttMs: 100, loss: 0.02, seconds: 1500 },
  { delayedAck: false, rttMs: 50, loss: 0.05, seconds: 1500 },
] as const

/**
 * Segments sent, 1/s, with the formula's own losses: whoever follows a lost packet in its round is
 * lost with it. Its p counts losses that begin, its rate what is sent (their section II). It fills
 * all holes of a round at once, as SACK does; NewReno needs a round trip for each.
 */
export function padhye({ delayedAck, rttMs, loss, seconds }: (typeof PADHYE)[number]): Beside {
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
  const formula = 1 / (rtt * Math.sqrt((2 * b * p) / 3) + timeout * p * (1 + 32 * p * p))
  return { ours: sent / seconds, formula }
}

/** Calibration 11.6: ceil(log2(S / 14600 + 1)) rounds, with segments of 1460 B. */
export const ROUNDS: readonly (readonly [bytes: number, rounds: number])[] = [
  [1_460, 1],
  [14_600, 1],
  [14_601, 2],
  [43_800, 2],
  [43_801, 3],
  [102_200, 3],
  [1_000_000, 7],
]

/** Round trips of an object, by slow start alone. */
export function roundTripsOf(bytes: number): number {
  const rttMs = 100
  const pair = bulk({ tcp: { timestamps: false }, rttMs, bytes })
  while (pair.client.rcvNxt <= bytes) pair.run(0.0001)
  // The SYN ACK, the last ACK, and the first data half a round trip later; then a round each.
  return pair.kernel.now / (rttMs * MS) - 1.5
}

const BUFFERS = { rttMs: 20, rateBps: 100_000_000, queuePackets: 1000 }
/** Bandwidth times delay of that wire, B. */
export const PRODUCT_BYTES = ((BUFFERS.rateBps / 8) * BUFFERS.rttMs) / 1000

/** Share of a wire that a bulk transfer fills with such buffers. */
export function filled(tcp: Partial<TcpOptions>): number {
  return goodput({ tcp, ...BUFFERS }, 10) / (BUFFERS.rateBps / 8)
}
