// NAT on bytes (spec 5.2): which bytes change and which do not, and that checksums follow.
import { describe, expect, test } from 'vitest'
import { build, type PacketSpec } from '../../src/replay/packet-words.ts'
import {
  ByteDirector,
  CLIENT,
  V6_CLIENT,
  V6_VIP,
  VIP,
  changed,
  isWhole,
  onesSum,
  word,
} from '../support/byte-director.ts'

const SRC = `${CLIENT}:4000`
const DST = `${VIP}:80`
/** TTL, header checksum, destination address and port of an IPv4 packet without options. */
const NAT_PLACES = [8, 10, 11, 16, 17, 18, 19, 22, 23]
const TCP_SUM = [36, 37]
const UDP_SUM = [26, 27]
const SYN: PacketSpec = { proto: 'tcp', src: SRC, dst: DST, flags: 'S', tos: 3, id: 7 }

function director(port = 8080): ByteDirector {
  return new ByteDirector().serve(`10.0.1.2:${port}`, '-m')
}

function others(places: number[], allowed: number[]): number[] {
  return places.filter((place) => !allowed.includes(place))
}

describe('to the server', () => {
  test('address, port, TTL and two checksums of a SYN, nothing else', () => {
    const before = build(SYN)
    const { side, to, bytes } = director().one(before)
    expect([side, to]).toEqual(['server', '10.0.1.2'])
    expect(others(changed(before, bytes), [...NAT_PLACES, ...TCP_SUM])).toEqual([])
    expect([...bytes.subarray(16, 20)]).toEqual([10, 0, 1, 2])
    expect([word(bytes, 22), bytes[8]]).toEqual([8080, 63])
    expect(isWhole(bytes)).toBe(true)
  })

  test('behind options of the IP header, too', () => {
    const before = build({ ...SYN, ip_options: '94040000' })
    const { bytes } = director().one(before)
    const allowed = [8, 10, 11, 16, 17, 18, 19, 26, 27, 40, 41]
    expect(others(changed(before, bytes), allowed)).toEqual([])
    expect(isWhole(bytes)).toBe(true)
  })

  test('a wrong checksum of TCP stays wrong by as much', () => {
    const [right, wrong] = [build(SYN), build({ ...SYN, csum: 'bad' })]
    const [after, then] = [director().one(right).bytes, director().one(wrong).bytes]
    expect(isWhole(then)).toBe(false)
    const off = (a: Uint8Array, b: Uint8Array): number =>
      (word(b, 36) - word(a, 36) + 65_535) % 65_535
    expect(off(after, then)).toBe(off(right, wrong))
  })

  test('a UDP checksum that was not used is computed', () => {
    const before = build({ proto: 'udp', src: SRC, dst: DST, len: 9, csum: 'zero' })
    const { bytes } = director().one(before)
    expect(word(before, 26)).toBe(0)
    expect(others(changed(before, bytes), [...NAT_PLACES, ...UDP_SUM])).toEqual([])
    expect(isWhole(bytes)).toBe(true)
  })

  test.each(['ok', 'zero'] as const)(
    'a UDP checksum that comes out as 0 is sent as ffff (%s)',
    (csum) => {
      const spec: PacketSpec = { proto: 'udp', src: SRC, dst: DST, payload: '0000', csum }
      // One more in the payload is one less in the checksum: this much more leaves nothing of it.
      const payload = word(director().one(spec).bytes, 26).toString(16).padStart(4, '0')
      const { bytes } = director().one({ ...spec, payload })
      expect(word(bytes, 26)).toBe(0xffff)
      expect(isWhole(bytes)).toBe(true)
    },
  )

  test.each([
    ['the same port', 80, false],
    ['another port', 6000, true],
  ])('SCTP to %s: its checksum covers no address', (_, port, isComputed) => {
    const spec = { proto: 'sctp', src: SRC, dst: DST, chunks: [{ type: 'INIT' }] }
    expect(isWhole(director(port).one(build(spec)).bytes)).toBe(true)
    const wrong = director(port).one(build({ ...spec, csum: 'bad' })).bytes
    expect(isWhole(wrong)).toBe(isComputed)
  })

  test('IPv6: hop limit, address, port and the checksum of TCP', () => {
    const one = new ByteDirector().serve('[2001:db8:0:1::2]:8080', '-m', V6_VIP)
    const before = build({ ...SYN, src: `[${V6_CLIENT}]:4000`, dst: `[${V6_VIP}]:80` })
    const { bytes } = one.one(before)
    const allowed = [7, ...Array.from({ length: 16 }, (_, i) => 24 + i), 42, 43, 56, 57]
    expect(others(changed(before, bytes), allowed)).toEqual([])
    expect(isWhole(bytes)).toBe(true)
  })
})

