// DR and tunnels on bytes (spec 5.3, 5.4): DR spends a hop and nothing else; a tunnel puts a header
// in front whose every field has its rule.
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

const SYN: PacketSpec = { proto: 'tcp', src: `${CLIENT}:4000`, dst: `${VIP}:80`, flags: 'S' }
const V6_SYN: PacketSpec = { ...SYN, src: `[${V6_CLIENT}]:4000`, dst: `[${V6_VIP}]:80` }

function tunnel(options = ''): ByteDirector {
  return new ByteDirector().serve('10.0.1.3:80', `-i ${options}`.trim())
}

test('DR: a hop less, to the server that was chosen', () => {
  const before = build({ ...SYN, tos: 9, id: 77 })
  const { to, bytes } = new ByteDirector().serve('10.0.1.3:80', '-g').one(before)
  expect(to).toBe('10.0.1.3')
  // One off the first byte of a word is one more in the checksum's first byte.
  expect(changed(before, bytes)).toEqual([8, 10])
  expect(isWhole(bytes)).toBe(true)
})

test('DR of IPv6: the hop limit alone', () => {
  const one = new ByteDirector().serve('[2001:db8:0:1::3]:80', '-g', V6_VIP)
  const before = build(V6_SYN)
  expect(changed(before, one.one(before).bytes)).toEqual([7])
})

describe('the outer header', () => {
  test('is as long as it must be, from the director to the server', () => {
    const before = build(SYN)
    const { to, bytes } = tunnel().one(before)
    expect([to, bytes[0], bytes[9]]).toEqual(['10.0.1.3', 0x45, 4])
    expect([word(bytes, 2), bytes.length]).toEqual([before.length + 20, before.length + 20])
    expect([...bytes.subarray(12, 20)]).toEqual([10, 0, 1, 1, 10, 0, 1, 3])
    expect(onesSum(bytes.subarray(0, 20))).toBe(0xffff)
    expect(changed(before, bytes.slice(20))).toEqual([8, 10])
  })

  test.each([64, 2, 255])('TTL %i, less the hop', (ttl) => {
    const { bytes } = tunnel().one({ ...SYN, ttl })
    expect([bytes[8], bytes[28]]).toEqual([ttl - 1, ttl - 1])
  })

  test.each([
    ['none', 0xa0, 0xa0],
    ['ECT(1)', 0xa1, 0xa1],
    ['ECT(0)', 0xa2, 0xa2],
    ['CE becomes ECT(0)', 0xa3, 0xa2],
  ])('DSCP with ECN %s', (_, tos, outer) => {
    const { bytes } = tunnel().one({ ...SYN, tos })
    expect([bytes[1], bytes[21]]).toEqual([outer, tos])
  })

  test('DF is copied, and with it there is no identification', () => {
    const { bytes } = tunnel().one({ ...SYN, df: true, id: 9 })
    expect([word(bytes, 4), word(bytes, 6)]).toEqual([0, 0x4000])
    expect(word(tunnel().one({ ...SYN, df: false, id: 9 }).bytes, 6)).toBe(0)
  })

  test('with pmtu_disc 0 it is never set', () => {
    const one = tunnel()
    one.bench.machine.ipvs.setSysctl('pmtu_disc', '0', 0)
    expect(word(one.one({ ...SYN, df: true }).bytes, 6)).toBe(0)
  })
})

