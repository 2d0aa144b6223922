// The kernel's tick and its timer wheel (spec 3.10): timers fire late and never early, at multiples
// of their level's step, and in a fixed order.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { Tasks } from '../../src/ipvs/tasks.ts'
import { TICK_PS, TickClock, firingTick, wheelLevel } from '../../src/ipvs/ticks.ts'
import { LoneDirector, VIP } from '../support/lone-director.ts'

/** Delays in ticks below which a step holds, and the step. */
const LEVELS: [below: number, step: number][] = [
  [63, 1],
  [504, 8],
  [4032, 64],
  [32_256, 512],
  [258_048, 4096],
  [2_064_384, 32_768],
]

describe('the wheel', () => {
  test.each(LEVELS)('a delay below %i ticks is on steps of %i', (below, step) => {
    expect(firingTick(1_000_000 * step + Math.min(5, step - 1), below - 1)).toBe(
      1_000_000 * step + step,
    )
    expect(firingTick(1_000_000 * step - 1, below - 1)).toBe(1_000_000 * step)
    // On the step itself it is too late for that one.
    expect(firingTick(1_000_000 * step, below - 1)).toBe(1_000_000 * step + step)
    expect(wheelLevel(below)).toBe(wheelLevel(below - 1) + 1)
  })

  test('never early, and late by no more than a step', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000), fc.nat(2_000_000_000), (delay, set) => {
        const expires = set + delay
        const late = firingTick(expires, delay) - expires
        const step = LEVELS.find(([below]) => delay < below)![1]
        expect(late).toBeGreaterThan(0)
        expect(late).toBeLessThanOrEqual(step)
      }),
    )
  })

  test('times and ticks of one clock', () => {
    const clock = new TickClock(1000)
    expect(clock.tickAt(0)).toBe(1000)
    expect(clock.tickAt(TICK_PS - 1)).toBe(1000)
    expect(clock.tickAt(TICK_PS)).toBe(1001)
    expect(clock.timeOf(1003)).toBe(3 * TICK_PS)
    // 60 s are 15,000 ticks, on steps of 512: tick 16,000 goes at 16,384.
    expect(clock.firesAt(15_000 * TICK_PS, 15_000)).toBe((16_384 - 1000) * TICK_PS)
  })
})

test('tasks run in the order of their ticks, then of planning', () => {
  const wakes: number[] = []
  const tasks = new Tasks(new TickClock(0), (at) => wakes.push(at))
  const ran: string[] = []
  tasks.after(20, 0, () => ran.push('later'))
  tasks.after(10, 0, () => ran.push('first'))
  tasks.after(10, 0, () => ran.push('second'))
  tasks.at(3, () => ran.push('at once'))
  tasks.runUntil(11 * TICK_PS)
  expect(ran).toEqual(['at once', 'first', 'second'])
  tasks.runUntil(21 * TICK_PS)
  expect(ran).toHaveLength(4)
  expect(wakes).toEqual([21, 11, 11, 3].map((tick) => tick * TICK_PS))
})

describe('connections', () => {
  const CLIENT = '198.51.100.1:4000'

  function bench(firstTick: number): LoneDirector {
    const one = new LoneDirector({ firstTick })
    return one.rules(`-A -t ${VIP}:80 -s rr`, `-a -t ${VIP}:80 -r 10.0.1.1 -g`)
  }

  // SYN_RECV is 15,000 ticks long: it goes at the next multiple of 512.
  test.each([
    [0, 15_360],
    [359, 15_360],
    [360, 15_872],
    [361, 15_872],
    [871, 15_872],
  ])('a SYN at tick %i goes at tick %i', (firstTick, gone) => {
    const one = bench(firstTick)
    one.packet('tcp S', CLIENT)
    one.pass((gone - firstTick) * 0.004 - 0.001)
    expect(one.stateOf(CLIENT)).toBe('SYN_RECV 0')
    one.pass(0.001)
    expect(one.stateOf(CLIENT)).toBe('')
  })

  test('an overdue entry is found and refreshed', () => {
    const one = bench(361)
    one.packet('tcp S', CLIENT)
    one.pass(61)
    expect(one.stateOf(CLIENT)).toBe('SYN_RECV 0')
    one.packet('tcp A', CLIENT)
    expect(one.stateOf(CLIENT)).toBe('ESTABLISHED 900')
    one.pass(60)
    expect(one.stateOf(CLIENT)).toBe('ESTABLISHED 840')
  })

  test('a shorter timeout is obeyed though a longer one was planned', () => {
    const one = bench(0)
    one.packet('tcp S', CLIENT)
    one.packet('tcp A', CLIENT)
    one.packet('tcp R', CLIENT)
    // 2,500 ticks on steps of 64.
    one.pass(10.239)
    expect(one.stateOf(CLIENT)).toBe('CLOSE 0')
    one.pass(0.001)
    expect(one.stateOf(CLIENT)).toBe('')
  })
})
