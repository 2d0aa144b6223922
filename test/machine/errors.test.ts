// ICMP on bytes (spec 3.8, 3.9, 5.6, 5.7): errors that the director makes itself, errors of others
// that it passes on as those of the connection they quote, and what its own stack answers.
import { describe, expect, test } from 'vitest'
import { build, type PacketSpec } from '../../src/replay/packet-words.ts'
import { toHex } from '../../src/wire/hex.ts'
import {
  ByteDirector,
  CLIENT,
  V6_CLIENT,
  V6_VIP,
  VIP,
  isWhole,
  word,
  words,
} from '../support/byte-director.ts'

const SRC = `${CLIENT}:4000`
const DST = `${VIP}:80`
const SYN: PacketSpec = { proto: 'tcp', src: SRC, dst: DST, flags: 'S' }

function nat(): ByteDirector {
  const one = new ByteDirector().serve('10.0.1.2:8080', '-m')
  one.one(SYN)
  return one
}

describe('errors of the director', () => {
  test.each([
    ['the last hop', { ...SYN, ttl: 1 }, 11, 0],
    ['no hop at all', { ...SYN, ttl: 0 }, 11, 0],
    ['too large with DF', { ...SYN, flags: 'A', len: 1461 }, 3, 4],
  ] as const)('%s', (_, spec, type, code) => {
    const one = nat()
    const before = build(spec)
    const { side, to, bytes } = one.one(before)
    expect([side, to]).toEqual(['client', '10.0.0.254'])
    expect([bytes[20], bytes[21]]).toEqual([type, code])
    // From the virtual address, with the precedence of network control.
    expect([...bytes.subarray(12, 16)]).toEqual([10, 0, 0, 100])
    expect([bytes[1], bytes[8], bytes[9]]).toEqual([0xc0, 64, 1])
    expect(isWhole(bytes)).toBe(true)
    // The packet as it came, or a hop later: its size is judged after its TTL.
    const quoted = bytes.subarray(28)
    const late = code === 4 ? build({ ...spec, ttl: 63 }) : before
    expect(toHex(quoted)).toBe(toHex(late.subarray(0, quoted.length)))
    expect(quoted.length).toBe(Math.min(before.length, 548))
  })

  test('nobody to send it to is port unreachable, for TCP too', () => {
    const one = new ByteDirector().rules(`-A -t ${DST} -s rr`)
    const { bytes } = one.one({ ...SYN, tos: 0x1e })
    expect([bytes[20], bytes[21], bytes[1]]).toEqual([3, 3, 0xde])
  })

  test('a packet without DF that is too large is cut, not complained about', () => {
    const sides = nat().send({ ...SYN, flags: 'A', len: 1461, df: false, id: 9 })
    expect(sides.map(({ side }) => side)).toEqual(['server', 'server'])
  })

  test('IPv6: hop limit and size', () => {
    const one = new ByteDirector({ mtu: 1300 }).serve('[2001:db8:0:1::2]:80', '-g', V6_VIP)
    const spec = { ...SYN, src: `[${V6_CLIENT}]:4000`, dst: `[${V6_VIP}]:80` }
    one.one(spec)
    const late = one.one({ ...spec, flags: 'A', ttl: 1 }).bytes
    expect([late[40], late[41]]).toEqual([3, 0])
    const large = one.one({ ...spec, flags: 'A', len: 1241 }).bytes
    expect([large[40], large[41], word(large, 46)]).toEqual([2, 0, 1300])
    // No error is larger than what every link takes (RFC 4443, 2.4).
    expect(large.length).toBe(1280)
    expect(isWhole56(large)).toBe(true)
  })

  test.each([
    ['an error', { proto: 'icmp', src: CLIENT, dst: VIP, type: 3, code: 1, payload: '00', ttl: 1 }],
    ['a later fragment', { proto: 'udp', src: SRC, dst: DST, len: 900, fragment: 400, order: [1] }],
  ])('none about %s', (_, spec) => {
    expect(new ByteDirector().rules(`-A -u ${DST} -s rr`).send(spec as PacketSpec)).toEqual([])
  })
})

