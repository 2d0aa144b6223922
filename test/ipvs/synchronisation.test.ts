// What a master tells, and when, and what its backup then holds (spec 7.2 to 7.5).
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { ACCEPT, FORWARD } from '../../src/ipvs/headers.ts'
import type { IpvsError } from '../../src/ipvs/service.ts'
import { CLIENT, DirectorPair, SERVERS, VIP, type PairOptions } from '../support/director-pair.ts'

function sorted(numbers: number[]): number[] {
  return [...numbers].sort((x, y) => x - y)
}

/** After which of the client's packets, `gap` seconds apart, a record of a connection was sent. */
function sendings(options: PairOptions, packets: number, gap: number, kind: string): number[] {
  const pair = new DirectorPair(options)
  const sent: number[] = []
  for (let packet = 1; packet <= packets; packet++) {
    if (kind === 'tcp' && packet === 1) pair.client('40000 S')
    else pair.client(kind === 'udp' ? '40000 udp' : '40000 A')
    if (kind === 'tcp' && packet === 1) pair.server('40000 SA')
    const before = pair.records
    pair.pass(gap)
    if (pair.records > before) sent.push(packet)
  }
  return sent
}

describe('the packets after which a connection is sent', () => {
  const udp = { service: { protocol: 17 } }
  const with_ = (threshold: string, more: Record<string, string> = {}): PairOptions => ({
    sysctls: { sync_threshold: threshold, ...more },
  })
  const every = (first: number, step: number, last: number): number[] =>
    Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + step * i)

  test.each<[string, PairOptions, string, number, number[]]>([
    ['the third and every fiftieth from there', {}, 'tcp', 110, [3, 53, 103]],
    ['of UDP, too', udp, 'udp', 110, [3, 53, 103]],
    ['never the SYN', with_('1 13'), 'tcp', 30, [14, 27]],
    ['every packet from the first established on', with_('0 1'), 'tcp', 6, [2, 3, 4, 5, 6]],
    ['the fifth alone', with_('5 0'), 'tcp', 120, [5]],
    [
      'no more often than every 12 s',
      with_('3 0', { sync_refresh_period: '12' }),
      'tcp',
      20,
      // 4 s apart: the first established one, and from there on every 12 s.
      every(2, 3, 20),
    ],
  ])('%s', (_, options, kind, packets, expected) => {
    expect(sendings(options, packets, 4, kind)).toEqual(expected)
  })

  test('retries come an eighth of the period apart, and so many', () => {
    const sysctls = { sync_refresh_period: '80', sync_retries: '2', sync_threshold: '3 0' }
    // At 4 s, then after 10 s each (the third packet from there), twice; then 80 s after the last,
    // which the count of repetitions in the low bits makes two ticks more.
    expect(sendings({ sysctls }, 30, 4, 'tcp')).toEqual([2, 5, 8, 29])
  })
})

describe('ends of a connection', () => {
  function statesOf(story: (pair: DirectorPair) => void): string[] {
    const pair = new DirectorPair()
    story(pair)
    pair.pass(4)
    return pair.rows(pair.b).map(({ state }) => state)
  }

  test.each<[string, (pair: DirectorPair) => void, string[]]>([
    ['short: never sent', (pair) => pair.open(1), []],
    ['half open: never sent', (pair) => pair.client('1 S, 1 S, 1 S, 1 S'), []],
    ['a client that resets', (pair) => (pair.open(1), pair.client('1 R')), ['CLOSE']],
    ['a client that ends', (pair) => (pair.open(1), pair.client('1 FA')), ['CLOSE_WAIT']],
    [
      'a server that ends is noticed with the next packet of the client',
      (pair) => (pair.open(1), pair.server('1 FA'), pair.client('1 A')),
      ['FIN_WAIT'],
    ],
  ])('%s', (_, story, expected) => {
    expect(statesOf(story)).toEqual(expected)
  })
})

