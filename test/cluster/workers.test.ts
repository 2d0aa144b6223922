// Workers by hand and against the definition: processor sharing is told from event to event
// by its definition, and the heap must come to the same moments.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { ManyCores } from '../../src/cluster/many-cores.ts'
import { OwnCores } from '../../src/cluster/own-cores.ts'
import { SharedCores } from '../../src/cluster/shared-cores.ts'
import type { Workers } from '../../src/cluster/workers.ts'
import { NEVER } from '../../src/kernel/time.ts'
import { Packet } from '../../src/net/packet.ts'

interface Job {
  at: number
  work: number
}

/** When each job is done, and the core time spent. */
function serve(workers: Workers, jobs: readonly Job[]): { done: number[]; busy: number } {
  const done: number[] = []
  let now = 0
  const finishUntil = (end: number) => {
    for (let at = workers.nextAt(now); at <= end; at = workers.nextAt(now)) {
      now = at
      done[workers.finish(now).slot] = now
    }
    if (end < NEVER) now = end
  }
  jobs.forEach(({ at, work }, index) => {
    finishUntil(at)
    workers.begin(packetOf(index), work, at)
  })
  finishUntil(NEVER - 1)
  return { done, busy: workers.busyUntil(NEVER - 1) }
}

describe('shared cores', () => {
  test.each<[string, number, Job[], number[]]>([
    ['alone', 1, [{ at: 5, work: 10 }], [15]],
    ['two at once', 1, jobs([0, 10], [0, 10]), [20, 20]],
    // Until 4 alone, then two by two: the second has 4 of 6 at 12, the first is done.
    ['one comes later', 1, jobs([0, 8], [4, 6]), [12, 14]],
    ['a small one overtakes', 1, jobs([0, 100], [10, 5]), [105, 20]],
    ['a core each', 2, jobs([0, 10], [0, 20]), [10, 20]],
    // Three on two cores: two thirds of a core each until the first is done at 15.
    ['three on two cores', 2, jobs([0, 10], [0, 20], [0, 20]), [15, 25, 25]],
    ['idle in between', 1, jobs([0, 10], [100, 10], [105, 10]), [10, 115, 120]],
  ])('%s', (_, cores, given, expected) => {
    const { done, busy } = serve(new SharedCores(cores), given)
    expect(done).toEqual(expected)
    expect(busy).toBe(given.reduce((sum, { work }) => sum + work, 0))
  })

  test('equal work ends in the order of coming', () => {
    const workers = new SharedCores(1)
    for (let slot = 0; slot < 9; slot++) {
      workers.begin(packetOf(slot), 7, 0)
    }
    expect(Array.from({ length: 9 }, () => workers.finish(63).slot)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8,
    ])
  })

  test('the same as in small steps', () => {
    const job = fc.record({ gap: fc.nat(40_000), work: fc.integer({ min: 1, max: 60_000 }) })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(job, { maxLength: 30 }),
        (cores, list) => {
          let at = 0
          const given = list.map(({ gap, work }) => ({ at: (at += gap), work }))
          const { done } = serve(new SharedCores(cores), given)
          const expected = inSteps(cores, given)
          // Moments are rounded up to whole ps; each delays what is present by half of one at most.
          done.forEach((moment, index) => {
            expect(Math.abs(moment - expected[index]!)).toBeLessThanOrEqual(1 + list.length / 2)
          })
        },
      ),
      { numRuns: 200, seed: 6 },
    )
  })
})

describe.each([OwnCores, ManyCores])('a core each: %o', (Cores) => {
  test('takes the time of its work, and counts it', () => {
    const { done, busy } = serve(new Cores(2), jobs([0, 10], [3, 4], [20, 1]))
    expect([done, busy]).toEqual([[10, 7, 21], 15])
  })

  test('what is under way counts as far as it has come', () => {
    const workers = new Cores(1)
    workers.begin(new Packet(), 100, 0)
    expect([workers.busyUntil(30), workers.nextAt()]).toEqual([30, 100])
  })

  test('what nobody worked on is done that much later', () => {
    const workers = new Cores(40)
    for (let i = 0; i < 40; i++) workers.begin(packetOf(i), 100 - i, 0)
    workers.shift(10, 25)
    expect([workers.nextAt(), workers.busyUntil(25 + 51), workers.finish().slot]).toEqual([
      76,
      40 * 61,
      39,
    ])
  })

  test('what is given up comes back, and counts as far as it came', () => {
    const workers = new Cores(40)
    for (let i = 0; i < 35; i++) workers.begin(packetOf(i), 100, 0)
    expect(workers.abandon(30).map(({ slot }) => slot)).toEqual(
      Array.from({ length: 35 }, (_, i) => i),
    )
    expect([workers.busy, workers.nextAt(), workers.busyUntil(99)]).toEqual([0, NEVER, 35 * 30])
    workers.begin(packetOf(7), 5, 50)
    expect([workers.nextAt(), workers.finish().slot]).toEqual([55, 7])
  })

  test('the lowest free core begins, and of equal ends the lowest core is first', () => {
    const work = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 300 }))
    const job = fc.record({ gap: fc.nat(6), work })
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 31, max: 70 })),
        fc.array(job, { maxLength: 200 }),
        (count, list) => {
          const workers = new Cores(count)
          const cores = Array<{ slot: number; endAt: number } | null>(count).fill(null)
          const endFirst = (): void => {
            const endAt = Math.min(...cores.map((core) => core?.endAt ?? NEVER))
            const first = cores.findIndex((core) => core?.endAt === endAt)
            expect(workers.nextAt()).toBe(endAt)
            expect(workers.finish().slot).toBe(cores[first]!.slot)
            cores[first] = null
          }
          let now = 0
          list.forEach(({ gap, work }, slot) => {
            now += gap
            while (workers.nextAt() <= now || workers.busy === count) {
              now = Math.max(now, workers.nextAt())
              endFirst()
            }
            cores[cores.indexOf(null)] = { slot, endAt: now + work }
            workers.begin(packetOf(slot), work, now)
          })
          while (workers.busy > 0) endFirst()
          expect(workers.nextAt()).toBe(NEVER)
        },
      ),
      { numRuns: 300, seed: 7 },
    )
  })
})

function packetOf(slot: number): Packet {
  const packet = new Packet()
  packet.slot = slot
  return packet
}

function jobs(...list: [at: number, work: number][]): Job[] {
  return list.map(([at, work]) => ({ at, work }))
}

/** From event to event by the definition alone: every job present gets its share of the cores. */
function inSteps(cores: number, given: readonly Job[]): number[] {
  const left = given.map(({ work }) => work)
  const done: number[] = given.map(() => NaN)
  let now = 0
  for (;;) {
    const present = given.flatMap(({ at }, i) => (at <= now && left[i]! > 1e-9 ? [i] : []))
    const coming = given.map(({ at }) => at).filter((at) => at > now)
    if (present.length === 0 && coming.length === 0) return done
    const speed = Math.min(1, cores / Math.max(1, present.length))
    const least = Math.min(...present.map((i) => left[i]! / speed), Infinity)
    const step = Math.min(least, ...coming.map((at) => at - now))
    for (const i of present) {
      left[i]! -= step * speed
      if (left[i]! <= 1e-9) done[i] = now + step
    }
    now += step
  }
}
