import { describe, expect, test } from 'vitest'
import { ClientHosts } from '../../src/cluster/client-hosts.ts'
import { EphemeralPorts } from '../../src/cluster/ports.ts'
import { RealServer } from '../../src/cluster/real-server.ts'
import { TcpScript } from '../../src/cluster/tcp-script.ts'
import { sampler } from '../../src/kernel/distributions.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { Streams } from '../../src/kernel/random.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { Recorder } from '../../src/measure/recorder.ts'
import { Neighbours } from '../../src/net/address.ts'
import { Link } from '../../src/net/link.ts'
import { ICMP, PacketPool, type Packet } from '../../src/net/packet.ts'

const MS = PS_PER_SECOND / 1000
const FLAGS: [bit: number, name: string][] = [
  [2, 'SYN'],
  [1, 'FIN'],
  [4, 'RST'],
  [8, 'PSH'],
  [16, 'ACK'],
]

interface Story {
  /**
   * "> SYN", "< SYN ACK", "< PSH ACK 1460", with the packets of both directions in order of
   * sending.
   */
  packets: string[]
  delivered: number
  failed: Record<string, number>
  latencyPs: number
  /** Packets not given back to the pool. */
  leaked: number
  /** Tickets of connections that ended. */
  ended: number[]
}

/**
 * One request over a client's and a server's wire; `spoil` may drop a packet or turn it into
 * something else.
 */
function tell(
  options: { request: number; response: number; backlog?: number; busy?: boolean },
  spoil: (line: string, packet: Packet) => 'drop' | 'keep' = () => 'keep',
): Story {
  const kernel = new Kernel()
  const streams = new Streams('story')
  const pool = new PacketPool()
  const phase = { name: 'steady', startPs: 0, durationPs: MS, steady: true }
  const recorder = new Recorder([phase], ['rs'])
  const packets: string[] = []
  const ended: number[] = []
  const drops = { lose: (packet: Packet, now: number) => script.lost(packet, now) }
  const watched = (arrow: string, deliver: (packet: Packet, now: number) => void) => ({
    receive(packet: Packet, now: number) {
      const flags = FLAGS.filter(([bit]) => packet.tcpFlags & bit).map(([, name]) => name)
      const payload = packet.payloadBytes > 0 ? [String(packet.payloadBytes)] : []
      const line = [arrow, ...flags, ...payload].join(' ')
      packets.push(line)
      if (spoil(line, packet) === 'drop') script.lost(packet, now)
      else deliver(packet, now)
    },
  })
  const wire = {
    at: 'wire',
    resource: 'send' as const,
    rateBps: 1_000_000_000,
    delayPs: 10_000_000,
    overheadBytes: 20,
    mtuBytes: 1500,
    queuePackets: 1000,
    queueBytes: null,
  }
  const down = new Link(kernel, wire, { receive: (p, now) => script.atClient(p, now) }, drops)
  const up = new Link(kernel, wire, { receive: (p, now) => server.receive(p, now) }, drops)
  const hosts = new ClientHosts({
    firstAddress: 0x0a010001,
    addresses: 1,
    firstMac: 5,
    uplinks: [watched('>', (packet, now) => up.receive(packet, now))],
    vip: 0x0a00000a,
    vipPort: 80,
    vipMac: 9,
  })
  const constant = (value: number) => sampler({ kind: 'constant', value }, streams.stream('size'))
  const script: TcpScript = new TcpScript({
    kernel,
    hosts,
    pool,
    recorder,
    ports: new EphemeralPorts(1),
    source: { follow: () => false, ended: (ticket) => ended.push(ticket) },
    mtuBytes: 1500,
    timeoutPs: 100 * MS,
  })
  const server: RealServer = new RealServer(
    kernel,
    {
      name: 'rs',
      address: 0x0a00000b,
      mac: 7,
      cores: 1,
      backlog: options.backlog ?? 10,
      service: constant(50_000_000),
      neighbours: new Neighbours(),
      gatewayMac: 0,
      uplink: watched('<', (packet, now) => down.receive(packet, now)),
    },
    script,
    drops,
  )
  if (options.busy === true) server.work(stranger(pool), 0)
  const { request: requestBytes, response: answerBytes } = options
  script.request({ slot: 0, client: 0, requestBytes, answerBytes, requests: 1, ticket: 7 }, 0)
  kernel.runUntil(PS_PER_SECOND)
  const [result] = recorder.results('web', [1], MS)
  const { delivered, failed } = result!
  const latencyPs = result!.windows.latencySum[0]!
  return { packets, delivered, failed, latencyPs, leaked: pool.taken, ended }
}

