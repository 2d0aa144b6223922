// Tables, logs and captures become requests; what is wrong with them is told with its line.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { formatOf, readTraffic } from '../../src/traffic/read-traffic.ts'
import {
  isProblem,
  type Recording,
  type TrafficFormat,
  type TrafficProblem,
} from '../../src/traffic/recording.ts'

const MS = 1_000_000_000
const S = 1000 * MS

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function right(read: Recording | TrafficProblem): Recording {
  if (isProblem(read)) throw new Error(`${read.line}: ${read.problem}`)
  return read
}

function wrong(
  given: Uint8Array | string,
  format: TrafficFormat | null = null,
): [line: number | null, problem: string] {
  const read = readTraffic(typeof given === 'string' ? bytes(given) : given, format, null)
  if (!isProblem(read)) throw new Error('it was read')
  return [read.line, read.problem]
}

describe('a table', () => {
  test('of all columns, in any order, with quotes, Windows ends of line and a column more', () => {
    const text = 'client,time,"response",request,path\r\n"a, b",1.5,1000,200,/\r\nc,1.75,0,1,/x\r\n'
    expect(right(readTraffic(bytes(text), null, null))).toEqual({
      atPs: [0, 250 * MS],
      client: [0, 1],
      requestBytes: [200, 1],
      responseBytes: [1000, 0],
      clients: 2,
      wholeSeconds: false,
      protocol: null,
      notes: ['columns that are not read: "path"'],
    })
  })

  test('of times alone: the rest is not told', () => {
    const read = right(
      readTraffic(bytes('time\n1714561200.000000000001\n1714561200.1\n'), null, null),
    )
    expect(read).toMatchObject({ atPs: [0, 100 * MS - 1], client: [0, 0], requestBytes: [-1, -1] })
  })

  test('keeps picoseconds whatever the seconds are', () => {
    const gap = fc.tuple(fc.nat(3), fc.nat(999_999_999_999))
    fc.assert(
      fc.property(fc.nat(2_000_000_000), fc.array(gap, { minLength: 1 }), (start, gaps) => {
        let seconds = start
        let ps = 0
        const expected: number[] = []
        const rows = gaps.map(([more, morePs]) => {
          seconds += more
          ps += morePs
          if (ps >= S) [seconds, ps] = [seconds + 1, ps - S]
          expected.push((seconds - start) * S + ps)
          return `${seconds}.${String(ps).padStart(12, '0')}`
        })
        const read = right(readTraffic(bytes(`time\n${rows.join('\n')}\n`), 'csv', null))
        expect(read.atPs).toEqual(expected.map((at) => at - expected[0]!))
      }),
      { numRuns: 50, seed: 4 },
    )
  })

  test.each([
    ['', null, 'the file is empty'],
    ['\n\n', null, 'the file is empty'],
    ['time,client\n', null, 'there is no row below the header'],
    ['1.5,a,1,2\n', 1, 'expected a header like "time,client,request,response", got "1.5,a,1,2"'],
    ['time,time\n1,2\n', 1, 'two columns are called "time"'],
    ['time\n2\n1.5\n', 3, 'time goes back here: rows must be in order of time'],
    ['time\n1.25\n1.125\n', 3, 'time goes back here: rows must be in order of time'],
    ['time,client\n1\n', 2, 'expected 2 values as in the header, got 1'],
    ['time\n-1\n', 2, 'expected a time in seconds like 12.5, got "-1"'],
    ['time\n1e3\n', 2, 'expected a time in seconds like 12.5, got "1e3"'],
    ['time,request\n1,64B\n', 2, 'request: expected whole bytes, got "64B"'],
    ['time,response\n1,\n', 2, 'response: expected whole bytes, got ""'],
  ])('%j is refused', (text, line, problem) => {
    expect(wrong(text, 'csv')).toEqual([line, problem])
  })
})

test('what is no text and no capture is not called a table', () => {
  const read = readTraffic(Uint8Array.of(1, 2, 0, 10, 0, 1), null, null)
  expect(read).toEqual({
    problem: 'this is no CSV, no access log and no capture of libpcap',
    line: null,
  })
})

const COMMON = '10.0.0.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326'
const COMBINED =
  '2001:db8::1 - - [10/Oct/2000:20:55:38 +0000] "GET /\\"x\\" HTTP/1.1" 304 - "http://a/" "M/5 (X)"'

