// What is counted and what readers see of it (spec 6): integers that follow the counters two
// seconds at a time, and bases that zeroing moves.
import { describe, expect, test } from 'vitest'
import { Counters, Statistics } from '../../src/ipvs/statistics.ts'
import { LoneDirector, VIP } from '../support/lone-director.ts'

type Name = 'connections' | 'inPackets' | 'outPackets' | 'inBytes' | 'outBytes'
type Rate = 'cps' | 'inPps' | 'outPps' | 'inBps' | 'outBps'

/** Readings of a rate after each interval in which the counter grew by so much. */
function rates(counter: Name, rate: Rate, growth: number[]): number[] {
  const counters = new Counters()
  const statistics = new Statistics(counters)
  return growth.map((more) => {
    counters[counter] += more
    statistics.tick()
    return statistics.reading[rate]
  })
}

describe('rates', () => {
  test('five connections a second are approached from below', () => {
    // Averages 1280 2240 2960 3500 3905 4208 4436 4607, of 1024 each.
    expect(rates('connections', 'cps', Array<number>(8).fill(10))).toEqual([1, 2, 3, 3, 4, 4, 4, 4])
  })

  test('a single connection never shows', () => {
    expect(rates('connections', 'cps', [1, 0, 0, 0, 0])).toEqual([0, 0, 0, 0, 0])
  })

  test('3,000 bytes once', () => {
    expect(rates('inBytes', 'inBps', [3000, 0, 0, 0])).toEqual([375, 281, 211, 158])
    expect(rates('outBytes', 'outBps', [3000, 0, 0, 0])).toEqual([375, 281, 211, 158])
  })

  test('packets are counted as connections are', () => {
    expect(rates('inPackets', 'inPps', [10, 10, 10])).toEqual([1, 2, 3])
    expect(rates('outPackets', 'outPps', [10, 10, 10])).toEqual([1, 2, 3])
  })

  // avg + 511 >>> 10: half an event a second is none, a little more is one.
  test.each([
    [4, 0],
    [5, 1],
    [12, 1],
    [13, 2],
  ])('%i events in the first interval show as %i', (events, shown) => {
    expect(rates('connections', 'cps', [events])).toEqual([shown])
  })

  test('a steady rate stops just short of it, a falling one reaches nothing', () => {
    const rising = rates('connections', 'cps', Array<number>(100).fill(2000))
    expect(rising.at(-1)).toBe(1000)
    const falling = rates('inBytes', 'inBps', [1_000_000, ...Array<number>(90).fill(0)])
    expect(falling.at(-1)).toBe(0)
    // Averages are rounded down, so the last of a fall is not stuck above zero.
    expect(falling.filter((rate) => rate === 0).length).toBeGreaterThan(5)
  })

  test('one that rises by less than four units stays where it is', () => {
    // 2 connections in 2 s are 1024; from an average of 1021 the step is floor(3/4) = 0.
    const counters = new Counters()
    const statistics = new Statistics(counters)
    for (let i = 0; i < 200; i++) {
      counters.connections += 2
      statistics.tick()
    }
    expect(statistics.reading.cps).toBe(1)
    counters.connections += 0
    statistics.tick()
    // 1021 - 256 = 765: rounds to one still.
    expect(statistics.reading.cps).toBe(1)
    statistics.tick()
    // 573 is more than half.
    expect(statistics.reading.cps).toBe(1)
    statistics.tick()
    expect(statistics.reading.cps).toBe(0)
  })
})

describe('the snapshot', () => {
  test('shows nothing before the first tick, and what was then', () => {
    const counters = new Counters()
    const statistics = new Statistics(counters)
    counters.inPackets = 7
    expect(statistics.reading.inPackets).toBe(0)
    statistics.tick()
    counters.inPackets = 9
    expect(statistics.reading.inPackets).toBe(7)
  })

  test('zeroing keeps what came since, and begins the rates anew', () => {
    const counters = new Counters()
    const statistics = new Statistics(counters)
    counters.connections = 1000
    statistics.tick()
    counters.connections = 1003
    statistics.zero()
    expect(statistics.reading).toMatchObject({ connections: 0, cps: 0 })
    statistics.tick()
    expect(statistics.reading).toMatchObject({ connections: 3, cps: 0 })
    counters.connections += 10
    statistics.tick()
    // (3 * 512) / 4 = 384; 384 + (5120 - 384) / 4 = 1568.
    expect(statistics.reading).toMatchObject({ connections: 13, cps: 2 })
  })
})

