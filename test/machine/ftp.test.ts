// The FTP helper of NAT on bytes (spec 4.9): what control connections say, as either side reads it,
// and where the data connections go that they announce.
import { describe, expect, test } from 'vitest'
import type { PacketSpec } from '../../src/replay/packet-words.ts'
import { STATE_NAMES } from '../../src/ipvs/tcp-states.ts'
import {
  ByteDirector,
  CLIENT,
  V6_CLIENT,
  V6_VIP,
  VIP,
  isWhole,
  word,
  words,
  type Left,
} from '../support/byte-director.ts'

const PASSIVE_TEXT = '227 Entering Passive Mode (10,0,1,2,195,80).\r\n'
const DATA_PORT = 195 * 256 + 80

interface Said {
  seq?: number
  ack?: number
  flags?: string
}

class Session {
  readonly one = new ByteDirector()
  private readonly client: string
  private readonly vip: string
  private readonly server: string

  constructor(isIpv6 = false, method = '-m', port = 21) {
    this.client = isIpv6 ? `[${V6_CLIENT}]` : CLIENT
    this.vip = isIpv6 ? `[${V6_VIP}]` : VIP
    this.server = isIpv6 ? '[2001:db8:0:1::2]' : '10.0.1.2'
    const service = `-t ${this.vip}:21`
    this.one.rules(`-A ${service} -s rr`, `-a ${service} -r ${this.server}:${port} ${method}`)
    this.open(4000, 21, port)
  }

  open(clientPort: number, port: number, serverPort: number): Left[] {
    const to = { src: `${this.client}:${clientPort}`, dst: `${this.vip}:${port}` }
    const back = { src: `${this.server}:${serverPort}`, dst: `${this.client}:${clientPort}` }
    return [
      ...this.one.send({ proto: 'tcp', ...to, flags: 'S' }),
      ...this.one.send({ proto: 'tcp', ...back, flags: 'SA' }),
      ...this.one.send({ proto: 'tcp', ...to, flags: 'A' }),
    ]
  }

  fromClient(text: string, said: Said = {}, csum: PacketSpec['csum'] = 'ok'): Left[] {
    const ends = { src: `${this.client}:4000`, dst: `${this.vip}:21` }
    return this.one.send({ proto: 'tcp', flags: 'PA', ...said, ...ends, payload: hex(text), csum })
  }

  fromServer(text: string, said: Said = {}, csum: PacketSpec['csum'] = 'ok'): Left[] {
    const ends = { src: `${this.server}:21`, dst: `${this.client}:4000` }
    return this.one.send({ proto: 'tcp', flags: 'PA', ...said, ...ends, payload: hex(text), csum })
  }

  /** "client port, virtual port, server port, state" of all, in order. */
  listed(): string[] {
    const { connections } = this.one.bench.machine.ipvs
    const found: string[] = []
    connections.forEach((id) => {
      const ports = [connections.clientPortOf(id), connections.virtualPortOf(id)]
      const state = STATE_NAMES[connections.stateOf(id)]
      found.push([...ports, connections.serverPortOf(id), state].join(' '))
    })
    return found.sort()
  }
}

function hex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex')
}

function textOf({ bytes }: Left): string {
  const at = bytes[0]! >> 4 === 6 ? 40 : 20
  return Buffer.from(bytes.subarray(at + (bytes[at + 12]! >> 4) * 4)).toString('latin1')
}

function number(bytes: Uint8Array, at: number): number {
  return word(bytes, at) * 65_536 + word(bytes, at + 2)
}

