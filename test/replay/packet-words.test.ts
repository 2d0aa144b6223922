// Every packet of the recorded traces of packet rewriting: built from its words it has the bytes
// that were sent, and every frame of the director has the words that were recorded.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe as suite, expect, test } from 'vitest'
import { describe, type PacketWords } from '../../src/replay/describe.ts'
import { build, buildAll, type PacketSpec } from '../../src/replay/packet-words.ts'
import { fromHex, toHex } from '../../src/wire/hex.ts'

type Frame = PacketWords & { side: string; to: string; hex?: string; arp?: string }

interface Step extends PacketSpec {
  do: string
  reply_to?: string
  saw: { src?: string; in?: string[]; frames?: Frame[] }
}

interface Trace {
  topology: { gue_ports?: number[] }
  steps: Step[]
}

const folder = join(import.meta.dirname, '../golden/rewriting')
const names = readdirSync(folder).sort()
const traces = names.map((name): [string, Trace] => [
  name,
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as Trace,
])

suite.each(traces)('%s', (_name, { topology, steps }) => {
  const packets = steps.filter((step) => step.do === 'packet')

  test('packets are built from words', () => {
    expect(packets.length).toBeGreaterThan(0)
    for (const { saw, ...step } of packets) {
      const ends = step.reply_to === undefined ? {} : { src: saw.src!, dst: step.reply_to }
      expect(buildAll({ ...step, ...ends }).map(toHex)).toEqual(saw.in)
    }
  })

  test('frames are described in words', () => {
    const frames = packets.flatMap(({ saw }) => saw.frames!)
    for (const { side: _side, to: _to, hex, ...words } of frames) {
      if (hex === undefined) expect(words).toHaveProperty('arp')
      else expect(describe(fromHex(hex), topology.gue_ports ?? [])).toEqual(words)
    }
  })
})