describe('a director counts', () => {
  const CLIENT = '198.51.100.1:4000'
  const SERVER = '10.0.1.1:80'

  function read(bench: LoneDirector): number[] {
    const { connections, inPackets, outPackets, inBytes, outBytes } = bench.service().counters
    const own = bench.destination(SERVER).counters
    const total = bench.ipvs.liveTotals()
    expect(own).toEqual(bench.service().counters)
    expect(total).toEqual(bench.service().counters)
    return [connections, inPackets, outPackets, inBytes, outBytes]
  }

  function bench(method: string): LoneDirector {
    return new LoneDirector({ estimateAt: 8 }).rules(
      `-A -t ${VIP}:80 -s rr`,
      `-a -t ${VIP}:80 -r ${SERVER} ${method}`,
    )
  }

  test('both ways with NAT, one with DR, headers included', () => {
    const nat = bench('-m')
    nat.packet('tcp S', CLIENT, `${VIP}:80`, { ipBytes: 60 })
    nat.reply('tcp SA', SERVER, CLIENT, { ipBytes: 52 })
    nat.packet('tcp A', CLIENT, `${VIP}:80`, { ipBytes: 1500 })
    expect(read(nat)).toEqual([1, 2, 1, 1560, 52])
    const dr = bench('-g')
    dr.packet('tcp S', CLIENT)
    dr.packet('tcp A', CLIENT)
    expect(read(dr)).toEqual([1, 2, 0, 120, 0])
  })

  test('not what nobody was found for, nor what the defence dropped', () => {
    const one = bench('-m').rules(`-e -t ${VIP}:80 -r ${SERVER} -m -w 0`)
    one.packet('tcp S', CLIENT)
    one.rules(`-e -t ${VIP}:80 -r ${SERVER} -m -w 1`).sysctl('drop_packet', 3)
    expect(one.packet('tcp S', CLIENT)).toBe('drop')
    expect(read(one)).toEqual([0, 0, 0, 0, 0])
  })

  test('snapshots come every 2.016 s, from the wheel; none while run_estimation is 0', () => {
    const one = bench('-m')
    const shown = (): number => one.destination(SERVER).statistics.reading.connections
    one.packet('tcp S', '198.51.100.1:1')
    one.pass(0.031)
    expect(shown()).toBe(0)
    one.pass(0.001)
    expect(shown()).toBe(1)
    one.packet('tcp S', '198.51.100.1:2')
    one.pass(2.015)
    expect(shown()).toBe(1)
    one.pass(0.001)
    expect(shown()).toBe(2)
    one.sysctl('run_estimation', 0).packet('tcp S', '198.51.100.1:3')
    one.pass(20)
    expect(shown()).toBe(2)
    one.sysctl('run_estimation', 1).pass(2.1)
    expect(shown()).toBe(3)
  })

  test('-Z of one service leaves the others and the total', () => {
    const one = bench('-m').rules(`-A -u ${VIP}:53 -s rr`, `-a -u ${VIP}:53 -r 10.0.1.9:53 -m`)
    one.packet('tcp S', CLIENT)
    one.packet('udp', CLIENT, `${VIP}:53`)
    one.pass(3)
    one.rules(`-Z -t ${VIP}:80`)
    const shown = (): number[] => [
      one.destination(SERVER).statistics.reading.connections,
      one.destination('10.0.1.9:53').statistics.reading.connections,
      one.ipvs.totals.reading.connections,
    ]
    expect(shown()).toEqual([0, 1, 2])
    one.rules('-Z')
    expect(shown()).toEqual([0, 0, 0])
    // The counters themselves go on.
    expect(one.ipvs.liveTotals().connections).toBe(2)
  })

  test('what a deleted service has counted stays in the total', () => {
    const one = bench('-m')
    one.packet('tcp S', CLIENT)
    one.rules('-C')
    expect(one.ipvs.liveTotals().connections).toBe(1)
  })
})