describe('when a record leaves', () => {
  test('alone: two to three seconds after it was written', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(20_000), (firstTick, waitMs) => {
        const pair = new DirectorPair({ firstTick })
        pair.pass(waitMs / 1000)
        pair.open(1)
        pair.client('1 A')
        const written = pair.seconds
        pair.pass(5)
        expect(pair.sent).toHaveLength(1)
        const after = pair.sent[0]!.seconds - written
        // The thread sleeps 250 ticks, which the kernel's wheel makes up to 258.
        expect(after).toBeGreaterThanOrEqual(1.996)
        expect(after).toBeLessThanOrEqual(2 + 1.032)
      }),
    )
  })

  test('a full message within 24 ms, what is left with the next round', () => {
    const pair = new DirectorPair()
    for (let port = 101; port <= 150; port++) {
      pair.open(port)
      pair.client(`${port} A`)
    }
    pair.pass(0.024)
    expect(pair.sent.map(({ message }) => [message[4], message.length])).toEqual([[40, 1448]])
    pair.pass(4)
    expect(pair.sent.map(({ message }) => message[4])).toEqual([40, 10])
  })

  test('eight full messages at once', () => {
    const pair = new DirectorPair({ maxBytes: 44 })
    for (let port = 1; port <= 9; port++) {
      pair.open(port)
      pair.client(`${port} A`)
    }
    expect(pair.sent).toHaveLength(8)
  })

  test('not at all, where the queue is full or the master is stopped', () => {
    const pair = new DirectorPair({ maxBytes: 44, sysctls: { sync_qlen_max: '2' } })
    for (let port = 1; port <= 6; port++) {
      pair.open(port)
      pair.client(`${port} A`)
    }
    pair.pass(1)
    expect(pair.sent).toHaveLength(2)
    pair.a.sync.stopMaster()
    pair.pass(10)
    expect(pair.sent).toHaveLength(2)
  })

  test('by as many threads as there are ports, each connection by its own', () => {
    const pair = new DirectorPair({ sysctls: { sync_ports: '4' } })
    for (let port = 1; port <= 16; port++) {
      pair.open(port)
      pair.client(`${port} A`)
    }
    pair.pass(4)
    expect(sorted(pair.sent.map(({ thread }) => thread))).toEqual([0, 1, 2, 3])
    expect(pair.records).toBe(16)
  })
})

