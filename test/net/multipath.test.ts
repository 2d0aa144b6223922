// Which share of the flows moves when a path leaves or comes: the closed forms of RFC 2992 (3, 5)
// for hash-threshold and modulo-N, and none but its own for resilient groups.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { Multipath, type PathHash } from '../../src/net/multipath.ts'
import { MultipathHop } from '../../src/net/multipath-hop.ts'
import { ICMP, Packet, TCP, UDP } from '../../src/net/packet.ts'
import { parseAddress } from '../../src/wire/address-text.ts'

const SECOND = 1_000_000_000_000
const FLOWS = 20_000

function flow(number: number, protocol = TCP): Packet {
  const packet = new Packet()
  packet.protocol = protocol
  packet.src = (0x0a010000 + (number % 251)) | 0
  packet.dst = 0x0a00000a
  packet.srcPort = 32_768 + Math.floor(number / 251)
  packet.dstPort = 80
  return packet
}

const PACKETS = Array.from({ length: FLOWS }, (_, number) => flow(number))

function paths(multipath: Multipath, now = 0): number[] {
  return PACKETS.map((packet) => multipath.pathOf(packet, now))
}

/** Share of all flows that have another path than before. */
function moved(before: readonly number[], after: readonly number[]): number {
  return before.filter((path, index) => path !== after[index]).length / FLOWS
}

/** Regions of 1/n become regions of 1/(n-1): what of each lies in a region of the same path. */
function keptByThreshold(count: number, left: number): number {
  const regions = Array.from({ length: count }, (_, path) => path).filter((path) => path !== left)
  return regions.reduce((sum, path, place) => {
    const from = Math.max(path / count, place / (count - 1))
    const to = Math.min((path + 1) / count, (place + 1) / (count - 1))
    return sum + Math.max(0, to - from)
  }, 0)
}

/** Hashes agree modulo n and n - 1 as numbers below n (n - 1) do. */
function keptByModulo(count: number, left: number): number {
  const rest = Array.from({ length: count }, (_, path) => path).filter((path) => path !== left)
  const hashes = Array.from({ length: count * (count - 1) }, (_, hash) => hash)
  const kept = hashes.filter((hash) => hash % count === rest[hash % (count - 1)])
  return kept.length / hashes.length
}

const MOVED: Record<PathHash, (count: number, left: number) => number> = {
  threshold: (count, left) => 1 - keptByThreshold(count, left),
  modulo: (count, left) => 1 - keptByModulo(count, left),
  resilient: (count) => 1 / count,
}

/** Five standard errors of a share, and the step of 128 buckets. */
const closeBy = (share: number) => 5 * Math.sqrt((share * (1 - share)) / FLOWS) + 1 / 128

describe.each(Object.keys(MOVED) as PathHash[])('%s', (hash) => {
  test.each([2, 3, 4, 8])('%i paths have equal shares', (count) => {
    const all = paths(new Multipath(count, hash))
    for (let path = 0; path < count; path++) {
      const share = all.filter((each) => each === path).length / FLOWS
      expect(Math.abs(share - 1 / count)).toBeLessThan(closeBy(1 / count))
    }
  })

  const cases = [3, 4, 8].flatMap((count) => [0, 1, count - 1].map((left) => [count, left]))
  test.each(cases)('of %i paths number %i leaves', (count, left) => {
    const multipath = new Multipath(count, hash)
    const before = paths(multipath)
    multipath.remove(left)
    const after = paths(multipath)
    expect(after).not.toContain(left)
    const expected = MOVED[hash](count, left)
    expect(Math.abs(moved(before, after) - expected)).toBeLessThan(closeBy(expected))
  })

  test('nothing moves while the paths stay, whoever has asked', () => {
    fc.assert(
      fc.property(fc.nat(FLOWS - 1), fc.integer({ min: 2, max: 9 }), (number, count) => {
        const multipath = new Multipath(count, hash)
        const path = multipath.pathOf(flow(number), 0)
        paths(multipath, SECOND)
        expect(multipath.pathOf(flow(number), 2 * SECOND)).toBe(path)
      }),
      { numRuns: 20 },
    )
  })

  test('without a path there is none, and the first that comes takes all', () => {
    const multipath = new Multipath(2, hash)
    multipath.remove(0)
    multipath.remove(1)
    expect(new Set(paths(multipath))).toEqual(new Set([-1]))
    multipath.add(1)
    expect(new Set(paths(multipath))).toEqual(new Set([1]))
  })
})

