// What the recorded traces do not show of headers, translation, errors and tunnels.
import { describe, expect, test } from 'vitest'
import { formatAddress, parseAddress } from '../../src/wire/address-text.ts'
import { read16 } from '../../src/wire/bytes.ts'
import { internetChecksum, pseudoHeaderSum } from '../../src/wire/checksum.ts'
import { crc32c } from '../../src/wire/crc32c.ts'
import { fromHex, toHex } from '../../src/wire/hex.ts'
import { buildIcmpError, icmpChecksum, isIcmpError, isIcmpv6Error } from '../../src/wire/icmp.ts'
import { readIp, spendHop } from '../../src/wire/ip.ts'
import { DONT_FRAGMENT, setHeaderChecksum, writeIpv4Header } from '../../src/wire/ipv4.ts'
import { writeIpv6Header } from '../../src/wire/ipv6.ts'
import { firstChunk } from '../../src/wire/sctp.ts'
import { tcpHeaderLength } from '../../src/wire/tcp.ts'
import { translate, translateError } from '../../src/wire/translate.ts'
import { encapsulate, tunnelBytes, type Encapsulation } from '../../src/wire/tunnel.ts'
import { setUdpChecksum } from '../../src/wire/udp.ts'

const [CLIENT, VIP, SERVER] = ['198.51.100.7', '10.0.0.100', '10.0.1.3'].map((t) =>
  parseAddress(t)!,
)
const [CLIENT6, VIP6, SERVER6] = ['2001:db8:9::7', '2001:db8::100', '2001:db8:0:1::3'].map((text) =>
  parseAddress(text)!,
)

function v4(protocol: number, body: string, { flags = 0, tos = 0 } = {}): Uint8Array {
  const bytes = fromHex(body)
  const packet = new Uint8Array(20 + bytes.length)
  packet.set(bytes, 20)
  writeIpv4Header(packet, 0, {
    headerBytes: 20,
    tos,
    totalBytes: packet.length,
    id: 1,
    flagsAndOffset: flags,
    ttl: 64,
    protocol,
    src: CLIENT!,
    dst: VIP!,
  })
  return packet
}

function v6(nextHeader: number, body: string, trafficClass = 0): Uint8Array {
  const bytes = fromHex(body)
  const packet = new Uint8Array(40 + bytes.length)
  packet.set(bytes, 40)
  writeIpv6Header(packet, 0, {
    trafficClass,
    payloadBytes: bytes.length,
    nextHeader,
    hopLimit: 64,
    src: CLIENT6!,
    dst: VIP6!,
  })
  return packet
}

const TCP_SYN = '9c41005000000000000000005002faf000000000'
const UDP = '9c410035000a00000102'

describe('headers of both families', () => {
  const fragment = v4(17, UDP, { flags: 0x2000 | 3 })
  const hopByHop = '2c00000000000000'
  const fragmentHeader = '3c000019000000ff'
  const wholeHeader = '3c000000000000ff'
  const destinationOptions = '0601' + '00'.repeat(14)

  test('IPv4', () => {
    expect(readIp(v4(6, TCP_SYN, { flags: DONT_FRAGMENT, tos: 9 }))).toEqual({
      version: 4,
      src: CLIENT,
      dst: VIP,
      tos: 9,
      ttl: 64,
      protocol: 6,
      transportAt: 20,
      end: 40,
      fragmentOffset: 0,
      moreFragments: false,
      dontFragment: true,
    })
    expect(readIp(fragment)).toMatchObject({ fragmentOffset: 24, moreFragments: true })
  })

  test.each([
    ['alone', v6(6, TCP_SYN, 184), { protocol: 6, transportAt: 40, end: 60, tos: 184 }],
    [
      'behind extension headers',
      v6(0, hopByHop + wholeHeader + destinationOptions + TCP_SYN),
      { protocol: 6, transportAt: 72, end: 92, fragmentOffset: 0, moreFragments: false },
    ],
    [
      'a later fragment, where the walk ends',
      v6(0, hopByHop + fragmentHeader + '00'.repeat(24)),
      { protocol: 60, transportAt: 56, fragmentOffset: 24, moreFragments: true },
    ],
    [
      'authentication',
      v6(51, '0601' + '00'.repeat(10) + TCP_SYN),
      { protocol: 6, transportAt: 52 },
    ],
    ['an extension header cut short', v6(0, '0600'), { protocol: 0, transportAt: 40 }],
    ['none', v6(59, ''), { protocol: 59, transportAt: 40, end: 40 }],
  ])('IPv6: the transport %s', (_name, packet, header) => {
    expect(readIp(packet)).toMatchObject({ version: 6, src: CLIENT6, dst: VIP6, ...header })
  })

  test('too short, or of no known version', () => {
    for (const hex of ['', '45', '4500'.repeat(4), '60'.repeat(39), '44' + '00'.repeat(30), '50']) {
      expect(readIp(fromHex(hex))).toBeNull()
    }
  })

  test.each([64, 1, 0])('a hop is spent of %i', (ttl) => {
    const packet = v4(6, TCP_SYN)
    packet[8] = ttl
    setHeaderChecksum(packet, 0)
    spendHop(packet)
    expect(packet[8]).toBe((ttl + 255) % 256)
    // From 0 to 255 the sum changes by a number that one's complement knows as well.
    expect(internetChecksum(packet, 0, 20)).toBe(0)
  })

  test('a hop is spent of IPv6', () => {
    const packet = v6(6, TCP_SYN)
    spendHop(packet)
    expect(readIp(packet)?.ttl).toBe(63)
  })

  test('TCP and SCTP', () => {
    expect(tcpHeaderLength(fromHex('00'.repeat(12) + '8002'), 0)).toBe(32)
    expect(firstChunk(fromHex('00'.repeat(12) + '0a'), 0, 13)).toBe(10)
    expect(firstChunk(fromHex('00'.repeat(12) + '0a'), 0, 12)).toBe(-1)
  })
})