describe('passive mode', () => {
  test('227 names the VIP; whatever follows is shifted by what it has grown', () => {
    const session = new Session()
    session.fromClient('PASV\r\n')
    const [reply] = session.fromServer(PASSIVE_TEXT, { seq: 1000 })
    expect(textOf(reply!)).toBe('227 Entering Passive Mode (10,0,0,100,195,80).\r\n')
    expect(isWhole(reply!.bytes)).toBe(true)
    expect(word(reply!.bytes, 2)).toBe(reply!.bytes.length)
    expect(number(reply!.bytes, 24)).toBe(1000)
    const grown = 2
    const end = 1000 + PASSIVE_TEXT.length
    const [ack] = session.fromClient('', { ack: end + grown, flags: 'A' })
    expect(number(ack!.bytes, 28)).toBe(end)
    const [next] = session.fromServer('150 Go.\r\n', { seq: end })
    expect(number(next!.bytes, 24)).toBe(end + grown)
    expect([ack, next].every((each) => isWhole(each!.bytes))).toBe(true)
    // Sent again it is what it was.
    const [again] = session.fromServer(PASSIVE_TEXT, { seq: 1000 })
    expect(again!.bytes.subarray(20)).toEqual(reply!.bytes.subarray(20))
  })

  test('a longer address makes it shorter', () => {
    const session = new Session()
    session.fromClient('PASV\r\n')
    const [reply] = session.fromServer('227 = (10,100,100,200,4,1)\r\n', { seq: 50 })
    expect(textOf(reply!)).toBe('227 = (10,0,0,100,4,1)\r\n')
    expect(isWhole(reply!.bytes)).toBe(true)
    const [next] = session.fromServer('150 Go.\r\n', { seq: 78 })
    expect(number(next!.bytes, 24)).toBe(74)
  })

  test('data: listens, learns its port, reaches the server, and is not counted', () => {
    const session = new Session()
    session.fromClient('PASV\r\n')
    session.fromServer(PASSIVE_TEXT)
    expect(session.listed()[0]).toBe(`0 ${DATA_PORT} ${DATA_PORT} LISTEN`)
    const [syn, answer] = session.open(4001, DATA_PORT, DATA_PORT)
    expect([syn!.side, syn!.to, word(syn!.bytes, 22)]).toEqual(['server', '10.0.1.2', DATA_PORT])
    expect(words(answer!.bytes).src).toBe(`${VIP}:${DATA_PORT}`)
    const data = `4001 ${DATA_PORT} ${DATA_PORT} ESTABLISHED`
    expect(session.listed()).toEqual([`4000 21 21 ESTABLISHED`, data])
    const [destination] = session.one.bench.machine.ipvs.services[0]!.destinations
    expect(destination!.counters.connections).toBe(1)
    expect([destination!.totalConnections, destination!.activeConnections]).toEqual([2, 2])
  })

  test('nobody comes: it is gone after 120 s, as the wheel has it', () => {
    const session = new Session()
    session.fromClient('PASV\r\n')
    session.fromServer(PASSIVE_TEXT)
    session.one.passTo(119_000)
    expect(session.listed()).toHaveLength(2)
    session.one.passTo(140_000)
    expect(session.listed()).toEqual(['4000 21 21 ESTABLISHED'])
  })

  test.each([
    ['EPSV\r\n', false],
    ['EPSV 1\r\n', false],
    ['EPSV 2\r\n', true],
  ])('229 is left as it is (%j)', (command, isIpv6) => {
    const session = new Session(isIpv6)
    session.fromClient(command)
    const text = '229 Extended (|||5000|)\r\n'
    const [reply] = session.fromServer(text)
    expect(textOf(reply!)).toBe(text)
    expect(isWhole(reply!.bytes)).toBe(true)
    expect(session.listed()[0]).toBe('0 5000 5000 LISTEN')
    expect(session.open(4001, 5000, 5000).map(({ side }) => side)).toEqual([
      ...['server', 'client', 'server'],
    ])
    expect(session.listed()).toContain('4001 5000 5000 ESTABLISHED')
  })

  test.each(['', 'EPSV 2\r\n'])('an answer to nothing (%j) announces nothing', (command) => {
    const session = new Session()
    if (command !== '') session.fromClient(command)
    expect(textOf(session.fromServer(PASSIVE_TEXT)[0]!)).toBe(PASSIVE_TEXT)
    expect(session.listed()).toHaveLength(1)
  })
})

describe('active mode', () => {
  test.each([
    ['PORT 198,51,100,7,19,137\r\n', false],
    [`EPRT |1|${CLIENT}|5001|\r\n`, false],
    [`EPRT |2|${V6_CLIENT}|5001|\r\n`, true],
  ])("%j: the server's connection comes from port 20 of the VIP", (command, isIpv6) => {
    const session = new Session(isIpv6)
    expect(textOf(session.fromClient(command)[0]!)).toBe(command)
    expect(session.listed()).toEqual(['4000 21 21 ESTABLISHED', '5001 20 20 LISTEN'])
    const server = isIpv6 ? '[2001:db8:0:1::2]:20' : '10.0.1.2:20'
    const [client, vip] = isIpv6 ? [`[${V6_CLIENT}]`, `[${V6_VIP}]`] : [CLIENT, VIP]
    const ends = { src: server, dst: `${client}:5001` }
    const syn = session.one.one({ proto: 'tcp', ...ends, flags: 'S' })
    expect([syn.side, words(syn.bytes).src]).toEqual(['client', `${vip}:20`])
    const back = { src: `${client}:5001`, dst: `${vip}:20` }
    const answer = session.one.one({ proto: 'tcp', ...back, flags: 'SA' })
    expect([answer.side, words(answer.bytes).dst]).toEqual(['server', server])
    session.one.one({ proto: 'tcp', ...ends, flags: 'A' })
    expect(session.listed()).toContain('5001 20 20 ESTABLISHED')
  })

  test('a server at another port sends from the one below it', () => {
    const session = new Session(false, '-m', 2121)
    session.fromClient('PORT 198,51,100,7,19,137\r\n')
    expect(session.listed()).toContain('5001 20 2120 LISTEN')
  })
})

test('what is wrong in its checksum does not pass, in either direction', () => {
  const session = new Session()
  expect(session.fromClient('PASV\r\n', {}, 'bad')).toEqual([])
  expect(session.fromServer('220 Hello\r\n', {}, 'bad')).toEqual([])
})

test('DR has no helper', () => {
  const session = new Session(false, '-g')
  session.fromClient('PASV\r\n')
  session.fromClient('PORT 198,51,100,7,19,137\r\n')
  expect(session.listed()).toHaveLength(1)
})