/** ICMPv6's checksum, over its pseudo-header. */
function isWhole56(bytes: Uint8Array): boolean {
  return bytes[6] === 58 && isWhole(bytes)
}

describe('errors of others, with NAT', () => {
  test("about a server's packet: to the server, and so is what it quotes", () => {
    const one = nat()
    const embed: PacketSpec = { proto: 'tcp', src: DST, dst: SRC, flags: 'A', len: 9 }
    const spec: PacketSpec = { proto: 'icmp', src: '198.18.0.1', dst: VIP, type: 3, code: 1, embed }
    const { side, to, bytes } = one.one(spec)
    expect([side, to]).toEqual(['server', '10.0.1.2'])
    expect(words(bytes)).toMatchObject({ src: '198.18.0.1', dst: '10.0.1.2', type: 3, code: 1 })
    expect(toHex(bytes.subarray(28 + 12, 28 + 16))).toBe('0a000102')
    expect([word(bytes, 48), bytes[8]]).toEqual([8080, 63])
    // The quoted header is right again, the quoted transport checksum is as it was.
    expect(isWhole(bytes)).toBe(true)
    expect(word(bytes, 28 + 36)).toBe(word(build(spec), 28 + 36))
  })

  test("about a client's packet: from the virtual address, whoever sent it", () => {
    const one = nat()
    const embed: PacketSpec = { proto: 'tcp', src: SRC, dst: '10.0.1.2:8080', flags: 'A', len: 9 }
    const { side, bytes } = one.one({
      ...{ proto: 'icmp', src: '10.0.1.4', dst: CLIENT, type: 11, code: 0, embed },
    })
    expect(side).toBe('client')
    expect(words(bytes)).toMatchObject({ src: VIP, dst: CLIENT, type: 11 })
    expect(toHex(bytes.subarray(28 + 16, 28 + 20))).toBe('0a000064')
    expect(word(bytes, 50)).toBe(80)
    expect(isWhole(bytes)).toBe(true)
  })

  test('with a wrong checksum it goes nowhere', () => {
    const embed: PacketSpec = { proto: 'tcp', src: DST, dst: SRC, flags: 'A' }
    const spec: PacketSpec = { proto: 'icmp', src: '198.18.0.1', dst: VIP, type: 3, embed }
    expect(nat().send({ ...spec, csum: 'bad' })).toEqual([])
  })

  test.each([12, 5, 0])('type %i is no error that concerns anyone', (type) => {
    const embed: PacketSpec = { proto: 'tcp', src: DST, dst: SRC, flags: 'A' }
    expect(nat().send({ proto: 'icmp', src: '198.18.0.1', dst: VIP, type, embed })).toEqual([])
  })

  test('one that quotes nobody opens nothing, unless schedule_icmp says so', () => {
    const embed: PacketSpec = { proto: 'tcp', src: DST, dst: `${CLIENT}:4999`, flags: 'A' }
    const spec: PacketSpec = { proto: 'icmp', src: '198.18.0.1', dst: VIP, type: 3, embed }
    const one = nat()
    expect(one.send(spec)).toEqual([])
    one.bench.machine.ipvs.setSysctl('schedule_icmp', '1', 0)
    expect(one.one(spec).to).toBe('10.0.1.2')
  })

  test('it does not keep the connection alive', () => {
    const one = nat()
    one.passTo(50_000)
    const embed: PacketSpec = { proto: 'tcp', src: DST, dst: SRC, flags: 'A' }
    one.one({ proto: 'icmp', src: '198.18.0.1', dst: VIP, type: 3, embed })
    one.passTo(65_000)
    expect(one.bench.machine.ipvs.connections.count).toBe(0)
  })
})

test('DR: an error for the server goes to it as it is, a hop less', () => {
  const one = new ByteDirector().serve('10.0.1.3:80', '-g')
  one.one(SYN)
  const embed: PacketSpec = { proto: 'tcp', src: DST, dst: SRC, flags: 'A' }
  const before = build({ proto: 'icmp', src: '198.18.0.1', dst: VIP, type: 3, code: 1, embed })
  const { to, bytes } = one.one(before)
  expect(to).toBe('10.0.1.3')
  expect(toHex(bytes.subarray(12))).toBe(toHex(before.subarray(12)))
})

