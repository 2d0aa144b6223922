// Whatever is lost, every byte arrives once and in order, both ends close, and every packet goes
// back to its pool.
import { describe, expect, test } from 'vitest'
import fc from '../support/properties.ts'
import { Streams } from '../../src/kernel/random.ts'
import { CLOSED, CLOSE_WAIT, ESTABLISHED } from '../../src/tcp/endpoint.ts'
import { Ranges } from '../../src/tcp/ranges.ts'
import { MS, Pair } from './pair.ts'

interface Pattern {
  seed: string
  loss: number
  /** Losses end after so many packets, so that nobody gives up. */
  most: number
  up: number
  down: number
  sack: boolean
  timestamps: boolean
  delayedAck: boolean
  congestion: 'cubic' | 'reno'
  queuePackets: number
  rmem: number
}

/** Many losses now and then, or few that come thickly: after 15 in vain a sender gives up. */
const losses = fc.oneof(
  fc.record({ loss: fc.double({ min: 0, max: 0.15, noNaN: true }), most: fc.nat(400) }),
  fc.record({ loss: fc.double({ min: 0.1, max: 1, noNaN: true }), most: fc.nat(6) }),
)
const rest = fc.record({
  seed: fc.string({ maxLength: 8 }),
  up: fc.integer({ min: 1, max: 60_000 }),
  down: fc.integer({ min: 1, max: 300_000 }),
  sack: fc.boolean(),
  timestamps: fc.boolean(),
  delayedAck: fc.boolean(),
  congestion: fc.constantFrom('cubic', 'reno'),
  queuePackets: fc.integer({ min: 1, max: 100 }),
  rmem: fc.integer({ min: 4096, max: 1_000_000 }),
})
const pattern: fc.Arbitrary<Pattern> = fc
  .tuple(losses, rest)
  .map(([lossy, others]) => ({ ...lossy, ...others }))

/** A request and its answer over wires that lose. */
function transfer({ seed, loss, most, up, down, queuePackets, ...tcp }: Pattern): Pair {
  const stream = new Streams(seed).stream('loss')
  let left = most
  let asked = false
  let answered = false
  let taken = 1
  const pair = new Pair({
    tcp,
    queuePackets,
    rateBps: 100_000_000,
    delayPs: 5 * MS,
    loses: () => stream.uniform() < loss && left-- > 0,
    onClient({ client, clientTcp }, now) {
      // Never back, never beyond what was sent.
      expect(client.rcvNxt).toBeGreaterThanOrEqual(taken === 1 ? 0 : taken)
      expect(client.rcvNxt).toBeLessThanOrEqual(down + 2)
      taken = Math.max(taken, client.rcvNxt)
      if (client.state === ESTABLISHED && !asked) {
        asked = true
        clientTcp.write(client, up, now)
      } else if (client.state === ESTABLISHED && client.rcvNxt === down + 1) {
        clientTcp.close(client, now)
      }
    },
    onServer({ server, serverTcp }, now) {
      expect(server.rcvNxt).toBeLessThanOrEqual(up + 2)
      if (server.state >= ESTABLISHED && server.rcvNxt === up + 1 && !answered) {
        answered = true
        serverTcp.write(server, down, now)
      }
      if (server.state === CLOSE_WAIT) serverTcp.close(server, now)
    },
  })
  pair.open()
  return pair
}

describe('any pattern of losses', () => {
  test('delivers everything once, closes both ends, gives everything back', () => {
    fc.assert(
      fc.property(pattern, (one) => {
        const pair = transfer(one)
        // Without timestamps a doubled timeout stays until something new is measured.
        const isOver = () => pair.client.isClosing && pair.server.state === CLOSED
        for (let s = 0; s < 2000 && !isOver(); s++) pair.run(10)
        // The FIN comes after everything, or too late: FIN_WAIT_2 lasts a minute.
        expect(pair.client.rcvNxt).toBeGreaterThanOrEqual(one.down + 1)
        expect(pair.server.rcvNxt).toBe(one.up + 2)
        pair.run(61)
        expect([pair.client.state, pair.server.state]).toEqual([CLOSED, CLOSED])
        expect(pair.pool.taken).toBe(0)
        expect([pair.client.early?.count ?? 0, pair.server.early?.count ?? 0]).toEqual([0, 0])
      }),
      { numRuns: 150, seed: 4 },
    )
  })
})

describe('ranges', () => {
  test('agree with a set of numbers', () => {
    const range = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 12 }))
    fc.assert(
      fc.property(fc.array(range, { maxLength: 20 }), fc.nat(70), (added, cut) => {
        const ranges = new Ranges()
        const numbers = new Set<number>()
        for (const [from, bytes] of added) {
          const before = numbers.size
          for (let n = from; n < from + bytes; n++) numbers.add(n)
          expect(ranges.add(from, from + bytes)).toBe(numbers.size - before)
        }
        ranges.trimBelow(cut)
        for (const n of numbers) if (n < cut) numbers.delete(n)
        expect(ranges.bytes).toBe(numbers.size)
        expect(ranges.coveredBetween(20, 50)).toBe(
          [...numbers].filter((n) => n >= 20 && n < 50).length,
        )
        let end = 30
        while (numbers.has(end)) end++
        expect(ranges.endOf(30)).toBe(end)
        for (let i = 1; i < ranges.count; i++)
          expect(ranges.from[i]).toBeGreaterThan(ranges.to[i - 1]!)
      }),
    )
  })
})