suite('what the traces do not have', () => {
  const tcp = { proto: 'tcp', src: '10.0.0.1:1', dst: '10.0.0.2:2' }
  const udp6 = { proto: 'udp', src: '[2001:db8::1]:1', dst: '[2001:db8::2]:2' }
  const heartbeat = { chunks: [{ type: 'HEARTBEAT', flags: 1, value: 'aabbcc' }] }

  // The hexadecimal is the recording bench's for the same words.
  const built: [string, PacketSpec, string][] = [
    [
      'bad checksum',
      { ...tcp, csum: 'bad' },
      '4500002800014000400626cd0a0000010a00000200010002000003e8000000005000faf0c8530000',
    ],
    [
      'zero checksum',
      { ...udp6, csum: 'zero', len: 3 },
      '60000000000b114020010db800000000000000000000000120010db8000000000000000000000002' +
        '00010002000b0000000102',
    ],
    [
      'SCTP',
      { ...tcp, proto: 'sctp', tag: 7, ...heartbeat },
      '45000028000140004084264f0a0000010a00000200010002000000079ca7331a04010007aabbcc00',
    ],
    [
      'SCTP, bad checksum',
      { ...tcp, proto: 'sctp', csum: 'bad', ...heartbeat },
      '45000028000140004084264f0a0000010a000002000100020000000197638aed04010007aabbcc00',
    ],
    [
      'ICMP of zeros',
      { ...tcp, proto: 'icmp', type: 0, csum: 'zero' },
      '4500001c00014000400126de0a0000010a0000020000000000000000',
    ],
    [
      'a protocol without ports',
      { ...tcp, proto: '47', payload: '0102' },
      '4500001600014000402f26b60a0000010a0000020102',
    ],
    [
      'odd options',
      { ...tcp, ip_options: '0101', tcp_options: '01', flags: 'SEC' },
      '4600003000014000400624c40a0000010a0000020101000000010002000003e80000000060c2faf0' +
        '8b40000001000000',
    ],
    ['raw', { proto: 'tcp', raw: '4500' }, '4500'],
  ]
  test.each(built)('%s', (_name, spec, hex) => {
    expect(toHex(build(spec))).toBe(hex)
  })

  const described: [string, string, PacketWords][] = [
    [
      'GRE with key and sequence',
      '4500004800014000402f26840a0000010a0000023000080000000001000000024500002800014000' +
        '400626cd0a0000010a00000200010002000003e8000000005000faf09d060000',
      {
        id: 1,
        df: true,
        proto: 'gre',
        ttl: 64,
        len: 72,
        src: '10.0.0.1',
        dst: '10.0.0.2',
        gre: '300008000000000100000002',
        inner: {
          id: 1,
          df: true,
          proto: 'tcp',
          ttl: 64,
          len: 40,
          src: '10.0.0.1:1',
          dst: '10.0.0.2:2',
          flags: '',
          seq: 1000,
          ack: 0,
        },
      },
    ],
    [
      'GUE with options, control',
      '4500002800014000401126c20a0000010a000002000115b3000c0000220400000000000000000000',
      {
        id: 1,
        df: true,
        proto: 'gue',
        ttl: 64,
        len: 40,
        src: '10.0.0.1:1',
        dst: '10.0.0.2:5555',
        gue: '220400000000000000000000',
        csum: 'zero',
      },
    ],
    [
      'GUE with private flags',
      '45000050000140004011269a0a0000010a000002000115b300340000020400010000000000000000' +
        '4500002800014000400626cd0a0000010a00000200010002000003e8000000005000faf09d060000',
      {
        id: 1,
        df: true,
        proto: 'gue',
        ttl: 64,
        len: 80,
        src: '10.0.0.1:1',
        dst: '10.0.0.2:5555',
        gue: '020400010000000000000000',
        inner: {
          id: 1,
          df: true,
          proto: 'tcp',
          ttl: 64,
          len: 40,
          src: '10.0.0.1:1',
          dst: '10.0.0.2:2',
          flags: '',
          seq: 1000,
          ack: 0,
        },
        csum: 'zero',
      },
    ],
    [
      'GUE of something else',
      '4500002000014000401126ca0a0000010a000002000115b3000c000000060000',
      {
        id: 1,
        df: true,
        proto: 'gue',
        ttl: 64,
        len: 32,
        src: '10.0.0.1:1',
        dst: '10.0.0.2:5555',
        gue: '00060000',
        csum: 'zero',
      },
    ],
    [
      'GUE cut short',
      '4500001d00014000401126cd0a0000010a000002000115b30008000000',
      { proto: 'truncated' },
    ],
    [
      'IPv6 first fragment',
      '60000000001c2c4020010db800000000000000000000000120010db8000000000000000000000002' +
        '060000010000000900010002000003e8000000005000faf09d060000',
      {
        proto: 'tcp',
        ttl: 64,
        len: 68,
        frag: { offset: 0, mf: true },
        src: '[2001:db8::1]:1',
        dst: '[2001:db8::2]:2',
        flags: '',
        seq: 1000,
        ack: 0,
      },
    ],
    [
      'IPv6 later fragment',
      '60300000001c2c4020010db800000000000000000000000120010db8000000000000000000000002' +
        '060001080000000900010002000003e8000000005000faf09d060000',
      {
        proto: 'tcp',
        ttl: 64,
        tos: 3,
        len: 68,
        frag: { offset: 264, mf: false },
        src: '2001:db8::1',
        dst: '2001:db8::2',
      },
    ],
    [
      'IPv6 whole with a fragment header',
      '6000000000102c4020010db800000000000000000000000120010db8000000000000000000000002' +
        '11000000000000090001000200080000',
      {
        proto: 'udp',
        ttl: 64,
        len: 56,
        src: '[2001:db8::1]:1',
        dst: '[2001:db8::2]:2',
        csum: 'zero',
      },
    ],
    [
      'IPv6 fragment header cut short',
      '6000000000022c4020010db800000000000000000000000120010db80000000000000000000000020600',
      { proto: 'truncated' },
    ],
    [
      'an unknown chunk',
      '4500002400014000408426530a0000010a00000200010002000000010000000080000004',
      {
        id: 1,
        df: true,
        proto: 'sctp',
        ttl: 64,
        len: 36,
        src: '10.0.0.1:1',
        dst: '10.0.0.2:2',
        chunk: 128,
      },
    ],
    [
      'a bad header checksum',
      '45000028000140003f0626cd0a0000010a00000200010002000003e8000000005000faf09d060000',
      {
        id: 1,
        df: true,
        ip_csum: 'bad',
        proto: 'tcp',
        ttl: 63,
        len: 40,
        src: '10.0.0.1:1',
        dst: '10.0.0.2:2',
        flags: '',
        seq: 1000,
        ack: 0,
      },
    ],
    [
      'UDP shorter than its header',
      '4500001800014000401126d20a0000010a00000200010002',
      {
        id: 1,
        df: true,
        proto: 'udp',
        ttl: 64,
        len: 24,
        src: '10.0.0.1:1',
        dst: '10.0.0.2:2',
        csum: 'bad',
      },
    ],
    ['ICMP cut short', '4500001600014000400126e40a0000010a0000020300', { proto: 'truncated' }],
    [
      'ICMPv6 echo, bad checksum',
      '6000000000083a4020010db800000000000000000000000120010db8000000000000000000000002' +
        '8000000000010002',
      {
        proto: 'icmpv6',
        ttl: 64,
        len: 48,
        src: '2001:db8::1',
        dst: '2001:db8::2',
        type: 128,
        code: 0,
        rest: 65538,
        csum: 'bad',
      },
    ],
    [
      'TCP ports alone',
      '4500001800014000400626dd0a0000010a00000200010002',
      { id: 1, df: true, proto: 'tcp', ttl: 64, len: 24, src: '10.0.0.1:1', dst: '10.0.0.2:2' },
    ],
    ['ports cut short', '4500001600014000400626df0a0000010a0000020001', { proto: 'truncated' }],
    [
      'an error quoting too little',
      '4500001e00014000400126dc0a0000010a0000020300fcff000000004500',
      {
        id: 1,
        df: true,
        proto: 'icmp',
        ttl: 64,
        len: 30,
        src: '10.0.0.1',
        dst: '10.0.0.2',
        type: 3,
        code: 0,
        rest: 0,
        embed: { proto: 'truncated' },
        csum: 'bad',
      },
    ],
    [
      'options longer than the packet',
      '4f00001400014000400626e10a0000010a000002',
      { proto: 'truncated' },
    ],
    ['reserved flag', '4500001400018000400600000a0000010a000002', { proto: 'truncated' }],
  ]
  test.each(described)('described: %s', (_name, hex, words) => {
    expect(describe(fromHex(hex), [5555])).toEqual(words)
  })

  test('bytes that end early are truncated, wherever they end', () => {
    for (const spec of [tcp, udp6, { ...tcp, proto: 'sctp', ...heartbeat }]) {
      const packet = build(spec)
      for (let size = 0; size <= packet.length; size++) {
        const words = describe(packet.subarray(0, size), [2])
        if (words.proto !== 'truncated') expect(words.len).toBe(size)
      }
    }
    expect(describe(new Uint8Array(0), [])).toEqual({ proto: 'truncated' })
  })

  const wrong: [string, PacketSpec, string][] = [
    ['proto', { ...tcp, proto: 'tpc' }, "unknown proto 'tpc'"],
    ['proto too large', { ...tcp, proto: 256 }, "unknown proto '256'"],
    ['payload', { ...tcp, payload: 'abc' }, "payload: not bytes in hexadecimal: 'abc'"],
    ['raw', { proto: 'tcp', raw: 'xy' }, 'raw: not bytes'],
    ['no source', { proto: 'tcp', dst: '10.0.0.2:2' }, 'the packet needs a src'],
    ['address', { ...tcp, dst: '10.0.0.256:2' }, "dst '10.0.0.256:2': not an address"],
    ['families', { ...tcp, dst: '[2001:db8::2]:2' }, 'different families'],
    ['flag', { ...tcp, flags: 'SX' }, "flags 'SX'"],
    ['ttl', { ...tcp, ttl: 256 }, 'ttl is 256: expected a whole number of 0 to 255'],
    ['seq', { ...tcp, seq: -1 }, 'seq is -1'],
    ['chunk', { ...tcp, proto: 'sctp', chunks: [{ type: 'HELLO' }] }, "unknown SCTP chunk 'HELLO'"],
    ['no chunks', { ...tcp, proto: 'sctp' }, 'an SCTP packet needs chunks'],
    ['no type', { ...tcp, proto: 'icmp' }, 'an ICMP message needs a type'],
    ['order', { ...tcp, fragment: 8, order: [7] }, 'order: no fragment 7 of 3'],
    ['options', { ...tcp, tcp_options: '01'.repeat(41) }, 'tcp_options: 44 bytes'],
    ['too long', { ...tcp, len: 65_535 }, 'too long'],
    ['embedded', { ...tcp, proto: 'icmp', type: 3, embed: { proto: 'no' } }, 'the packet needs'],
  ]
  test.each(wrong)('refused: %s', (_name, spec, message) => {
    expect(() => build(spec)).toThrow(message)
  })
})
