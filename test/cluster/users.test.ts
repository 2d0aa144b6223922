// A closed population against mean value analysis (Reiser and Lavenberg, 1980), which is exact for
// one exponential station and a delay; then what happens to users who are not answered.
import { describe, expect, test } from 'vitest'
import type { Demand } from '../../src/cluster/demand.ts'
import { Draws } from '../../src/cluster/draws.ts'
import { RealServer } from '../../src/cluster/real-server.ts'
import { Users } from '../../src/cluster/users.ts'
import { sampler, type DistributionSpec } from '../../src/kernel/distributions.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { Streams } from '../../src/kernel/random.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { Recorder } from '../../src/measure/recorder.ts'
import { interval } from '../../src/measure/statistics.ts'
import { AddressTable, Neighbours } from '../../src/net/address.ts'
import { Packet } from '../../src/net/packet.ts'

const WITHOUT_FAULTS = { forgotten: () => {}, closed: () => {}, resumed: () => {} }

const MS = 1_000_000_000

interface Closed {
  count: number
  think: DistributionSpec
  patiencePs?: number | null
  durationPs: number
  /** What becomes of a request; it hears the user's ticket. */
  ask: (demand: Demand, now: number, users: Users, kernel: Kernel) => void
}

/** Runs the users to the end of their only phase, and a second longer. */
function run({ count, think, patiencePs = null, durationPs, ask }: Closed, seed: string): void {
  const kernel = new Kernel()
  const streams = new Streams(seed)
  const one = sampler({ kind: 'constant', value: 1 }, streams.stream('one'))
  const draws = new Draws({ clients: one, requestBytes: one, answerBytes: one, requests: null })
  const recorder = new Recorder([{ name: 'p', startPs: 0, durationPs, steady: true }], ['rs'])
  const options = { count, think: sampler(think, streams.stream('think')), patiencePs }
  const users = new Users(kernel, options, draws, recorder)
  users.start({
    request: (demand, now) => ask(demand, now, users, kernel),
    atClient: () => {},
    atServer: () => {},
    answer: () => {},
    lost: () => {},
    ...WITHOUT_FAULTS,
  })
  kernel.runUntil(durationPs + PS_PER_SECOND)
}

describe('a station and a delay', () => {
  const exponential = (ms: number): DistributionSpec => ({ kind: 'exponential', mean: ms * MS })

  /** Throughput and mean sojourn of N users, times in ms. */
  function byMeanValues(users: number, thinkMs: number, serviceMs: number): [number, number] {
    let queue = 0
    let sojourn = 0
    let throughput = 0
    for (let n = 1; n <= users; n++) {
      sojourn = serviceMs * (1 + queue)
      throughput = n / (thinkMs + sojourn)
      queue = throughput * sojourn
    }
    return [throughput, sojourn]
  }

  /** The same, simulated; workers beyond the one core share it. */
  function simulated(users: number, thinkMs: number, workers: number, seed: string) {
    const seconds = 60
    let sojournPs = 0
    let answered = 0
    let server: RealServer | null = null
    const tickets = new Map<Packet, number>()
    run(
      {
        count: users,
        think: exponential(thinkMs),
        durationPs: seconds * PS_PER_SECOND,
        ask(demand, now, source, kernel) {
          server ??= station(kernel, workers, seed, (packet, at) => {
            sojournPs += at - packet.requestAt
            answered++
            source.ended(tickets.get(packet)!, at)
          })
          const packet = new Packet()
          packet.requestAt = now
          tickets.set(packet, demand.ticket)
          server.work(packet, now)
        },
      },
      seed,
    )
    return { throughput: answered / seconds / 1000, sojourn: sojournPs / answered / MS }
  }

  function station(
    kernel: Kernel,
    workers: number,
    seed: string,
    answer: (packet: Packet, now: number) => void,
  ): RealServer {
    const options = {
      ...{ name: 'rs', address: 1, mac: 0, cores: 1, workers, backlog: 1000, gateway: { mac: 0 } },
      ...{ maxConnections: null, slowness: 1, neighbours: new Neighbours() },
      beyond: new AddressTable(),
      directors: new AddressTable(),
      service: sampler(exponential(1), new Streams(seed).stream('service')),
      uplink: { receive: () => {} },
    }
    const transport = {
      atServer: () => {},
      lost: () => {},
      ...WITHOUT_FAULTS,
      answer: (packet: Packet, _: RealServer, now: number) => answer(packet, now),
    }
    return new RealServer(kernel, options, transport, { lose: () => {} })
  }

  test.each([
    [1, 9, 1],
    [8, 9, 1],
    [8, 9, 1000],
    [20, 9, 1],
  ])('%d users who think %d ms, %d at work', (users, thinkMs, workers) => {
    const runs = Array.from({ length: 10 }, (_, replication) =>
      simulated(users, thinkMs, workers, `closed/${users}/${workers}/${replication}`),
    )
    const [throughput, sojourn] = byMeanValues(users, thinkMs, 1)
    for (const [values, truth] of [
      [runs.map((one) => one.throughput), throughput],
      [runs.map((one) => one.sojourn), sojourn],
    ] as const) {
      const { mean, low, high } = interval([...values], 0.999)
      expect(low!).toBeLessThanOrEqual(truth)
      expect(high!).toBeGreaterThanOrEqual(truth)
      expect((high! - low!) / 2 / mean).toBeLessThanOrEqual(0.03)
    }
  })
})

describe('users who are not answered', () => {
  const think: DistributionSpec = { kind: 'constant', value: 10 * MS }

  test('give up when their patience ends, and ask again', () => {
    const asked: number[] = []
    const ask = (_: Demand, now: number) => void asked.push(now / MS)
    run({ count: 1, think, patiencePs: 40 * MS, durationPs: 200 * MS, ask }, 'patience')
    expect(asked).toEqual([10, 60, 110, 160])
  })

  test('an answer in time ends the waiting, one that comes later is nobody’s', () => {
    const asked: number[] = []
    const ask = ({ ticket }: Demand, now: number, users: Users, kernel: Kernel) => {
      asked.push(now / MS)
      // The first is answered after 5 ms, the second too late, which must not end the third.
      const after = [5, 65, 1000][asked.length - 1] ?? 1000
      kernel.agenda.plan(now + after * MS, { due: (_, at) => users.ended(ticket, at) }, 0)
    }
    run({ count: 1, think, patiencePs: 50 * MS, durationPs: 200 * MS, ask }, 'late')
    expect(asked).toEqual([10, 25, 85, 145])
  })

  test('with many, everybody has a patience of his own', () => {
    const asked = new Map<number, number>()
    const ask = ({ ticket }: Demand, now: number, users: Users) => {
      const user = ticket % 3
      asked.set(user, (asked.get(user) ?? 0) + 1)
      // User 1 is answered in no time at all; the others never.
      if (user === 1) users.ended(ticket, now + MS)
    }
    run({ count: 3, think, patiencePs: 90 * MS, durationPs: 1000 * MS, ask }, 'many')
    // Every 100 ms, and every 11 ms.
    expect([...asked]).toEqual([
      [0, 10],
      [1, 90],
      [2, 10],
    ])
  })

  test('who cannot even send tries again after a second, not for ever at once', () => {
    let asked = 0
    const ask = ({ ticket }: Demand, now: number, users: Users) => {
      asked++
      users.ended(ticket, now)
    }
    const never: DistributionSpec = { kind: 'constant', value: 0 }
    run({ count: 1, think: never, durationPs: 3500 * MS, ask }, 'no port')
    expect(asked).toBe(4)
  })
})