describe('translation', () => {
  function transportSum(packet: Uint8Array, protocol: number): number {
    const at = readIp(packet)!.transportAt
    const pseudo = pseudoHeaderSum(packet, 0, protocol, packet.length - at)
    return internetChecksum(packet, at, packet.length, pseudo)
  }

  test.each([
    ['IPv4', v4(17, UDP), SERVER!, 20],
    ['IPv6', v6(17, UDP), SERVER6!, 40],
  ])('UDP without a checksum gets one: %s', (_name, packet, server, at) => {
    translate(packet, 'destination', server, 5353)
    expect(read16(packet, at + 6)).not.toBe(0)
    expect(transportSum(packet, 17)).toBe(0)
  })

  test('a UDP checksum that becomes zero is sent as ones', () => {
    const packet = v4(17, UDP)
    setUdpChecksum(packet, 0, 20, packet.length)
    const port = (read16(packet, 22) + read16(packet, 26)) % 0xffff
    translate(packet, 'destination', VIP!, port)
    expect(read16(packet, 26)).toBe(0xffff)
    expect(transportSum(packet, 17)).toBe(0)
  })

  test('SCTP: computed if the port changes, left if not', () => {
    const sctp = v4(132, '9c41005000000001deadbeef01000004')
    const same = sctp.slice()
    translate(same, 'destination', SERVER!, 80)
    expect(toHex(same.subarray(28, 32))).toBe('deadbeef')
    translate(sctp, 'destination', SERVER!, 8080)
    const crc = new DataView(sctp.buffer).getUint32(28, true)
    sctp.fill(0, 28, 32)
    expect(crc).toBe(crc32c(sctp, 20, sctp.length))
  })

  test('later fragments and other protocols: the address alone', () => {
    for (const packet of [v4(17, UDP, { flags: 2 }), v4(47, '00000800')]) {
      const body = toHex(packet.subarray(20))
      translate(packet, 'source', SERVER!, 99)
      expect(formatAddress(readIp(packet)!.src)).toBe('10.0.1.3')
      expect(internetChecksum(packet, 0, 20)).toBe(0)
      expect(toHex(packet.subarray(20))).toBe(body)
    }
  })

  test('what cannot be translated', () => {
    expect(() => translate(fromHex('45'), 'source', SERVER!, 1)).toThrow('too short')
    expect(() => translate(v4(6, TCP_SYN), 'source', SERVER6!, 1)).toThrow('other family')
    const error = v4(1, '0301000000000000' + '4500')
    expect(() => translateError(error, 'source', SERVER!, 1)).toThrow('too short')
  })

  test.each([
    ['IPv4', v4(1, '0303000000000000' + toHex(v4(17, UDP).subarray(0, 22))), SERVER!, 28],
    ['IPv6', v6(58, '0104000000000000' + toHex(v6(17, UDP).subarray(0, 42))), SERVER6!, 48],
  ])('an error that quotes half the ports: %s', (_name, packet, server, quotedAt) => {
    translateError(packet, 'destination', server, 8080)
    const header = readIp(packet)!
    expect(header.dst).toBe(server)
    expect(readIp(packet, quotedAt)?.src).toBe(server)
    expect(toHex(packet.subarray(-2))).toBe('9c41')
    expect(icmpChecksum(packet, 0, header.transportAt, header.end)).toBe(0)
  })
})

