// Captures become requests: whose connections, whose datagrams, what is left out and told.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { readTraffic } from '../../src/traffic/read-traffic.ts'
import {
  isProblem,
  UNTOLD,
  type Recording,
  type TrafficProblem,
} from '../../src/traffic/recording.ts'
import { capture, type CaptureOptions } from '../support/capture.ts'

const S = 1_000_000_000_000
const AS_TOLD = 'the answer is as workload.response says'

function right(read: Recording | TrafficProblem): Recording {
  if (isProblem(read)) throw new Error(`${read.line}: ${read.problem}`)
  return read
}

function wrong(given: Uint8Array, protocol: 'tcp' | 'udp' | null = null): string {
  const read = readTraffic(given, 'pcap', protocol)
  if (!isProblem(read)) throw new Error('it was read')
  return read.problem
}

const A = '10.0.0.1:4000'
const B = '10.0.0.9:80'
const tcp = (src: string, dst: string, flags: string, len = 0) =>
  ({ proto: 'tcp', src, dst, flags, len }) as const
const udp = (src: string, dst: string, len: number) => ({ proto: 'udp', src, dst, len }) as const

describe('a capture', () => {
  const packets: Parameters<typeof capture>[0] = [
    [100, 999_999, tcp(A, B, 'S')],
    [101, 1, tcp(B, A, 'SA')],
    [101, 2, tcp(A, B, 'PA', 300)],
    [101, 3, udp('10.0.0.2:53', '10.0.0.9:53', 40)],
    [101, 4, tcp(B, A, 'PA', 1200)],
    [101, 5, tcp('10.0.0.3:4000', B, 'S')],
    [101, 6, tcp(B, A, 'FA', 100)],
    [102, 0, tcp(A, B, 'S')],
    [102, 1, tcp(A, B, 'PA', 7)],
  ]
  const options: CaptureOptions[] = [
    {},
    { littleEndian: false },
    { vlan: true },
    { linkType: 101 },
    { linkType: 113 },
    { linkType: 276, littleEndian: false },
    { snapLength: 60 },
  ]

  test.each(options)('%j: flows of TCP', (given) => {
    const read = right(readTraffic(capture(packets, given), null, null))
    expect(read).toEqual({
      atPs: [0, S - 999_999_000_000 + S],
      client: [0, 0],
      requestBytes: [300, 7],
      responseBytes: [1300, UNTOLD],
      clients: 1,
      wholeSeconds: false,
      protocol: 'tcp',
      notes: [
        '1 flow of UDP left out',
        '1 connection of TCP left out: a SYN, and no handshake that was completed',
        `1 connection of TCP without a segment of the server: ${AS_TOLD}`,
      ],
    })
  })

  test('flows of UDP, in nanoseconds and IPv6', () => {
    const client = '[2001:db8::1]:5353'
    const server = '[2001:db8::9]:53'
    const given = capture(
      [
        [1, 5, udp(client, server, 30)],
        [1, 905, udp(server, client, 400)],
        [1, 1005, udp('[2001:db8::2]:5353', server, 31)],
      ],
      { nanoseconds: true },
    )
    expect(right(readTraffic(given, null, 'udp'))).toMatchObject({
      atPs: [0, 1_000_000],
      requestBytes: [30, 31],
      responseBytes: [400, UNTOLD],
      clients: 2,
    })
  })

  test('begun in the middle of a handshake', () => {
    const given = capture([
      [1, 0, tcp(B, A, 'SA')],
      [1, 1, tcp(A, B, 'PA', 9)],
    ])
    const read = right(readTraffic(given, null, 'tcp'))
    expect(read).toMatchObject({ atPs: [0], requestBytes: [9], responseBytes: [0], notes: [] })
  })

  const whole = capture(packets)
  test.each<[string, Uint8Array, string]>([
    ['cut in its last packet', whole.subarray(0, -1), 'the capture is cut short in packet 9, at'],
    ['cut in a header', whole.subarray(0, 30), 'the capture is cut short in packet 1, at byte 30'],
    ['cut in its own header', whole.subarray(0, 20), 'the capture is cut short in its header'],
    ['of wireless frames', capture([], { linkType: 127 }), 'link type 127 is not read: expected'],
    ['without packets', capture([]), 'the capture has no flow of TCP'],
    ['of UDP alone', capture([packets[3]!]), 'the capture has no flow of TCP, but 1 of UDP'],
    ['pcapng', Uint8Array.of(10, 13, 13, 10, 0, 0), 'this is pcapng: convert it with `editcap'],
    [
      'text',
      new TextEncoder().encode('time\n1\n'),
      'this is no capture: it does not begin as one of libpcap',
    ],
    ['compressed', Uint8Array.of(0x1f, 0x8b, 8), 'the file is compressed: unpack it with gunzip'],
  ])('%s is refused', (_, given, problem) => {
    expect(wrong(given, 'tcp')).toContain(problem)
  })

  test.each<['tcp' | 'udp' | null, string]>([
    [null, 'the capture has no flow of TCP or UDP'],
    ['tcp', 'the capture has no flow of TCP'],
    ['udp', 'the capture has no flow of UDP'],
  ])('of neither: %s is missed', (protocol, problem) => {
    expect(wrong(capture([]), protocol)).toBe(problem)
  })

  test('a record longer than any is damage, not memory', () => {
    const given = whole.slice()
    new DataView(given.buffer).setUint32(24 + 8, 0x7fff_ffff, true)
    expect(wrong(given)).toContain('packet 1 claims 2147483647 bytes: the capture is damaged')
  })

  test('whatever the bytes are, it is read or refused', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
        const given = whole.slice()
        given[at] = value
        expect(readTraffic(given, 'pcap', null)).toBeDefined()
      }),
      { numRuns: 500, seed: 5 },
    )
  })
})