describe('what stands between', () => {
  test('gue without a checksum', () => {
    const before = build(SYN)
    const { bytes } = tunnel('--tun-type gue --tun-port 6080 --tun-nocsum').one(before)
    expect([bytes[9], word(bytes, 22), word(bytes, 26)]).toEqual([17, 6080, 0])
    expect(word(bytes, 24)).toBe(8 + 4 + before.length)
    // Version 0, no options, inner protocol 4, no flags.
    expect([...bytes.subarray(28, 32)]).toEqual([0, 4, 0, 0])
    expect(changed(before, bytes.slice(32))).toEqual([8, 10])
  })

  test.each(['--tun-csum', '--tun-remcsum'])('gue with %s has a checksum of UDP', (flag) => {
    const { bytes } = tunnel(`--tun-type gue --tun-port 6080 ${flag}`).one(SYN)
    expect(word(bytes, 26)).not.toBe(0)
    expect(isWhole(bytes)).toBe(true)
    expect([...bytes.subarray(28, 32)]).toEqual([0, 4, 0, 0])
  })

  test('gre without a checksum', () => {
    const before = build(SYN)
    const { bytes } = tunnel('--tun-type gre --tun-nocsum').one(before)
    expect([bytes[9], ...bytes.subarray(20, 24)]).toEqual([47, 0, 0, 8, 0])
    expect(changed(before, bytes.slice(24))).toEqual([8, 10])
  })

  test('gre with one, over its header and all behind', () => {
    const before = build(SYN)
    const { bytes } = tunnel('--tun-type gre --tun-csum').one(before)
    expect([...bytes.subarray(20, 24)]).toEqual([0x80, 0, 8, 0])
    expect(word(bytes, 26)).toBe(0)
    expect(onesSum(bytes.subarray(20))).toBe(0xffff)
    expect(changed(before, bytes.slice(28))).toEqual([8, 10])
  })
})

describe('families mixed', () => {
  test('IPv6 in IPv4', () => {
    const one = new ByteDirector().serve('10.0.1.3:80', '-i', V6_VIP)
    const { bytes } = one.one({ ...V6_SYN, ttl: 9, tos: 7 })
    expect([bytes[9], bytes[8], bytes[1], word(bytes, 6)]).toEqual([41, 8, 6, 0])
    expect(bytes.length).toBe(20 + build(V6_SYN).length)
  })

  test('IPv4 in IPv6', () => {
    const one = new ByteDirector().serve('[2001:db8:0:1::3]:80', '-i')
    const before = build({ ...SYN, ttl: 9, tos: 0xb9 })
    const { to, bytes } = one.one(before)
    expect(to).toBe('2001:db8:0:1::3')
    // Version 6, traffic class b9, flow label 0.
    expect([...bytes.subarray(0, 4)]).toEqual([0x6b, 0x90, 0, 0])
    expect([word(bytes, 4), bytes[6], bytes[7]]).toEqual([before.length, 4, 8])
  })

  test.each([
    ['gre', '--tun-type gre --tun-nocsum', 20, [0, 0, 0x86, 0xdd]],
    ['gue', '--tun-type gue --tun-port 6080 --tun-nocsum', 28, [0, 41, 0, 0]],
  ])('IPv6 in %s says so', (_, options, at, header) => {
    const one = new ByteDirector().serve('10.0.1.3:80', `-i ${options}`, V6_VIP)
    const { bytes } = one.one(V6_SYN)
    expect([...bytes.subarray(at, at + 4)]).toEqual(header)
  })
})

describe('sizes', () => {
  /** A segment in a packet of that size. */
  function data(size: number, df: boolean): PacketSpec {
    return { ...SYN, flags: 'A', len: size - 40, df, id: 3 }
  }

  // What the tunnel's headers take of an MTU of 1,500.
  test.each([
    ['ipip', '', 20],
    ['gue', '--tun-type gue --tun-port 6080 --tun-csum', 32],
    ['gre', '--tun-type gre --tun-nocsum', 24],
    ['gre with a checksum', '--tun-type gre --tun-csum', 28],
  ])('%s takes what it takes', (_, options, taken) => {
    const one = tunnel(options)
    one.one(SYN)
    expect(one.one(data(1500 - taken, true)).bytes.length).toBe(1500)
    const { side, bytes } = one.one(data(1501 - taken, true))
    expect([side, bytes[20], bytes[21], word(bytes, 26)]).toEqual(['client', 3, 4, 1500 - taken])
    // Without DF the outer packet is cut.
    const cut = one.send(data(1501 - taken, false))
    expect(cut.map((frame) => frame.side)).toEqual(['server', 'server'])
  })

  test('with pmtu_disc 0 nobody is told', () => {
    const one = tunnel()
    one.bench.machine.ipvs.setSysctl('pmtu_disc', '0', 0)
    one.one(SYN)
    expect(one.send(data(1500, true)).map(({ side }) => side)).toEqual(['server', 'server'])
  })
})