describe('the backup', () => {
  /** A connection that the backup knows as established. */
  function established(options: PairOptions = {}): DirectorPair {
    const pair = new DirectorPair(options)
    pair.open(1)
    pair.client('1 A')
    pair.pass(4)
    return pair
  }

  test('sends a conversation on to where it was after a take-over', () => {
    const pair = established()
    expect(pair.client('1 A', pair.b)).toBe(FORWARD)
    expect(pair.b.opened).toBe(false)
    const server = pair.rows(pair.a)[0]!.server
    expect(pair.b.destination!.address).toBe(server)
    expect(SERVERS).toContain(server)
  })

  test('counts it at the destination, and no connection as scheduled', () => {
    const pair = established()
    const { destinations } = pair.b.services[0]!
    expect(sorted(destinations.map((each) => each.activeConnections))).toEqual([0, 1])
    expect(destinations.map((each) => each.counters.connections)).toEqual([0, 0])
    pair.client('1 FA')
    pair.pass(4)
    expect(sorted(destinations.map((each) => each.inactiveConnections))).toEqual([0, 1])
    pair.pass(200)
    expect(pair.rows(pair.b)).toEqual([])
    expect(destinations.map((each) => each.totalConnections)).toEqual([0, 0])
  })

  test('gives an entry its full time from the message on', () => {
    const pair = established()
    const [row] = pair.rows(pair.b)
    const since = pair.seconds - pair.sent[0]!.seconds
    expect(row!.secondsLeft).toBe(Math.floor(900 - since))
    expect(row!.isSynced).toBe(true)
  })

  test('of version 0 has its own timeouts', () => {
    const pair = new DirectorPair({ sysctls: { sync_version: '0' } })
    pair.b.setTimeouts(77, 0, 0)
    pair.open(1)
    pair.client('1 A')
    pair.pass(4)
    const since = pair.seconds - pair.sent[0]!.seconds
    expect(pair.rows(pair.b)[0]!.secondsLeft).toBe(Math.floor(77 - since))
  })

  test('without services forwards, and binds when a service is there', () => {
    const pair = established({ backupHasServices: false })
    expect(pair.client('1 A', pair.b)).toBe(FORWARD)
    expect(pair.b.destination).toBe(null)
    const service = pair.b.addService({
      ...{ protocol: 6, address: VIP, port: 80, scheduler: 'rr' },
    })
    const spec = { port: 80, weight: 0, forwarding: 'dr' as const }
    for (const address of SERVERS) pair.b.addDestination(service, { ...spec, address })
    pair.client('1 R')
    pair.pass(4)
    expect(sorted(service.destinations.map((each) => each.totalConnections))).toEqual([0, 1])
  })

  test('holds templates for as long as they were told to live', () => {
    const pair = new DirectorPair({ service: { flags: 1, timeoutSeconds: 100 } })
    pair.open(1)
    pair.pass(4)
    const [template] = pair.rows(pair.b)
    expect(template).toMatchObject({ client: CLIENT, clientPort: 0, virtualPort: 80 })
    const since = pair.seconds - pair.sent[0]!.seconds
    expect(template!.secondsLeft).toBe(Math.floor(100 - since))
    // The client's next connection goes where the last one went.
    pair.client('9 S', pair.b)
    expect(pair.b.destination!.address).toBe(template!.server)
    const { destinations } = pair.b.services[0]!
    expect(sorted(destinations.map((each) => each.persistentConnections))).toEqual([0, 1])
  })

  test('is told of a template again when its end is put off', () => {
    const pair = new DirectorPair({ service: { flags: 1, timeoutSeconds: 100 } })
    pair.open(1)
    pair.pass(4)
    expect(pair.records).toBe(2)
    // The connection outlives it: 60 s more, over and over, each time by the wheel of the kernel.
    pair.pass(110)
    const first = pair.sent.at(-1)!.message
    expect([pair.records, first[4], first[9], first[31]]).toEqual([3, 1, 6, 60])
    pair.pass(130)
    expect(pair.records).toBe(5)
    expect(pair.rows(pair.b)).toHaveLength(1)
  })

  test('follows a client that comes from the same port to another server', () => {
    const pair = established()
    const old = pair.rows(pair.b)[0]!.server
    pair.client('1 FA')
    pair.server('1 FA')
    pair.client('1 A')
    pair.pass(130)
    pair.open(1)
    pair.client('1 A')
    pair.pass(5)
    const rows = pair.rows(pair.b).filter(({ state }) => state === 'ESTABLISHED')
    expect(rows.map(({ server }) => server)).toEqual([SERVERS.find((each) => each !== old)])
  })

  test('does nothing else with backup_only', () => {
    const pair = established({ sysctls: { backup_only: '1' } })
    expect(pair.client('1 A', pair.b)).toBe(ACCEPT)
    pair.b.sync.stopBackup()
    expect(pair.client('1 A', pair.b)).toBe(FORWARD)
  })

  test('of another id learns nothing', () => {
    const pair = established({ backupSyncId: 2 })
    expect(pair.rows(pair.b)).toEqual([])
    expect(pair.b.sync.backup!.tally.foreign).toBe(1)
  })

  test('survives any bytes, and its counts stay right', () => {
    const good = established().sent[0]!.message
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(4),
        (changes, cut) => {
          const pair = new DirectorPair()
          const message = good.slice(0, good.length - cut)
          for (const [at, byte] of changes) if (at < message.length) message[at] = byte
          const backup = pair.b.sync.backup!
          backup.receive(message, 0)
          backup.receive(good, 0)
          pair.pass(1000)
          for (const each of pair.b.services[0]!.destinations) {
            expect(each.activeConnections).toBeGreaterThanOrEqual(0)
            expect(each.activeConnections).toBeLessThanOrEqual(each.totalConnections)
          }
        },
      ),
    )
  })
})

test('what is refused while a daemon runs', () => {
  const pair = new DirectorPair()
  const codeOf = (act: () => void): string => {
    try {
      act()
      return ''
    } catch (error) {
      return (error as IpvsError).code
    }
  }
  const send = (): void => {}
  const options = { syncId: 1, maxBytes: 1472, send }
  expect(codeOf(() => pair.a.sync.startMaster(options, 0))).toBe('EEXIST')
  expect(codeOf(() => pair.b.sync.startBackup(1))).toBe('EEXIST')
  expect(codeOf(() => pair.b.sync.stopMaster())).toBe('ESRCH')
  expect(codeOf(() => pair.a.sync.stopBackup())).toBe('ESRCH')
})
