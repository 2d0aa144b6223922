import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { Kernel } from '../../src/kernel/kernel.ts'
import { NEVER, bytePace } from '../../src/kernel/time.ts'
import { WakeTree } from '../../src/kernel/wake-tree.ts'

describe('bytePace', () => {
  const cases: [rateBps: number, numerator: number, denominator: number][] = [
    [1_000_000_000, 8000, 1],
    [10_000_000_000, 800, 1],
    [100_000_000_000, 80, 1],
    [800_000_000_000, 10, 1],
    [3_000_000_000, 8000, 3],
    [2_500_000_000, 3200, 1],
  ]
  test.each(cases)('%d bit/s lasts %d/%d ps a byte', (rateBps, numerator, denominator) => {
    expect(bytePace(rateBps)).toEqual({ numerator, denominator })
  })

  test('64 bytes and 20 of framing at 10 Gb/s last 67,200 ps', () => {
    const { numerator, denominator } = bytePace(10_000_000_000)
    expect((84 * numerator) / denominator).toBe(67_200)
  })
})

describe('WakeTree', () => {
  test('agrees with a plain minimum after any sequence of moves', () => {
    const moves = fc.array(fc.tuple(fc.nat(36), fc.nat(20)), { maxLength: 300 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 37 }), moves, (leaves, steps) => {
        const tree = new WakeTree(NEVER)
        const times = Array.from({ length: leaves }, () => {
          tree.add()
          return NEVER
        })
        for (const [place, at] of steps) {
          const leaf = place % leaves
          times[leaf] = at
          tree.set(leaf, at)
          const least = Math.min(...times)
          expect(tree.first()).toBe(times.indexOf(least))
        }
      }),
    )
  })

  test('keeps its leaves when it grows while alarms are set', () => {
    const tree = new WakeTree(NEVER)
    for (let leaf = 0; leaf < 9; leaf++) tree.set(tree.add(), 100 - leaf)
    expect(tree.first()).toBe(8)
    tree.set(8, NEVER)
    expect(tree.first()).toBe(7)
  })
})

describe('Kernel', () => {
  test('fires simultaneous elements in the order in which they were added', () => {
    const kernel = new Kernel()
    const seen: string[] = []
    for (const name of ['a', 'b', 'c']) {
      const alarm = kernel.add({
        wake(now) {
          seen.push(`${name}@${now}`)
          alarm.clear()
        },
      })
      alarm.set(name === 'a' ? 7 : 5)
    }
    expect(kernel.runUntil(10)).toBe(true)
    expect(seen).toEqual(['b@5', 'c@5', 'a@7'])
    expect(kernel.now).toBe(10)
    expect(kernel.events).toBe(3)
  })

  test('stops when its events are used up and goes on from there', () => {
    const kernel = new Kernel()
    let woken = 0
    const alarm = kernel.add({
      wake(now) {
        woken++
        alarm.set(now + 10)
      },
    })
    alarm.set(0)
    expect(kernel.runUntil(1000, 5)).toBe(false)
    expect([woken, kernel.now]).toEqual([5, 40])
    expect(kernel.runUntil(100)).toBe(true)
    expect(woken).toBe(11)
  })
})

describe('Agenda', () => {
  test('fires by time and then by serial number, whatever was planned in between', () => {
    const plans = fc.array(fc.nat(15), { maxLength: 200 })
    fc.assert(
      fc.property(plans, (times) => {
        const kernel = new Kernel()
        const fired: [number, number][] = []
        const planner = { due: (key: number, now: number) => fired.push([now, key]) }
        times.forEach((at, key) => kernel.agenda.plan(at, planner, key))
        kernel.runUntil(100)
        const expected = times.map((at, key): [number, number] => [at, key])
        expected.sort((a, b) => a[0] - b[0] || a[1] - b[1])
        expect(fired).toEqual(expected)
      }),
    )
  })

  test('plans from within an event, also for the same instant', () => {
    const kernel = new Kernel()
    const fired: string[] = []
    const planner = {
      due(key: number, now: number) {
        fired.push(`${key}@${now}`)
        if (key < 3) kernel.agenda.plan(now, planner, key + 1)
      },
    }
    kernel.agenda.plan(4, planner, 1)
    kernel.runUntil(4)
    expect(fired).toEqual(['1@4', '2@4', '3@4'])
  })

  test('never plans beyond the longest run', () => {
    const kernel = new Kernel()
    kernel.agenda.plan(NEVER, { due: () => expect.fail('fired') }, 0)
    expect(kernel.agenda.size).toBe(0)
  })
})