/** Sizes of the requests and of their answers, and what is told. */
function sizes(
  packets: Parameters<typeof capture>[0],
  protocol: 'tcp' | 'udp' | null,
): Pick<Recording, 'requestBytes' | 'responseBytes' | 'clients' | 'notes'> {
  const read = right(readTraffic(capture(packets), 'pcap', protocol))
  const { requestBytes, responseBytes, clients, notes } = read
  return { requestBytes, responseBytes, clients, notes }
}

describe('connections that began before the capture', () => {
  const guess =
    'begun before the capture: which end is the server is guessed, by other connections and the ' +
    'lower port'

  test('a download stays one: the lower port is the server', () => {
    const packets = Array.from({ length: 3 }, (_, index): Parameters<typeof capture>[0] => [
      [1, index * 10, tcp(B, `10.0.0.${index + 1}:5000`, 'PA', 1400)],
      [1, index * 10 + 1, tcp(`10.0.0.${index + 1}:5000`, B, 'A')],
    ]).flat()
    expect(sizes(packets, null)).toEqual({
      requestBytes: [0, 0, 0],
      responseBytes: [1400, 1400, 1400],
      clients: 3,
      notes: [`3 connections of TCP ${guess}`],
    })
  })

  test('a server that took a SYN is one, whatever its port', () => {
    const server = '10.0.0.9:50051'
    const read = sizes(
      [
        [1, 0, tcp(server, '10.0.0.1:4000', 'PA', 700)],
        [1, 1, tcp('10.0.0.2:4000', server, 'S')],
        [1, 2, tcp(server, '10.0.0.2:4000', 'SA')],
        [1, 3, tcp('10.0.0.2:4000', server, 'PA', 5)],
      ],
      'tcp',
    )
    expect(read).toMatchObject({ requestBytes: [0, 5], responseBytes: [700, 0] })
    expect(read.notes).toEqual([`1 connection of TCP ${guess}`])
  })

  test('what is only the end of one is none', () => {
    const read = sizes(
      [
        [1, 0, tcp(B, A, 'FA')],
        [1, 1, tcp(A, B, 'FA')],
        [1, 2, tcp(A, B, 'S')],
        [1, 3, tcp(B, A, 'SA')],
        [1, 4, tcp(A, B, 'A')],
      ],
      'tcp',
    )
    expect(read).toMatchObject({ requestBytes: [0], responseBytes: [0] })
    expect(read.notes).toEqual([
      '1 connection of TCP left out: begun before the capture, and no payload in it',
    ])
  })
})

