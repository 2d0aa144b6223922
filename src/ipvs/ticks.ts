// The kernel's tick and its timer wheel (spec 3.10): timers are batched, the more coarsely the
// longer they run, and fire late, never early. A timer of 60 s is up to 2 s late, one of 900 s up
// to 16 s.

/** Ticks a second (HZ of the reference kernel). */
export const HZ = 250
export const TICK_PS = 4_000_000_000

/** A delay below 63 ticks fires at the next one; each level of the wheel is 8 times as coarse. */
const LEVELS = [63, 504, 4032, 32_256, 258_048, 2_064_384]
const BITS_PER_LEVEL = 3

/** The level of the wheel that a timer of that delay in ticks is put on; 0 is the finest. */
export function wheelLevel(delay: number): number {
  let level = 0
  while (level < LEVELS.length && delay >= LEVELS[level]!) level++
  return level
}

/** The tick at which a timer fires that was set to `expires`, `delay` ticks ahead. */
export function firingTick(expires: number, delay: number): number {
  const step = 1 << (BITS_PER_LEVEL * wheelLevel(delay))
  return (Math.floor(expires / step) + 1) * step
}

/** Time and ticks of one kernel: its counter stood at `firstTick` at time 0. */
export class TickClock {
  readonly firstTick: number

  constructor(firstTick: number) {
    this.firstTick = firstTick
  }

  /** The counter at that time. */
  tickAt(ps: number): number {
    return this.firstTick + Math.floor(ps / TICK_PS)
  }

  /** When the counter reaches the tick. */
  timeOf(tick: number): number {
    return (tick - this.firstTick) * TICK_PS
  }

  /** When a timer fires whose deadline is that time, `delay` ticks after it was set. */
  firesAt(deadline: number, delay: number): number {
    return this.timeOf(firingTick(this.tickAt(deadline), delay))
  }
}