describe('to the client', () => {
  const ANSWER: PacketSpec = { proto: 'tcp', src: '10.0.1.2:8080', dst: SRC, flags: 'SA', tos: 2 }

  test('address, port and checksums; the TTL goes by one hop of forwarding', () => {
    const one = director()
    one.one(SYN)
    const before = build(ANSWER)
    const { side, bytes } = one.one(before)
    expect(side).toBe('client')
    const allowed = [8, 10, 11, 12, 13, 14, 15, 20, 21, ...TCP_SUM]
    expect(others(changed(before, bytes), allowed)).toEqual([])
    expect([...bytes.subarray(12, 16)]).toEqual([10, 0, 0, 100])
    expect([word(bytes, 20), bytes[8]]).toEqual([80, 63])
    expect(isWhole(bytes)).toBe(true)
  })

  test("from another port it is nobody's: forwarded as it is", () => {
    const one = director()
    one.one(SYN)
    const before = build({ ...ANSWER, src: '10.0.1.2:8081' })
    expect(others(changed(before, one.one(before).bytes), [8, 10, 11])).toEqual([])
  })

  test('an unused UDP checksum is computed there, too', () => {
    const one = director()
    one.one({ proto: 'udp', src: SRC, dst: DST, len: 3 })
    const answer = { proto: 'udp', src: '10.0.1.2:8080', dst: SRC, len: 5, csum: 'zero' } as const
    const { bytes } = one.one(answer)
    expect(word(bytes, 26)).not.toBe(0)
    expect(isWhole(bytes)).toBe(true)
  })
})

describe('fragments', () => {
  const long: PacketSpec = { proto: 'udp', src: SRC, dst: DST, len: 2900, id: 21, df: false }

  test('are put together, translated as a whole, and cut again no larger than they came', () => {
    const frames = director().send({ ...long, fragment: 800 })
    expect(frames.map(({ bytes }) => bytes.length)).toEqual([820, 820, 820, 528])
    // More fragments, and the place in units of eight bytes.
    expect(frames.map(({ bytes }) => word(bytes, 6))).toEqual([0x2000, 0x2064, 0x20c8, 0x012c])
    const whole = joined(frames.map(({ bytes }) => bytes))
    expect(isWhole(whole)).toBe(true)
    expect(word(whole, 22)).toBe(8080)
    for (const { bytes } of frames) expect(word(bytes, 4)).toBe(21)
  })

  test('in any order; nothing leaves before the last has come', () => {
    const one = director()
    expect(one.send({ ...long, fragment: 800, order: [3, 1, 2] })).toEqual([])
    expect(one.send({ ...long, fragment: 800, order: [0] })).toHaveLength(4)
  })

  test('half a minute later it is too late', () => {
    const one = director()
    expect(one.send({ ...long, fragment: 800, order: [0, 1] })).toEqual([])
    one.passTo(30_100)
    expect(one.send({ ...long, fragment: 800, order: [2, 3] })).toEqual([])
  })

  test("a packet too large for the servers' side is cut if it may be", () => {
    const one = new ByteDirector({ mtu: 600 }).serve('10.0.1.2:8080', '-m')
    const frames = one.send({ proto: 'udp', src: SRC, dst: DST, len: 1000, df: false, id: 5 })
    expect(frames.map(({ bytes }) => bytes.length)).toEqual([596, 452])
    expect(isWhole(joined(frames.map(({ bytes }) => bytes)))).toBe(true)
  })
})

/** The packet that fragments in order make, with its own header checksum. */
function joined(pieces: Uint8Array[]): Uint8Array {
  const body = pieces.flatMap((piece) => [...piece.subarray(20)])
  const whole = Uint8Array.from([...pieces[0]!.subarray(0, 20), ...body])
  whole.set([whole.length >> 8, whole.length & 255], 2)
  whole.set([0, 0, whole[8]!, whole[9]!, 0, 0], 6)
  const sum = 0xffff - onesSum(whole.subarray(0, 20))
  whole.set([sum >> 8, sum & 255], 10)
  return whole
}
