// What networks do to frames beside carrying them: loss, extra delay, rate limits, shared memory,
// smaller segments. Times by hand, shares against their formulas.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { sampler } from '../../src/kernel/distributions.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { Streams } from '../../src/kernel/random.ts'
import { Neighbours } from '../../src/net/address.ts'
import { Jitter } from '../../src/net/jitter.ts'
import { Link } from '../../src/net/link.ts'
import { Loss, lossShare, type LossOptions } from '../../src/net/loss.ts'
import { clampMss, type Clamp } from '../../src/net/mss.ts'
import { Packet, TCP, UDP, type Port } from '../../src/net/packet.ts'
import { SharedBuffer } from '../../src/net/shared-buffer.ts'
import { Policer, Shaper } from '../../src/net/token-bucket.ts'

const US = 1_000_000

/** A packet of that size; its slot is its number. */
function frame(bytes: number, slot = 0): Packet {
  const packet = new Packet()
  packet.frameBytes = bytes
  packet.slot = slot
  return packet
}

/** When each packet arrived, and which were lost. */
class Watch implements Port {
  readonly at: number[] = []
  readonly order: number[] = []
  readonly lost: number[] = []
  receive(packet: Packet, now: number): void {
    this.at.push(now)
    this.order.push(packet.slot)
  }
  lose(packet: Packet): void {
    this.lost.push(packet.slot)
  }
}

function streamOf(name: string) {
  return new Streams('impairments').stream(name)
}

describe('loss', () => {
  function lossRun(options: LossOptions, frames: number): { lost: boolean[]; share: number } {
    const watch = new Watch()
    const loss = new Loss('test', options, streamOf('loss'), watch, watch)
    for (let slot = 0; slot < frames; slot++) loss.receive(frame(64, slot), 0)
    const lost = Array<boolean>(frames).fill(false)
    for (const slot of watch.lost) lost[slot] = true
    expect(loss.lost).toBe(watch.lost.length)
    expect(watch.order.length + watch.lost.length).toBe(frames)
    return { lost, share: loss.lost / frames }
  }

  test('each frame by itself: the share, and no memory', () => {
    const frames = 400_000
    const p = 0.01
    const { lost, share } = lossRun({ good: p, bad: 0, toBad: 0, toGood: 1 }, frames)
    // 99.9 % interval of a binomial share.
    expect(Math.abs(share - p)).toBeLessThan(3.29 * Math.sqrt((p * (1 - p)) / frames))
    const pairs = lost.filter((isLost, index) => isLost && lost[index + 1] === true).length
    expect(Math.abs(pairs - frames * p * p)).toBeLessThan(3.29 * Math.sqrt(frames * p * p))
  })

  test('bursts: the long share and the mean length of a burst', () => {
    const options = { good: 0, bad: 1, toBad: 0.002, toGood: 0.2 }
    const frames = 1_000_000
    const { lost, share } = lossRun(options, frames)
    const expected = lossShare(options)
    expect(expected).toBeCloseTo(0.002 / 0.202, 12)
    const bursts = lost.filter((isLost, index) => isLost && lost[index - 1] !== true).length
    const length = lost.filter(Boolean).length / bursts
    // Lengths are geometric: their standard deviation is sqrt(1 - 0.2) / 0.2.
    expect(Math.abs(length - 5)).toBeLessThan((3.29 * Math.sqrt(0.8)) / 0.2 / Math.sqrt(bursts))
    const spread = expected * Math.sqrt((2 * 5) / (frames * expected))
    expect(Math.abs(share - expected)).toBeLessThan(3.29 * spread)
  })

  test('all or nothing', () => {
    expect(lossRun({ good: 1, bad: 1, toBad: 0, toGood: 1 }, 100).share).toBe(1)
    expect(lossRun({ good: 0, bad: 0, toBad: 0.5, toGood: 0.5 }, 100).share).toBe(0)
  })
})

