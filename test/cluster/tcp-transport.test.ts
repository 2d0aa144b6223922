// Requests over real TCP: what the clients and the server do with it, and what they count.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { Streams } from '../../src/kernel/random.ts'
import { ICMP } from '../../src/net/packet.ts'
import { MS, Story, type StoryOptions } from './tcp-story.ts'

const none = { lost: 0, refused: 0, reset: 0, timeout: 0, 'no port': 0 }

/** One connection, and what came of it within a second and more than TIME_WAIT. */
function tell(options: StoryOptions = {}): Story {
  const story = new Story(options)
  story.ask(0, 7)
  return story.run(1000)
}

describe('one request', () => {
  test('nine packets less the ACK that the FIN carries', () => {
    const story = tell()
    expect(story.packets).toEqual([
      '> SYN',
      '< SYN ACK',
      '> ACK',
      '> PSH ACK 200',
      '< PSH ACK 1000',
      '> FIN ACK',
      '< FIN ACK',
      '> ACK',
    ])
    expect(story.result).toMatchObject({ offered: 1, delivered: 1, failed: none })
    expect(story.alive).toEqual([0, 0])
    expect(story.endedTickets).toEqual([7])
    // Four crossings of 10 us, 50 us of work, and the frames: SYN, SYN ACK, ACK before the request,
    // both payloads; 20 B beside each on the wire, 12 B of timestamps in each but the SYNs.
    const wirePs = 8000 * (98 + 98 + 90 + (200 + 90) + (1000 + 90))
    expect(story.result.windows.latencySum[0]).toBe(4 * (MS / 100) + MS / 20 + wirePs)
  })

  test.each(['> SYN', '< SYN ACK', '> PSH ACK 200', '< PSH ACK 1000', '> FIN ACK', '< FIN ACK'])(
    'lives through the loss of %s',
    (victim) => {
      let left = 1
      const spoil = (line: string) => (line === victim && left-- > 0 ? 'lose' : 'keep')
      const story = tell({ spoil, timeoutPs: 5000 * MS }).run(10_000)
      expect(story.result).toMatchObject({ delivered: 1, failed: none })
      expect(story.alive).toEqual([0, 0])
    },
  )

  test('port unreachable means refused', () => {
    const story = tell({
      spoil(line, packet) {
        if (line === '< SYN ACK') packet.protocol = ICMP
        return 'keep'
      },
    })
    expect(story.result.failed).toEqual({ ...none, refused: 1 })
    expect(story.run(70_000).alive).toEqual([0, 0])
  })

  test('RST instead of SYN ACK means refused, later it means reset', () => {
    const when = (victim: string) =>
      tell({
        spoil(line, packet) {
          if (line === victim) packet.tcpFlags = 4 | 16
          return 'keep'
        },
      }).result.failed
    expect(when('< SYN ACK')).toEqual({ ...none, refused: 1 })
    expect(when('< PSH ACK 1000')).toEqual({ ...none, reset: 1 })
  })

  test('a client that has waited long enough closes, and the answer is reset', () => {
    const story = tell({ timeoutPs: 20 * MS, workPs: 30 * MS })
    expect(story.packets).toEqual([
      '> SYN',
      '< SYN ACK',
      '> ACK',
      '> PSH ACK 200',
      '> FIN ACK',
      // The server has had the work, and closes.
      '< PSH ACK 1000',
      '< FIN ACK',
      '> RST ACK',
      '> RST ACK',
    ])
    expect(story.result).toMatchObject({ delivered: 0, failed: { ...none, timeout: 1 } })
    expect([story.alive, story.endedTickets]).toEqual([[0, 0], [7]])
  })

  test('nobody answers: the client gives up by its own timeout', () => {
    const story = tell({ timeoutPs: 5000 * MS, spoil: () => 'lose' }).run(9000)
    expect(story.packets).toEqual(['> SYN', '> SYN', '> SYN'])
    expect(story.result.failed).toEqual({ ...none, timeout: 1 })
    expect(story.alive).toEqual([0, 0])
  })
})