describe('ICMP errors', () => {
  test('which messages are errors', () => {
    const types = Array.from({ length: 256 }, (_, type) => type)
    expect(types.filter(isIcmpError)).toEqual([3, 4, 5, 11, 12])
    expect(types.filter(isIcmpv6Error)).toEqual(types.slice(0, 128))
  })

  const error = { type: 3, code: 4, rest: 1400, src: VIP!, dst: CLIENT!, id: 77 }
  const error6 = { ...error, type: 2, code: 0, src: VIP6!, dst: CLIENT6! }
  test.each([
    ['a short packet whole', v4(17, UDP), error, 28 + 30],
    ['as much as 576 bytes allow', v4(17, '00'.repeat(549)), error, 576],
    ['a short one of IPv6 whole', v6(17, UDP), error6, 48 + 50],
    ['as much as 1280 bytes allow', v6(17, '00'.repeat(1300)), error6, 1280],
  ])('%s is quoted', (_name, quoted, fields, length) => {
    const packet = buildIcmpError(quoted, fields)
    const header = readIp(packet)!
    expect(packet.length).toBe(length)
    expect(header).toMatchObject({ src: fields.src, dst: fields.dst, ttl: 64, end: length })
    expect(icmpChecksum(packet, 0, header.transportAt, length)).toBe(0)
    const quotedAt = header.transportAt + 8
    expect(packet.subarray(quotedAt)).toEqual(quoted.subarray(0, length - quotedAt))
  })

  test.each([
    [0x00, 0xc0],
    [0xb8, 0xd8],
    [0x03, 0xc2],
  ])('the type of service of an error about %i', (tos, own) => {
    expect(readIp(buildIcmpError(v4(17, UDP, { tos }), error))?.tos).toBe(own)
  })
})

describe('tunnels', () => {
  const outer = { src: SERVER!, dst: SERVER!, dontFragment: true, id: 5 }
  const outer6 = { ...outer, src: SERVER6!, dst: SERVER6! }
  const gue: Encapsulation = {
    kind: 'gue',
    sourcePort: 40000,
    destinationPort: 5555,
    checksum: false,
  }
  const inner = v4(6, TCP_SYN)
  const inner6 = v6(6, TCP_SYN)

  test.each([
    ['ipip', { kind: 'ipip' } as const, 4, ''],
    ['gue', gue, 17, '9c4015b30034000000040000'],
    ['gre', { kind: 'gre', checksum: false } as const, 47, '00000800'],
  ])('%s around IPv4', (_name, way, protocol, between) => {
    for (const around of [outer, outer6]) {
      const packet = encapsulate(inner, around, way)
      const header = readIp(packet)!
      expect(packet.length - inner.length).toBe(tunnelBytes(way, around.dst))
      expect(header).toMatchObject({ protocol, ttl: 64, dst: around.dst, end: packet.length })
      expect(toHex(packet.subarray(header.transportAt))).toBe(between + toHex(inner))
    }
  })

  test.each([
    ['ipip', { kind: 'ipip' } as const, 41, ''],
    ['gue', gue, 17, '9c4015b30048000000290000'],
    ['gre', { kind: 'gre', checksum: false } as const, 47, '000086dd'],
  ])('%s around IPv6', (_name, way, protocol, between) => {
    const packet = encapsulate(inner6, outer, way)
    expect(readIp(packet)).toMatchObject({ protocol, dontFragment: true })
    expect(toHex(packet.subarray(20))).toBe(between + toHex(inner6))
  })

  test('checksums are of all behind the outer header', () => {
    for (const around of [outer, outer6]) {
      const at = around === outer ? 20 : 40
      const gre = encapsulate(inner, around, { kind: 'gre', checksum: true })
      expect(toHex(gre.subarray(at, at + 4))).toBe('80000800')
      expect(internetChecksum(gre, at, gre.length)).toBe(0)
      const udp = encapsulate(inner, around, { ...gue, checksum: true })
      const pseudo = pseudoHeaderSum(udp, 0, 17, udp.length - at)
      expect(internetChecksum(udp, at, udp.length, pseudo)).toBe(0)
    }
  })

  test.each([0, 1, 2, 3])('congestion marks: %i inside', (ecn) => {
    const tos = (ecn === 3 ? 2 : ecn) | 0xb8
    for (const packet of [v4(6, TCP_SYN, { tos: 0xb8 | ecn }), v6(6, TCP_SYN, 0xb8 | ecn)]) {
      expect(readIp(encapsulate(packet, outer, { kind: 'ipip' }))?.tos).toBe(tos)
      expect(readIp(encapsulate(packet, outer6, { kind: 'ipip' }))?.tos).toBe(tos)
    }
  })
})