describe('jitter', () => {
  test('frames keep their order, each with the delay that it drew unless it would overtake', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 40 }),
        (gaps) => {
          const kernel = new Kernel()
          const watch = new Watch()
          const spec = { kind: 'exponential', mean: 100 * US } as const
          const jitter = new Jitter(kernel, sampler(spec, streamOf('jitter')), watch)
          const draws = sampler(spec, streamOf('jitter'))
          let now = 0
          let due = 0
          const expected = gaps.map((gap, slot) => {
            now += gap * US
            const at = now
            kernel.agenda.plan(at, { due: () => jitter.receive(frame(64, slot), at) }, 0)
            due = Math.max(due, at + Math.round(draws.next()))
            return due
          })
          kernel.runUntil(1e15)
          expect(watch.at).toEqual(expected)
          expect(watch.order).toEqual(gaps.map((_, slot) => slot))
        },
      ),
      { numRuns: 50, seed: 1 },
    )
  })
})

describe('token buckets of 8 Mbps, one byte in a microsecond, and 3000 bytes at once', () => {
  const options = { at: 'test', rateBps: 8_000_000, burstBytes: 3000 }

  test('a policer passes the burst, then what the rate allows', () => {
    const watch = new Watch()
    const policer = new Policer(options, watch, watch)
    for (let slot = 0; slot < 3; slot++) policer.receive(frame(1000, slot), 0)
    policer.receive(frame(1000, 3), 999 * US)
    policer.receive(frame(1000, 4), 1000 * US)
    policer.receive(frame(1000, 5), 1500 * US)
    policer.receive(frame(500, 6), 1500 * US)
    // The bucket never holds more than its burst.
    for (let slot = 7; slot < 11; slot++) policer.receive(frame(1000, slot), 900_000 * US)
    expect(watch.order).toEqual([0, 1, 2, 4, 6, 7, 8, 9])
    expect(watch.lost).toEqual([3, 5, 10])
    expect(policer.dropped).toBe(3)
  })

  test('a shaper lets the rest wait, one after the other, as far as there is room', () => {
    const kernel = new Kernel()
    const watch = new Watch()
    const shaper = new Shaper(kernel, { ...options, queueBytes: 2500 }, watch, watch)
    for (let slot = 0; slot < 6; slot++) shaper.receive(frame(1000, slot), 0)
    shaper.receive(frame(500, 6), 0)
    kernel.runUntil(1e15)
    expect(watch.order).toEqual([0, 1, 2, 3, 4, 6])
    expect(watch.at).toEqual([0, 0, 0, 1000 * US, 2000 * US, 2500 * US])
    expect(watch.lost).toEqual([5])
  })

  test('no time window sees more than burst and rate, and nothing vanishes', () => {
    const sizes = fc.tuple(fc.integer({ min: 64, max: 1518 }), fc.integer({ min: 0, max: 3000 }))
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 60 }), fc.boolean(), (sent, drops) => {
        const kernel = new Kernel()
        const watch = new Watch()
        const limit = drops
          ? new Policer(options, watch, watch)
          : new Shaper(kernel, { ...options, queueBytes: 20_000 }, watch, watch)
        let now = 0
        sent.forEach(([bytes, gap], slot) => {
          now += gap * US
          const at = now
          kernel.agenda.plan(at, { due: () => limit.receive(frame(bytes, slot), at) }, 0)
        })
        kernel.runUntil(1e15)
        expect(watch.order.length + watch.lost.length).toBe(sent.length)
        expect(watch.order).toEqual([...watch.order].sort((a, b) => a - b))
        for (let first = 0; first < watch.at.length; first++) {
          let bytes = 0
          for (let last = first; last < watch.at.length; last++) {
            bytes += sent[watch.order[last]!]![0]
            const windowUs = (watch.at[last]! - watch.at[first]!) / US
            expect(bytes).toBeLessThanOrEqual(3000 + windowUs + 1)
          }
        }
      }),
      { numRuns: 100, seed: 2 },
    )
  })
})

