// All randomness: streams by name, so that adding one server does not change another's draws, and
// two schedulers can be compared under the same arrivals. seedrandom (ARC4) turns seed and name
// into 128 bits of state; xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number
// generators", 2018) draws from there, because ARC4 is slow.
import seedrandom from 'seedrandom'
import { exp } from './elementary.ts'
import { TAIL_START, heights, placeWidths, safePlaces } from './ziggurat.ts'

const TWO_TO_MINUS_32 = 1 / 4_294_967_296

/** The streams of one replication. */
export class Streams {
  private readonly seed: string

  constructor(seed: string) {
    this.seed = seed
  }

  /** A stream at its beginning: the same name gives the same draws. */
  stream(name: string): Stream {
    return new Stream(`${this.seed}/${name}`)
  }
}

/** One sequence of draws. */
export class Stream {
  private readonly state: Int32Array

  constructor(seed: string) {
    const source = seedrandom(seed)
    this.state = Int32Array.of(source.int32(), source.int32(), source.int32(), source.int32())
    // All zero is the one state that xoshiro never leaves.
    if (this.state.every((word) => word === 0)) this.state[0] = 1
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const state = this.state
    const second = state[1]!
    const product = Math.imul(second, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9)
    const third = state[2]! ^ state[0]!
    const fourth = state[3]! ^ second
    state[1] = second ^ third
    state[0] = state[0]! ^ fourth
    state[2] = third ^ (second << 9)
    state[3] = (fourth << 11) | (fourth >>> 21)
    return result >>> 0
  }

  /** Between 0 and 1, never either of them: the middles of 2^32 equal parts. */
  uniform(): number {
    return (this.uint32() + 0.5) * TWO_TO_MINUS_32
  }

  /**
   * A whole number from 0 to n - 1, for n up to 2^32. No draw is rejected: the chance of a value is
   * off by
   * at most a share of n / 2^32, which no run is long enough to show.
   */
  below(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /**
   * Exponential of mean 1, never 0. Of 100 draws 98 need one number, one product and one
   * comparison.
   */
  exponential(): number {
    const bits = this.uint32()
    const layer = bits & 255
    const place = bits >>> 8
    const x = (place + 0.5) * placeWidths[layer]!
    return place < safePlaces[layer]! ? x : this.edge(layer, x)
  }

  /**
   * The rare rest: beyond the start of the tail, or at the edge of a layer, where the curve cuts
   * it.
   */
  private edge(layer: number, x: number): number {
    // What is beyond the start of the tail is exponential again.
    if (layer === 0) return TAIL_START + this.exponential()
    const floor = heights[layer]!
    if (floor + this.uniform() * (heights[layer - 1]! - floor) < exp(-x)) return x
    return this.exponential()
  }
}
