// Time is a whole number of picoseconds in a JavaScript number: 64 bytes at 10 Gb/s last exactly
// 67,200 ps, and 2^53 ps are 2 h 30 min, the longest run. Nothing rounds on the way: a wire whose
// rate is not whole in ps per byte carries its remainder from frame to frame.

/** Whole picoseconds since the start of the run. */
export type Time = number

export const PS_PER_SECOND = 1_000_000_000_000
/** Later than any event: 2^53 ps. */
export const NEVER = 9_007_199_254_740_992

/** How long bytes last at a rate, as an exact fraction of picoseconds per byte. */
export interface BytePace {
  readonly numerator: number
  readonly denominator: number
}

/**
 * The pace of a rate in bit/s; the rate is a whole number of kbit/s, so every product stays below
 * 2^53.
 */
export function bytePace(rateBps: number): BytePace {
  const whole = 8 * PS_PER_SECOND
  const divisor = greatestCommonDivisor(whole, rateBps)
  return { numerator: whole / divisor, denominator: rateBps / divisor }
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b]
  return a
}