test('a tunnel that is too narrow: the client is told, and the path is remembered', () => {
  const one = new ByteDirector().serve('10.0.1.3:80', '-i')
  one.one(SYN)
  const inner = toHex(build({ ...SYN, flags: 'A', len: 30 }))
  const { side, bytes } = one.one({
    ...{ proto: 'icmp', src: '10.0.1.3', dst: '10.0.1.1', type: 3, code: 4, rest: 1100 },
    embed: { proto: 'ipip', src: '10.0.1.1', dst: '10.0.1.3', payload: inner },
  })
  expect(side).toBe('client')
  expect([bytes[20], bytes[21], word(bytes, 26)]).toEqual([3, 4, 1480])
  expect(toHex(bytes.subarray(28))).toBe(inner)
  // Now it is known: 1,100 less the outer header.
  const told = one.one({ ...SYN, flags: 'A', len: 1041 }).bytes
  expect([told[20], told[21], word(told, 26)]).toEqual([3, 4, 1080])
})

describe("the director's own stack", () => {
  test('answers pings to a virtual address, and with what they carried', () => {
    const ping: PacketSpec = {
      ...{ proto: 'icmp', src: CLIENT, dst: VIP, type: 8, rest: 0x00070001, payload: 'aabbcc' },
    }
    const { bytes } = nat().one(ping)
    expect(words(bytes)).toMatchObject({ src: VIP, dst: CLIENT, type: 0 })
    expect(toHex(bytes.subarray(24))).toBe(`00070001aabbcc`)
    expect(isWhole(bytes)).toBe(true)
    expect(nat().send({ ...ping, csum: 'bad' })).toEqual([])
  })

  test.each([
    ['a SYN where nobody listens', 'S', 0, 'RA', 0, 1001],
    ['data of no connection', 'PA', 10, 'R', 2000, 0],
    ['a FIN without ACK', 'F', 0, 'RA', 0, 1001],
  ])('resets %s', (_, flags, len, back, seq, ack) => {
    const spec: PacketSpec = { proto: 'tcp', src: SRC, dst: `${VIP}:81`, flags, len }
    const { bytes } = nat().one(spec)
    const told = words(bytes)
    expect(told).toMatchObject({ src: `${VIP}:81`, dst: SRC, flags: back })
    expect([told.seq ?? 0, told.ack ?? 0]).toEqual([seq, ack])
    expect(isWhole(bytes)).toBe(true)
  })

  test('never a reset, and nothing that is broken', () => {
    const spec: PacketSpec = { proto: 'tcp', src: SRC, dst: `${VIP}:81`, flags: 'R' }
    expect(nat().send(spec, { ...spec, flags: 'S', csum: 'bad' })).toEqual([])
  })

  test('says of closed UDP ports and strange protocols that they are', () => {
    const udp = nat().one({ proto: 'udp', src: SRC, dst: `${VIP}:81`, len: 3 }).bytes
    expect([udp[20], udp[21]]).toEqual([3, 3])
    const strange = nat().one({ proto: '99', src: CLIENT, dst: VIP, payload: 'aa' }).bytes
    expect([strange[20], strange[21]]).toEqual([3, 2])
  })

  test('drops what no host may send', () => {
    const bad = build(SYN)
    bad[10]! ^= 1
    for (const packet of [
      bad,
      build({ ...SYN, src: `${VIP}:1` }),
      build({ ...SYN, src: '127.0.0.1:1' }),
      build({ ...SYN, src: '224.0.0.1:1' }),
      build({ ...SYN, src: '0.0.0.0:1' }),
      build(SYN).slice(0, 19),
      build(SYN).slice(0, 39),
    ]) {
      expect(nat().send(packet)).toEqual([])
    }
  })

  test('a transport header that is cut short opens nothing', () => {
    const short = build({ proto: '6', src: CLIENT, dst: VIP, payload: '0fa00050' })
    expect(nat().send(short)).toEqual([])
  })
})