describe('an access log', () => {
  test('common and combined, zones, escaped quotes, no body', () => {
    expect(right(readTraffic(bytes(`${COMMON}\n${COMBINED}\n`), null, null))).toEqual({
      atPs: [0, 2 * S],
      client: [0, 1],
      requestBytes: [-1, -1],
      responseBytes: [2326, 0],
      clients: 2,
      wholeSeconds: true,
      protocol: 'tcp',
      notes: [],
    })
  })

  // Apache's vhost_combined names the virtual host with its port, nginx's `$host` without one.
  test.each([
    ['www.example.com:443 192.0.2.1 - - ', '192.0.2.1'],
    ['www.example.com:80 client.example.net - frank ', 'client.example.net'],
    ['[2001:db8::9]:443 2001:db8::1 - - ', '2001:db8::1'],
    ['www.example.com 192.0.2.1 - john doe ', '192.0.2.1'],
    ['www.example.com 2001:db8::1 - - ', '2001:db8::1'],
    ['192.0.2.9 192.0.2.1 - - ', '192.0.2.1'],
    ['2001:db8::1 - - ', '2001:db8::1'],
    ['2001:db8::1 - john doe ', '2001:db8::1'],
    ['::1 identd frank ', '::1'],
    ['client.example.net - john doe ', 'client.example.net'],
    ['192.0.2.1 - 192.0.2.2 ', '192.0.2.1'],
    ['192.0.2.1 192.0.2.2 frank ', '192.0.2.1'],
  ])('%j is of %s', (names, client) => {
    const rest = COMMON.slice(COMMON.indexOf('['))
    const lines = [`${names}${rest}`, `${client} - - ${rest}`, `other.example - - ${rest}`]
    const read = right(readTraffic(bytes(lines.join('\n')), null, null))
    expect([read.client, read.notes]).toEqual([[0, 0, 1], []])
  })

  test('is put in order of time: servers write a line when its request ends', () => {
    const later = COMMON.replace(':36 ', ':40 ').replace('10.0.0.7', '10.0.0.8')
    const read = right(readTraffic(bytes([later, COMMON, later].join('\n')), null, null))
    expect(read).toMatchObject({ atPs: [0, 4 * S, 4 * S], client: [0, 1, 1] })
  })

  test.each([
    ['31/Dec/1999:23:59:59 +0000', '01/Jan/2000:00:00:00 +0000', 1],
    ['28/Feb/2023:23:59:59 +0000', '01/Mar/2023:00:00:00 +0000', 1],
    ['28/Feb/2024:23:59:59 +0000', '01/Mar/2024:00:00:00 +0000', 86_401],
    ['01/Jan/1970:00:00:00 +0000', '10/Oct/2000:13:55:36 -0700', 971_211_336],
    ['10/Oct/2000:13:55:36 +0530', '10/Oct/2000:08:25:37 +0000', 1],
  ])('from %s to %s', (from, to, seconds) => {
    const lines = [from, to].map((stamp) => COMMON.replace(/\[.*\]/, `[${stamp}]`))
    expect(right(readTraffic(bytes(lines.join('\n')), null, null)).atPs[1]).toBe(seconds * S)
  })

  test('skips and counts a tenth of broken lines, and no more', () => {
    const good = Array<string>(9).fill(COMMON)
    const read = right(
      readTraffic(bytes([COMMON, 'broken', ...good.slice(1)].join('\n')), null, null),
    )
    expect(read.atPs).toHaveLength(9)
    expect(read.notes).toEqual(['1 of 10 lines is broken and skipped, line 2 first'])
    expect(wrong([...good.slice(1), 'broken'].join('\n'), 'access-log')).toEqual([
      9,
      '1 of 9 lines, more than a tenth, is no line of an access log (common or combined format)',
    ])
  })

  test.each([
    'nonsense',
    COMMON.replace('Oct', 'Okt'),
    COMMON.replace('10/Oct', '31/Nov'),
    COMMON.replace('10/Oct/2000', '29/Feb/2023'),
    COMMON.replace('13:55', '24:00'),
    COMMON.replace('"GET', 'GET'),
    COMMON.replace('2326', '23x'),
    COMMON.replace(' 200', ' OK'),
    COMMON.replace(' - frank', ' -'),
    COMMON.replace(' - frank', ''),
  ])('%s is no line of it', (line) => {
    expect(wrong(line, 'access-log')[1]).toMatch(
      /^1 of 1 line, more than a tenth, is no line of an/,
    )
  })

  test('an empty one', () => expect(wrong('\n', 'access-log')).toEqual([null, 'the file is empty']))
})

test.each<[string, TrafficFormat | null]>([
  ['time\n1\n', 'csv'],
  ['Time,Client\n1,a\n', 'csv'],
  [`${COMMON}\n`, 'access-log'],
  [`broken\n${COMBINED}\n`, 'access-log'],
  ['{ "format": "lvs-sim/1" }', null],
  ['format: lvs-sim/1\ntime: { warmup: 1ms }\n', null],
  ['-A -t 10.0.0.1:80 -s rr\n', null],
  ['', null],
])('%j is %s', (text, format) => {
  expect(formatOf(bytes(text))).toBe(format)
})