describe('a shared buffer', () => {
  /** Ports of one switch at 10 Gbps, filled at once by equal frames. */
  function fill(ports: number, frames: number, alpha: number, sizeBytes: number): number[] {
    const kernel = new Kernel()
    const watch = new Watch()
    const shared = new SharedBuffer(sizeBytes, alpha)
    const links = Array.from(
      { length: ports },
      () =>
        new Link(
          kernel,
          {
            ...{ at: 'port', resource: 'receive', rateBps: 10_000_000_000, delayPs: 0 },
            ...{ overheadBytes: 20, mtuBytes: 1500, queuePackets: null, queueBytes: null, shared },
          },
          watch,
          watch,
        ),
    )
    for (let count = 0; count < frames; count++) {
      for (const link of links) link.receive(frame(1000), 0)
    }
    const waiting = links.map((link) => link.waitingBytes(0))
    expect(waiting.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(sizeBytes)
    const dropped = links.reduce((sum, link) => sum + link.droppedShared, 0)
    kernel.runUntil(1e15)
    expect(watch.order.length + dropped).toBe(ports * frames)
    return waiting
  }

  test.each([
    [1, 1, 0.5],
    [1, 2, 2 / 3],
    [2, 1, 1 / 3],
    [4, 1, 1 / 5],
    [4, 0.5, 1 / 6],
  ])('%i busy ports with alpha %d get the share %d each', (ports, alpha, share) => {
    const size = 600_000
    for (const bytes of fill(ports, 1000, alpha, size)) {
      // A queue below its limit takes one frame more.
      expect(Math.abs(bytes - share * size)).toBeLessThanOrEqual(ports * 1000)
    }
  })

  test('ports that have emptied give their memory back', () => {
    const kernel = new Kernel()
    const watch = new Watch()
    const shared = new SharedBuffer(100_000, 1)
    const port = () =>
      new Link(
        kernel,
        {
          ...{ at: 'port', resource: 'receive', rateBps: 10_000_000_000, delayPs: 0 },
          ...{ overheadBytes: 20, mtuBytes: 1500, queuePackets: null, queueBytes: null, shared },
        },
        watch,
        watch,
      )
    const [one, two] = [port(), port()]
    for (let count = 0; count < 200; count++) one.receive(frame(1000), 0)
    expect(one.waitingBytes(0)).toBe(50_000)
    kernel.runUntil(1000 * US)
    for (let count = 0; count < 200; count++) two.receive(frame(1000), 1000 * US)
    expect(two.waitingBytes(1000 * US)).toBe(50_000)
  })
})

test.each<[Partial<Packet>, Clamp, number, number]>([
  [{ protocol: TCP, tcpFlags: 2, mss: 1460 }, 1400, 1500, 1400],
  [{ protocol: TCP, tcpFlags: 18, mss: 1460 }, 'mtu', 1480, 1440],
  [{ protocol: TCP, tcpFlags: 2, mss: 536 }, 1400, 1500, 536],
  [{ protocol: TCP, tcpFlags: 2, mss: 0 }, 1400, 1500, 0],
  [{ protocol: TCP, tcpFlags: 16, mss: 1460 }, 1400, 1500, 1460],
  [{ protocol: UDP, tcpFlags: 2, mss: 1460 }, 1400, 1500, 1460],
])('MSS of %j clamped to %s on %i: %i', (fields, clamp, mtu, mss) => {
  const packet = Object.assign(new Packet(), fields)
  const before = packet.mss
  expect(clampMss(packet, clamp, mtu)).toBe(before !== mss)
  expect(packet.mss).toBe(mss)
})

describe('ARP', () => {
  const VIP = 0x0a00000a
  const never = () => {
    throw new Error('nothing to choose')
  }

  test('one owner is found without a choice, nobody is nobody', () => {
    const neighbours = new Neighbours()
    expect(neighbours.ask(VIP, never)).toBeNull()
    neighbours.answer(VIP, 7)
    expect(neighbours.ask(VIP, never)).toEqual({ mac: 7 })
  })

  test('of several that answer any may win, for each host that asks', () => {
    const neighbours = new Neighbours()
    for (const mac of [7, 8, 9]) neighbours.answer(VIP, mac)
    const chance = streamOf('arp')
    const wins = new Map<number, number>()
    for (let host = 0; host < 3000; host++) {
      const { mac } = neighbours.ask(VIP, (n) => chance.below(n))!
      wins.set(mac, (wins.get(mac) ?? 0) + 1)
    }
    for (const mac of [7, 8, 9]) expect(Math.abs(wins.get(mac)! - 1000)).toBeLessThan(3.5 * 26)
  })

  test('gratuitous ARP moves the address for all who have learnt it, and all who will', () => {
    const neighbours = new Neighbours()
    neighbours.answer(VIP, 7)
    const hosts = [neighbours.ask(VIP, never)!, neighbours.ask(VIP, never)!]
    neighbours.takeOver(VIP, 12)
    expect(hosts).toEqual([{ mac: 12 }, { mac: 12 }])
    expect(neighbours.ask(VIP, never)).toEqual({ mac: 12 })
  })
})
