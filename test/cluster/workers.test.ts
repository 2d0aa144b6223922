// Workers by hand and against the definition: processor sharing is told from event to event
// by its definition, and the heap must come to the same moments.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OwnCores, SharedCores, type Workers } from '../../src/cluster/workers.ts'
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
    const packet = new Packet()
    packet.slot = index
    workers.begin(packet, work, at)
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
      const packet = new Packet()
      packet.slot = slot
      workers.begin(packet, 7, 0)
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

describe('a core each', () => {
  test('takes the time of its work, and counts it', () => {
    const { done, busy } = serve(new OwnCores(2), jobs([0, 10], [3, 4], [20, 1]))
    expect([done, busy]).toEqual([[10, 7, 21], 15])
  })

  test('what is under way counts as far as it has come', () => {
    const workers = new OwnCores(1)
    workers.begin(new Packet(), 100, 0)
    expect([workers.busyUntil(30), workers.nextAt()]).toEqual([30, 100])
  })

  test('the lowest free core begins, and of equal ends the lowest core is first', () => {
    const job = fc.record({ gap: fc.nat(6), work: fc.integer({ min: 1, max: 9 }) })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(job, { maxLength: 40 }),
        (count, list) => {
          const workers = new OwnCores(count)
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
            const packet = new Packet()
            packet.slot = slot
            workers.begin(packet, work, now)
          })
          while (workers.busy > 0) endFirst()
          expect(workers.nextAt()).toBe(NEVER)
        },
      ),
      { numRuns: 300, seed: 7 },
    )
  })
})

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
