import { describe, expect, test } from 'vitest'
import { Neighbours, formatMac } from '../../src/net/address.ts'
import { formatAddress } from '../../src/wire/address-text.ts'
import { Packet, PacketPool, sizeFrame, turnRound } from '../../src/net/packet.ts'

describe('frame sizes', () => {
  const cases: [what: string, ipBytes: number, tunnelled: boolean, frame: number][] = [
    ['a 64-byte frame', 46, false, 64],
    ['the same in a tunnel', 46, true, 84],
    ['a 40-byte ACK, padded', 40, false, 64],
    ['the ACK in a tunnel', 40, true, 78],
    ['a full frame', 1500, false, 1518],
  ]
  test.each(cases)('%s', (_, ipBytes, tunnelled, frame) => {
    const packet = new Packet()
    packet.ipBytes = ipBytes
    packet.outerDst = tunnelled ? 0x0a00000b : 0
    sizeFrame(packet)
    expect(packet.frameBytes).toBe(frame)
  })
})

test('an answer goes back to where the request came from, without its outer header', () => {
  const packet = new Packet()
  Object.assign(packet, {
    src: 1,
    dst: 2,
    srcPort: 3,
    dstPort: 4,
    outerSrc: 5,
    outerDst: 6,
    ttl: 9,
  })
  turnRound(packet)
  expect(packet).toMatchObject({ src: 2, dst: 1, srcPort: 4, dstPort: 3, outerDst: 0, ttl: 64 })
})

test('the pool gives packets back clean and counts those under way', () => {
  const pool = new PacketPool()
  const packet = pool.take()
  packet.outerDst = 7
  packet.tcpFlags = 2
  pool.give(packet)
  expect(pool.taken).toBe(0)
  expect(pool.take()).toMatchObject({ outerDst: 0, tcpFlags: 0, exchange: null })
  expect(pool.taken).toBe(1)
})

describe('addresses', () => {
  test('are printed from signed and unsigned numbers', () => {
    expect(formatAddress(0xcb00710a)).toBe('203.0.113.10')
    expect(formatAddress(0xcb00710a | 0)).toBe('203.0.113.10')
    expect(formatMac(7)).toBe('02:00:00:00:00:07')
  })

  test('belong to ports in turn, and to nobody outside their range', () => {
    const neighbours = new Neighbours()
    neighbours.add(0x0a010000, 10, 20, 4)
    neighbours.add(0xcb00710a, 1, 3, 1)
    expect([0, 1, 5, 9].map((i) => neighbours.macOf((0x0a010000 + i) | 0))).toEqual([
      20, 21, 21, 21,
    ])
    expect(neighbours.macOf(0xcb00710a | 0)).toBe(3)
    expect(neighbours.macOf(0x0a01000a)).toBe(-1)
  })
})