describe('ports', () => {
  test('who closes first keeps its port for a minute; a reset frees it', () => {
    const closed = tell()
    const reset = tell({ timeoutPs: 20 * MS, workPs: 30 * MS })
    const most = 28_232
    const free = (story: Story) => {
      let count = 0
      while (count < most && story.ports.take(0, story.kernel.now) >= 0) count++
      return count
    }
    expect(free(closed.run(58_000))).toBe(most - 1)
    expect(free(tell().run(60_000))).toBe(most)
    expect(free(reset)).toBe(most)
  })

  test('without a port a request fails, and its source hears of it', () => {
    const story = new Story()
    for (let i = 0; i < 28_232; i++) story.ports.take(0, 0)
    story.ask(0, 3)
    expect(story.result).toMatchObject({ offered: 1, failed: { ...none, 'no port': 1 } })
    expect(story.endedTickets).toEqual([3])
  })
})

describe('several requests on a connection', () => {
  test('follow one another, and their ACKs travel with them', () => {
    const story = tell({ requests: 3 })
    const request = ['> PSH ACK 200', '< PSH ACK 1000']
    expect(story.packets).toEqual([
      ...['> SYN', '< SYN ACK', '> ACK'],
      ...[...request, ...request, ...request],
      ...['> FIN ACK', '< FIN ACK', '> ACK'],
    ])
    expect(story.result).toMatchObject({ offered: 3, delivered: 3 })
    expect([story.alive, story.endedTickets]).toEqual([[0, 0], [7]])
    // The first is the director's to count.
    expect(story.result.servers[0]!.requests[0]).toBe(2)
  })

  test('with time to think between them, and an ACK when that is long', () => {
    const story = tell({ requests: 2, thinkPs: 300 * MS })
    expect(story.packets.slice(4, 8)).toEqual([
      '< PSH ACK 1000',
      '> ACK',
      '> PSH ACK 200',
      '< PSH ACK 1000',
    ])
    expect(story.result).toMatchObject({ offered: 2, delivered: 2 })
    // Latency begins with each request: it holds no thinking.
    expect(story.result.windows.latencySum[0]).toBeLessThan(MS)
  })

  test('end when the load ends', () => {
    const story = new Story({ requests: 5 })
    story.left = 1
    story.ask()
    story.run(1000)
    expect(story.result).toMatchObject({ offered: 2, delivered: 2 })
    expect(story.alive).toEqual([0, 0])
  })
})

