// lblc and lblcr: what they remember of addresses, and for how long (spec 2.13, 2.14).
import { describe, expect, test } from 'vitest'
import { letter } from '../support/letters.ts'
import { LoneDirector } from '../support/lone-director.ts'

describe('lblc', () => {
  function visit(bench: LoneDirector, site: number, port: number): string {
    const more = { mark: 1 }
    return letter(bench.packet('tcp S', `198.51.100.1:${port}`, `10.1.0.${site}:80`, more))
  }

  function cache(scheduler: string, weights: number[]): LoneDirector {
    const bench = new LoneDirector().rules(`-A -f 1 -s ${scheduler}`)
    weights.forEach((weight, i) => bench.rules(`-a -f 1 -r 10.0.1.${i + 1} -m -w ${weight}`))
    return bench
  }

  test('an address keeps its server, a new one gets the least loaded', () => {
    const bench = cache('lblc', [1, 1])
    expect(visit(bench, 1, 2000)).toBe('B')
    expect(visit(bench, 2, 2001)).toBe('A')
    expect([1, 1, 2, 1].map((site, i) => visit(bench, site, 2010 + i)).join('')).toBe('BBAB')
  })

  test('a crowded one is left when somebody has less than half of his weight', () => {
    const bench = cache('lblc', [4, 1])
    expect(visit(bench, 1, 2000)).toBe('B')
    // 1 active of 1 is not more than its weight yet.
    expect(visit(bench, 1, 2001)).toBe('B')
    bench.destination('10.0.1.1:0').activeConnections = 2
    expect(visit(bench, 1, 2002)).toBe('B')
    bench.destination('10.0.1.1:0').activeConnections = 1
    expect(visit(bench, 1, 2003)).toBe('A')
    expect(visit(bench, 1, 2004)).toBe('A')
  })

  test('overload of the kept one does not count, weight 0 does', () => {
    const bench = cache('lblc', [1, 1])
    expect(visit(bench, 1, 2000)).toBe('B')
    bench.destination('10.0.1.2:0').overloaded = true
    expect(visit(bench, 1, 2001)).toBe('B')
    bench.rules('-e -f 1 -r 10.0.1.2 -m -w 0')
    expect(visit(bench, 1, 2002)).toBe('A')
  })

  test('an address is forgotten a day after its last use, at the next half hour', () => {
    const bench = cache('lblc', [1, 1])
    bench.sysctl('lblc_expiration', 100)
    visit(bench, 1, 2000)
    expect(bench.destination('10.0.1.2:0').cacheReferences).toBe(1)
    // Visits come each minute (wheel: up to 2 s late); the thirtieth is the first that looks.
    bench.pass(29 * 60)
    expect(bench.destination('10.0.1.2:0').cacheReferences).toBe(1)
    bench.pass(3 * 60)
    expect(bench.destination('10.0.1.2:0').cacheReferences).toBe(0)
  })

  test('lblcr adds a server to a crowded set and drops the most loaded when it is old', () => {
    const bench = cache('lblcr', [4, 1])
    expect(visit(bench, 1, 2000)).toBe('B')
    expect(visit(bench, 1, 2001)).toBe('B')
    // B has 2 of weight 1, A none of 4: A joins.
    expect(visit(bench, 1, 2002)).toBe('A')
    const references = (): number[] =>
      [1, 2].map((last) => bench.destination(`10.0.1.${last}:0`).cacheReferences)
    expect(references()).toEqual([1, 1])
    bench.sysctl('lblcr_expiration', 30)
    bench.pass(29)
    visit(bench, 1, 2003)
    expect(references()).toEqual([1, 1])
    bench.pass(2)
    visit(bench, 1, 2004)
    expect(references()).toEqual([1, 0])
  })

  test.each(['lblc', 'lblcr'])('%s remembers no more than 24,576 addresses', (scheduler) => {
    const bench = cache(scheduler, [1])
    const { service } = bench.destination('10.0.1.1:0')
    for (let i = 0; i < 24_580; i++) {
      const flow = { protocol: 6, src: 1, srcPort: 1, dst: 0x0b000000 + i, dstPort: 80 }
      service.scheduler.schedule(flow, 0)
    }
    expect(bench.destination('10.0.1.1:0').cacheReferences).toBe(24_576)
  })

  test('a cache that is too large is thinned out of what was idle for six minutes', () => {
    const bench = cache('lblc', [1])
    const { service } = bench.destination('10.0.1.1:0')
    for (let i = 0; i < 20_000; i++) {
      const flow = { protocol: 6, src: 1, srcPort: 1, dst: 0x0b000000 + i, dstPort: 80 }
      service.scheduler.schedule(flow, bench.now)
    }
    bench.pass(350)
    expect(bench.destination('10.0.1.1:0').cacheReferences).toBe(20_000)
    bench.pass(61)
    // Goal: (20,000 - 16,384) * 4/3 = 4,821, and the rest of the bucket in which it is reached.
    const left = bench.destination('10.0.1.1:0').cacheReferences
    expect(20_000 - left).toBeGreaterThanOrEqual(4_821)
    expect(20_000 - left).toBeLessThan(4_821 + 40)
  })
})