describe('a path that comes back', () => {
  test.each(['threshold', 'modulo'] as const)('%s: all is as it was', (hash) => {
    const multipath = new Multipath(4, hash)
    const before = paths(multipath)
    multipath.remove(1)
    multipath.add(1)
    expect(paths(multipath)).toEqual(before)
  })

  test('resilient: it gets what has been idle for two minutes, and nothing before', () => {
    const multipath = new Multipath(4, 'resilient')
    const before = paths(multipath)
    multipath.remove(1)
    const without = paths(multipath)
    multipath.add(1)
    expect(paths(multipath, 119 * SECOND)).toEqual(without)
    const later = paths(multipath, (119 + 120) * SECOND)
    const share = later.filter((path) => path === 1).length / FLOWS
    expect(Math.abs(share - 1 / 4)).toBeLessThan(closeBy(1 / 4))
    expect(before).not.toEqual(without)
  })
})

describe('what is hashed', () => {
  const multipath = new Multipath(1000, 'threshold')
  const pathsOf = (packets: Packet[]) => new Set(packets.map((each) => multipath.pathOf(each, 0)))
  const ports = Array.from({ length: 50 }, (_, port) => port)
  const fromPort = (port: number, protocol: number, whole: Packet | null = null) => {
    return Object.assign(flow(7, protocol), { srcPort: 1000 + port, whole })
  }

  test('ports of TCP and UDP, and the protocol', () => {
    const tcp = pathsOf(ports.map((port) => fromPort(port, TCP)))
    const udp = pathsOf(ports.map((port) => fromPort(port, UDP)))
    expect(tcp.size).toBeGreaterThan(45)
    expect([...udp].filter((path) => tcp.has(path)).length).toBeLessThan(10)
  })

  test('ICMP errors and pieces of packets go by their addresses (RFC 7690)', () => {
    expect(pathsOf(ports.map((port) => fromPort(port, ICMP))).size).toBe(1)
    const whole = new Packet()
    expect(pathsOf(ports.map((port) => fromPort(port, UDP, whole))).size).toBe(1)
  })

  test('all of an address of IPv6', () => {
    const packets = ports.map((port) => {
      const src = parseAddress(`2001:db8:${port.toString(16)}::1`)!
      return Object.assign(flow(0), { src, dst: parseAddress('2001:db8::80')! })
    })
    expect(pathsOf(packets).size).toBeGreaterThan(45)
  })
})

describe('the hop', () => {
  const sent: Packet[] = []
  const lost: Packet[] = []
  const network = { receive: (packet: Packet) => void sent.push(packet) }
  const multipath = new Multipath(2, 'modulo')
  const hop = new MultipathHop({ mac: 9, hosts: [3, 4] }, multipath, network, {
    lose: (packet) => void lost.push(packet),
  })

  test('gives packets a next host, and a hop less to go', () => {
    for (const packet of PACKETS.slice(0, 20)) hop.receive(packet, 0)
    expect(new Set(sent.map(({ dstMac }) => dstMac))).toEqual(new Set([3, 4]))
    expect(sent.every(({ ttl, srcMac }) => ttl === 63 && srcMac === 9)).toBe(true)
    expect(lost).toEqual([])
  })

  test('drops what has no way and what has gone too far', () => {
    hop.receive(Object.assign(flow(1), { ttl: 1 }), 0)
    multipath.remove(0)
    expect(hop.found).toEqual([4])
    multipath.remove(1)
    hop.receive(flow(2), 0)
    expect([hop.expired, hop.unreachable, lost.length]).toEqual([1, 1, 2])
  })
})