describe('handshakes that come to nothing', () => {
  const unanswered: Parameters<typeof capture>[0] = [
    [1, 0, tcp(A, B, 'S')],
    [2, 0, tcp(A, B, 'S')],
  ]
  const refused: Parameters<typeof capture>[0] = [
    [3, 0, tcp('10.0.0.2:4000', B, 'S')],
    [3, 1, tcp(B, '10.0.0.2:4000', 'RA')],
  ]
  const halfOpen: Parameters<typeof capture>[0] = [
    [4, 0, tcp('10.0.0.3:4000', B, 'S')],
    [4, 1, tcp(B, '10.0.0.3:4000', 'SA')],
    [4, 2, tcp('10.0.0.3:4000', B, 'R')],
  ]
  const all = [...unanswered, ...refused, ...halfOpen]

  test('are no requests, and told', () => {
    const good: typeof all = [
      [5, 0, tcp('10.0.0.4:4000', B, 'S')],
      [5, 1, tcp('10.0.0.4:4000', B, 'PA', 80)],
      [5, 2, tcp(B, '10.0.0.4:4000', 'PA', 90)],
    ]
    expect(sizes([...all, ...good], null)).toEqual({
      requestBytes: [80],
      responseBytes: [90],
      clients: 1,
      notes: ['3 connections of TCP left out: a SYN, and no handshake that was completed'],
    })
  })

  test('and alone they are no load', () => {
    expect(wrong(capture(all))).toBe(
      'the capture has no flow of TCP or UDP with a request: 3 connections of TCP left out: ' +
        'a SYN, and no handshake that was completed',
    )
  })
})

describe('datagrams of one flow', () => {
  const client = '10.0.0.1:5353'
  const server = '10.0.0.9:53'
  const asks = (seconds: number, ticks: number, len: number) =>
    [seconds, ticks, udp(client, server, len)] as [number, number, ReturnType<typeof udp>]
  const answers = (seconds: number, ticks: number, len: number) =>
    [seconds, ticks, udp(server, client, len)] as [number, number, ReturnType<typeof udp>]
  const none = (count: number, noun: string) =>
    `${count} ${noun} of UDP without an answer in the capture: ${AS_TOLD}`

  test.each<[string, Parameters<typeof capture>[0], number[], number[], string[]]>([
    [
      'each query is a request',
      [asks(1, 0, 30), answers(1, 1, 100), asks(1, 2, 31), answers(1, 3, 101)],
      [30, 31],
      [100, 101],
      [],
    ],
    [
      'queries that are under way at once are answered in turn',
      [asks(1, 0, 30), asks(1, 1, 31), answers(1, 2, 100), answers(1, 3, 101)],
      [30, 31],
      [100, 101],
      [],
    ],
    [
      'an answer of several datagrams is one',
      [asks(1, 0, 30), answers(1, 1, 100), answers(1, 2, 200)],
      [30],
      [300],
      [],
    ],
    [
      'a query that was lost takes no answer of those that came later',
      [asks(1, 0, 30), asks(9, 0, 31), answers(9, 1, 101)],
      [30, 31],
      [UNTOLD, 101],
      [none(1, 'request')],
    ],
    ['a late answer is one all the same', [asks(1, 0, 30), answers(19, 0, 100)], [30], [100], []],
    [
      'messages that nobody answers',
      [asks(1, 0, 30), asks(1, 1, 31), asks(1, 2, 0)],
      [30, 31, 0],
      [UNTOLD, UNTOLD, UNTOLD],
      [none(3, 'requests')],
    ],
    [
      'begun with an answer: the well-known port is the server',
      [answers(1, 0, 100), asks(1, 1, 30), answers(1, 2, 101)],
      [30],
      [101],
      ['1 datagram of a server left out: no request before it'],
    ],
  ])('%s', (_, packets, requestBytes, responseBytes, notes) => {
    expect(sizes(packets, null)).toEqual({ requestBytes, responseBytes, clients: 1, notes })
  })

  test('of two ports that say nothing, who speaks first asks', () => {
    const read = sizes(
      [
        [1, 0, udp('10.0.0.1:9999', '10.0.0.9:5000', 7)],
        [1, 1, udp('10.0.0.9:5000', '10.0.0.1:9999', 8)],
        [1, 2, udp('10.0.0.2:123', '10.0.0.9:123', 48)],
        [1, 3, udp('10.0.0.9:123', '10.0.0.2:123', 49)],
      ],
      'udp',
    )
    expect(read).toMatchObject({ requestBytes: [7, 48], responseBytes: [8, 49], notes: [] })
  })
})