/** Work of an exchange that has ended long ago. */
function stranger(pool: PacketPool): Packet {
  const packet = pool.take()
  packet.exchange = { generation: 1 }
  packet.generation = 0
  return packet
}

const none = { lost: 0, refused: 0, reset: 0, timeout: 0, 'no port': 0 }

describe('TcpScript', () => {
  test('a small request and a small answer', () => {
    const story = tell({ request: 200, response: 1000 })
    expect(story.packets).toEqual([
      '> SYN',
      '< SYN ACK',
      '> ACK',
      '> PSH ACK 200',
      '< PSH ACK 1000',
      '> ACK',
      '> FIN ACK',
      '< FIN ACK',
      '> ACK',
    ])
    expect(story).toMatchObject({ delivered: 1, failed: none, leaked: 0, ended: [7] })
    // Four crossings of 10 us, 50 us of work, and the frames: SYN, SYN/ACK, ACK before the request,
    // both payloads.
    const wirePs = 8000 * (84 + 84 + 84 + (200 + 78) + (1000 + 78))
    expect(story.latencyPs).toBe(4 * 10_000_000 + 50_000_000 + wirePs)
  })

  test('a long answer is cut into segments, every second one acknowledged, and the last', () => {
    const { packets, delivered, leaked } = tell({ request: 2000, response: 7 * 1460 + 10 })
    expect(packets.filter((line) => line.startsWith('> PSH'))).toEqual([
      '> PSH ACK 1460',
      '> PSH ACK 540',
    ])
    expect(packets.filter((line) => line === '< PSH ACK 1460').length).toBe(7)
    expect(packets.filter((line) => line === '< PSH ACK 10').length).toBe(1)
    // One of the handshake, four of the answer, one of the FIN.
    expect(packets.filter((line) => line === '> ACK').length).toBe(1 + 4 + 1)
    expect([delivered, leaked]).toEqual([1, 0])
  })

  test('never has more than the window unacknowledged', () => {
    let outstanding = 0
    let most = 0
    let segments = 0
    const { delivered } = tell({ request: 1, response: 400_000 }, (line, packet) => {
      if (line.startsWith('< PSH')) {
        outstanding += packet.payloadBytes
        segments++
      } else if (line === '> ACK') outstanding = segments * 1460 - packet.acknowledged
      most = Math.max(most, outstanding)
      return 'keep'
    })
    expect(delivered).toBe(1)
    expect(most).toBeGreaterThan(60_000)
    expect(most).toBeLessThanOrEqual(65_535 + 2 * 1460)
  })

  test.each(['> SYN', '< SYN ACK', '> PSH ACK 200', '< PSH ACK 1000'])(
    'loses the request with %s',
    (victim) => {
      const story = tell({ request: 200, response: 1000 }, (line) =>
        line === victim ? 'drop' : 'keep',
      )
      expect(story).toMatchObject({ delivered: 0, failed: { ...none, lost: 1 }, leaked: 0 })
    },
  )

  test('a lost FIN does not undo the answer', () => {
    const story = tell({ request: 200, response: 1000 }, (line) =>
      line === '> FIN ACK' ? 'drop' : 'keep',
    )
    expect(story).toMatchObject({ delivered: 1, failed: none, leaked: 0 })
  })

  test('a full backlog resets the connection', () => {
    const story = tell({ request: 200, response: 1000, backlog: 0, busy: true })
    expect(story.packets.at(-1)).toBe('< RST ACK')
    expect(story).toMatchObject({ delivered: 0, failed: { ...none, reset: 1 }, leaked: 0 })
  })

  test('port unreachable means refused', () => {
    const story = tell({ request: 200, response: 1000 }, (line, packet) => {
      if (line === '< SYN ACK') packet.protocol = ICMP
      return 'keep'
    })
    expect(story).toMatchObject({ delivered: 0, failed: { ...none, refused: 1 }, leaked: 0 })
  })
})