describe('the queues of the listening socket', () => {
  /** Eight clients at once at a server with one core and one place, busy for 50 ms with each. */
  function crowd(listen: StoryOptions['listen'], more: StoryOptions = {}): Story {
    const story = new Story({
      ...{ workPs: 50 * MS, backlog: 1, addresses: 8, timeoutPs: 60_000 * MS, ...more },
      ...(listen === undefined ? {} : { listen }),
    })
    for (let client = 0; client < 8; client++) story.ask(client)
    return story
  }
  const count = (story: Story, line: string) => story.packets.filter((one) => one === line).length

  test('with room for all nobody is turned away', () => {
    const story = crowd({})
    story.run(100)
    expect(count(story, '> SYN')).toBe(8)
    expect(story.run(5000).result).toMatchObject({ delivered: 8, failed: none })
    expect(story.alive).toEqual([0, 0])
    expect(story.socket.listener.queues).toEqual({ syn: 0, accept: 0 })
  })

  test('a full accept queue drops last ACKs and SYNs, and all come through in the end', () => {
    // Handshakes come after the server has work, so that they have to wait to be accepted.
    const story = crowd({ somaxconn: 1 })
    story.run(20)
    for (let client = 0; client < 8; client++) story.ask(client)
    story.run(10)
    // Two wait to be accepted, one more than somaxconn says.
    expect(story.socket.listener.queues.accept).toBe(2)
    expect(story.server.dropped).toBeGreaterThan(0)
    story.run(59_000)
    expect(story.result).toMatchObject({ delivered: 16, failed: none })
    // Whoever was turned away has sent again after a second or more.
    expect(story.packets.length).toBeGreaterThan(16 * 8)
    expect(story.alive).toEqual([0, 0])
    expect(story.socket.listener.queues).toEqual({ syn: 0, accept: 0 })
  })

  test('connections beyond the most that a server takes are refused', () => {
    const story = crowd({}, { maxConnections: 3 })
    story.run(10)
    expect([story.server.connections, story.server.refused]).toEqual([3, 5])
    story.run(5000)
    expect(story.result).toMatchObject({ delivered: 3, failed: { ...none, 'over limit': 5 } })
    expect([story.server.connections, story.server.isFull]).toEqual([0, false])
    story.ask(0)
    expect(story.run(5000).result).toMatchObject({ delivered: 4 })
    expect(story.alive).toEqual([0, 0])
  })

  test('tcp_abort_on_overflow resets instead', () => {
    const story = crowd({ somaxconn: 0, abortOnOverflow: true })
    story.run(20)
    for (let client = 0; client < 8; client++) story.ask(client)
    story.run(59_000)
    const { delivered, failed } = story.result
    expect(failed.reset).toBeGreaterThan(0)
    expect(delivered + failed['reset']!).toBe(16)
    expect(story.alive).toEqual([0, 0])
    expect(story.socket.listener.queues).toEqual({ syn: 0, accept: 0 })
  })

  test('a full SYN queue sends cookies: nobody waits a second', () => {
    const story = crowd({ maxSynBacklog: 2 }, { workPs: MS })
    expect(story.run(100).result).toMatchObject({ delivered: 8, failed: none })
    expect(count(story, '> SYN')).toBe(8)
  })

  test('without cookies it drops SYNs', () => {
    const story = crowd({ maxSynBacklog: 2, syncookies: false }, { workPs: MS })
    expect(story.run(100).result).toMatchObject({ delivered: 2 })
    expect(story.socket.listener.synsDropped).toBe(6)
    expect(story.run(59_000).result).toMatchObject({ delivered: 8, failed: none })
  })
})

test('whatever is lost, nothing is counted twice and everything is given back', () => {
  const options = fc.record({
    seed: fc.string({ maxLength: 6 }),
    loss: fc.double({ min: 0, max: 0.3, noNaN: true }),
    request: fc.integer({ min: 1, max: 5000 }),
    response: fc.integer({ min: 1, max: 60_000 }),
    requests: fc.integer({ min: 1, max: 4 }),
    thinkMs: fc.constantFrom(0, 1, 300),
    timeoutMs: fc.constantFrom(5, 500, 100_000),
    workUs: fc.constantFrom(0, 50, 20_000),
    backlog: fc.nat(3),
    somaxconn: fc.nat(3),
    maxSynBacklog: fc.integer({ min: 1, max: 5 }),
    syncookies: fc.boolean(),
    abortOnOverflow: fc.boolean(),
  })
  fc.assert(
    fc.property(options, ({ seed, loss, thinkMs, timeoutMs, workUs, ...rest }) => {
      const stream = new Streams(seed).stream('loss')
      const { request, response, requests, backlog, ...listen } = rest
      const story = new Story({
        ...{ request, response, requests, backlog, listen, addresses: 5 },
        thinkPs: thinkMs * MS,
        timeoutPs: timeoutMs * MS,
        workPs: workUs * (MS / 1000),
        // The wires get better with time, so that everything ends.
        spoil: (_line, _packet, now) =>
          now < 20_000 * MS && stream.uniform() < loss ? 'lose' : 'keep',
      })
      for (let client = 0; client < 5; client++) story.ask(client, client)
      story.run(30)
      for (let client = 0; client < 5; client++) story.ask(client, client + 5)
      story.run(900_000)
      const { offered, delivered, failed } = story.result
      const failures = Object.values(failed).reduce((sum, one) => sum + one, 0)
      expect(delivered + failures).toBe(offered)
      expect(story.endedTickets.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      expect(story.alive).toEqual([0, 0])
      expect(story.socket.listener.queues).toEqual({ syn: 0, accept: 0 })
    }),
    { numRuns: 300, seed: 11 },
  )
})
