// Reference values that leave nothing to chance: frames a second on a wire, how long a ring lasts,
// the balance of Maglev's table, Jain's index.
import { describe, expect, test } from 'vitest'
import { UDP } from '../../src/ipvs/headers.ts'
import { Ipvs } from '../../src/ipvs/ipvs.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { jain } from '../../src/measure/statistics.ts'
import { Link } from '../../src/net/link.ts'
import { Packet } from '../../src/net/packet.ts'
import { Ring } from '../../src/net/ring.ts'
import { reference, referencesOf } from './reference.ts'

/** Frames handed to a wire at once; the last arrives when all have been sent. */
const FRAMES = 10_000

describe('frames a second', () => {
  test.each(referencesOf('ref-eth-pps-'))('%s', (id) => {
    const [, gigabits, bytes] = /-(\d+)G-(?:64B-vlan)?(\d+)B?$/.exec(id)!
    const kernel = new Kernel()
    let lastAt = 0
    const wire = new Link(
      kernel,
      {
        ...{ at: 'wire', resource: 'send', rateBps: Number(gigabits) * 1e9, delayPs: 0 },
        ...{ overheadBytes: 20, mtuBytes: 9000, queuePackets: null, queueBytes: null },
      },
      { receive: (_, now) => (lastAt = now) },
      { lose: () => expect.unreachable('nothing is lost') },
    )
    for (let i = 0; i < FRAMES; i++) {
      const packet = new Packet()
      packet.frameBytes = Number(bytes)
      wire.receive(packet, 0)
    }
    kernel.runUntil(PS_PER_SECOND)
    // Whole picoseconds for the last of them: 1e-9 of the time of all.
    expect(((FRAMES * PS_PER_SECOND) / lastAt / reference(id)) * 1e8).toBeCloseTo(1e8, 0)
  })
})

describe('how long a ring lasts that nobody empties', () => {
  test.each(referencesOf('ref-ring-'))('%s', (id) => {
    const [, places, rate] = /^ref-ring-(\d+)-at-(\d+)pps/.exec(id)!
    const ring = new Ring('ring', Number(places))
    let taken = 0
    while (ring.push(new Packet())) taken++
    const exactRate = rate === '14880952' ? 312_500_000 / 21 : Number(rate)
    expect((taken / exactRate) * 1e6).toBeCloseTo(reference(id), 3)
  })
})

describe("the kernel's mh over equal weights", () => {
  test.each([3, 10, 100, 1000])('%s servers', (servers) => {
    const ipvs = new Ipvs({
      ...{ tableSize: 4096, kernel: '6.1', random: () => 0 },
      timers: { expireAt: () => {} },
      routes: { generation: 0, find: () => null },
    })
    const service = ipvs.addService({ protocol: UDP, address: 1, port: 80, scheduler: 'mh' }, 0)
    for (let tag = 0; tag < servers; tag++) {
      const address = 0x0a000001 + tag
      ipvs.addDestination(service, { address, port: 80, weight: 1, forwarding: 'dr', tag })
    }
    const counts = Array<number>(servers).fill(0)
    const flow = { protocol: UDP, src: 0, srcPort: 1024, dst: 1, dstPort: 80 }
    const places = 4_000_000
    for (let i = 0; i < places; i++) {
      flow.src = Math.imul(i, 2_654_435_761) >>> 4
      counts[service.scheduler.schedule(flow, 0)!.tag]!++
    }
    // Every place of the table is met about 977 times: shares of places show through the chance.
    const id = `ref-maglev-M4093-N${servers}`
    const table = 4093
    const owned = counts.map((count) => (count / places) * table)
    const fewest = reference(id, 'floor')
    const most = reference(id, 'ceil')
    const chance = 5 * Math.sqrt(most / (places / table))
    expect(Math.min(...owned)).toBeGreaterThan(fewest - chance)
    expect(Math.max(...owned)).toBeLessThan(most + chance)
    if (servers === 1000) {
      // Here a place more or less is a quarter, and can be told.
      expect(new Set(owned.map((share) => Math.round(share)))).toEqual(new Set([fewest, most]))
    }
  })
})

test("Jain's index", () => {
  expect(jain([1, 2, 3, 4])).toBeCloseTo(reference('ref-jain-1-2-3-4'), 9)
  expect(jain([1, 1, 1, 0])).toBeCloseTo(reference('ref-jain-1-1-1-0'), 9)
})
