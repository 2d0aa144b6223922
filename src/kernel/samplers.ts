// One class for each kind of distribution: what is constant is worked out when it is made, and
// drawing allocates nothing.
import { assert } from '../assert.ts'
import { exp, ln, power } from './elementary.ts'
import type { Stream } from './random.ts'

/** Draws values of one distribution. */
export interface Sampler {
  next(): number
}

export class Constant implements Sampler {
  private readonly value: number

  constructor(value: number) {
    this.value = value
  }

  next(): number {
    return this.value
  }
}

export class Uniform implements Sampler {
  private readonly low: number
  private readonly width: number
  private readonly stream: Stream

  constructor(low: number, high: number, stream: Stream) {
    assert(high >= low, 'a uniform distribution ends before it starts')
    this.low = low
    this.width = high - low
    this.stream = stream
  }

  next(): number {
    return this.low + this.width * this.stream.uniform()
  }
}

export class Exponential implements Sampler {
  private readonly mean: number
  private readonly stream: Stream

  constructor(mean: number, stream: Stream) {
    this.mean = mean
    this.stream = stream
  }

  next(): number {
    return this.mean * this.stream.exponential()
  }
}

/** Sum of `shape` exponentials. */
export class Erlang implements Sampler {
  private readonly shape: number
  private readonly stageMean: number
  private readonly stream: Stream

  constructor(shape: number, mean: number, stream: Stream) {
    assert(shape >= 1 && Math.floor(shape) === shape, 'the shape of an Erlang is not whole')
    this.shape = shape
    this.stageMean = mean / shape
    this.stream = stream
  }

  next(): number {
    let sum = 0
    for (let stage = 0; stage < this.shape; stage++) sum += this.stream.exponential()
    return sum * this.stageMean
  }
}

/** One of two exponentials, which bring half of the mean each (balanced means). */
export class Hyperexponential implements Sampler {
  private readonly shortChance: number
  private readonly shortMean: number
  private readonly longMean: number
  private readonly stream: Stream

  constructor(mean: number, scv: number, stream: Stream) {
    assert(scv >= 1, 'a hyperexponential varies less than an exponential')
    this.shortChance = (1 + Math.sqrt((scv - 1) / (scv + 1))) / 2
    this.shortMean = mean / (2 * this.shortChance)
    this.longMean = mean / (2 * (1 - this.shortChance))
    this.stream = stream
  }

  next(): number {
    const mean = this.stream.uniform() < this.shortChance ? this.shortMean : this.longMean
    return mean * this.stream.exponential()
  }
}

/** Normals come in pairs by Marsaglia's polar method; the second waits for the next draw. */
export class Lognormal implements Sampler {
  private readonly median: number
  private readonly sigma: number
  private readonly stream: Stream
  private hasSpare = false
  private spare = 0

  constructor(mean: number, scv: number, stream: Stream) {
    this.median = mean / Math.sqrt(1 + scv)
    this.sigma = Math.sqrt(ln(1 + scv))
    this.stream = stream
  }

  next(): number {
    return this.median * exp(this.sigma * this.normal())
  }

  private normal(): number {
    if (this.hasSpare) {
      this.hasSpare = false
      return this.spare
    }
    for (;;) {
      // The squared distance is never 0: `uniform` is never exactly a half.
      const x = 2 * this.stream.uniform() - 1
      const y = 2 * this.stream.uniform() - 1
      const square = x * x + y * y
      if (square >= 1) continue
      const factor = Math.sqrt((-2 * ln(square)) / square)
      this.hasSpare = true
      this.spare = y * factor
      return x * factor
    }
  }
}

/** By the inverse of its distribution function; `high` of Infinity is the unbounded one. */
export class Pareto implements Sampler {
  private readonly shape: number
  private readonly low: number
  private readonly high: number
  /** Share of the unbounded distribution that lies below `high`. */
  private readonly mass: number
  private readonly stream: Stream

  constructor(shape: number, low: number, high: number, stream: Stream) {
    assert(shape > 0 && low > 0 && high > low, 'a Pareto needs a shape and 0 < low < high')
    this.shape = shape
    this.low = low
    this.high = high
    this.mass = high === Infinity ? 1 : 1 - power(low / high, shape)
    this.stream = stream
  }

  next(): number {
    const beyond = 1 - this.stream.uniform() * this.mass
    return Math.min(this.high, this.low * exp(-ln(beyond) / this.shape))
  }
}

/** A power of an exponential. */
export class Weibull implements Sampler {
  private readonly inverseShape: number
  private readonly scale: number
  private readonly stream: Stream

  constructor(shape: number, scale: number, stream: Stream) {
    assert(shape > 0, 'a Weibull needs a positive shape')
    this.inverseShape = 1 / shape
    this.scale = scale
    this.stream = stream
  }

  next(): number {
    return this.scale * power(this.stream.exponential(), this.inverseShape)
  }
}

/** An exponential, cut to whole numbers. */
export class Geometric implements Sampler {
  /** Mean of the exponential whose whole part is geometric from 0 on; 0: always one. */
  private readonly scale: number
  private readonly stream: Stream

  constructor(mean: number, stream: Stream) {
    assert(mean >= 1, 'the mean of a geometric from one on is below one')
    this.scale = mean === 1 ? 0 : -1 / ln(1 - 1 / mean)
    this.stream = stream
  }

  next(): number {
    return 1 + Math.floor(this.scale * this.stream.exponential())
  }
}

/**
 * Ranks from 1 to `count`, by Walker's alias method (Vose's way to fill the table): pick a rank
 * with equal
 * chances, keep it or take its alias. Two draws whatever the count.
 */
export class Zipf implements Sampler {
  private readonly count: number
  private readonly keep: Float64Array
  private readonly alias: Int32Array
  private readonly stream: Stream

  constructor(count: number, exponent: number, stream: Stream) {
    assert(count >= 1 && Math.floor(count) === count, 'a Zipf needs a whole number of ranks')
    this.count = count
    this.keep = zipfWeights(count, exponent)
    this.alias = new Int32Array(count)
    this.stream = stream
    fillAliases(this.keep, this.alias)
  }

  next(): number {
    const rank = this.stream.below(this.count)
    return 1 + (this.stream.uniform() < this.keep[rank]! ? rank : this.alias[rank]!)
  }
}

/** Weights of the ranks from 1 on: rank^-exponent. */
export function zipfWeights(count: number, exponent: number): Float64Array {
  const weights = new Float64Array(count)
  for (let rank = 1; rank <= count; rank++) weights[rank - 1] = power(rank, -exponent)
  return weights
}

/**
 * Turns weights into chances to keep, where what a light rank lacks is filled up by a heavy one.
 */
function fillAliases(weights: Float64Array, alias: Int32Array): void {
  const count = weights.length
  const perWeight = count / weights.reduce((sum, weight) => sum + weight, 0)
  // Light ranks from the front, heavy ones from the back, of one array that holds each rank once.
  const waiting = new Int32Array(count)
  let light = 0
  let heavy = count
  for (let rank = 0; rank < count; rank++) {
    weights[rank]! *= perWeight
    if (weights[rank]! < 1) waiting[light++] = rank
    else waiting[--heavy] = rank
  }
  while (light > 0 && heavy < count) {
    const short = waiting[--light]!
    const donor = waiting[heavy]!
    alias[short] = donor
    weights[donor]! -= 1 - weights[short]!
    if (weights[donor]! < 1) {
      heavy++
      waiting[light++] = donor
    }
  }
  // Only rounding leaves anything over: these are kept always.
  while (light > 0) weights[waiting[--light]!] = 1
  while (heavy < count) weights[waiting[heavy++]!] = 1
}

/** Linear between the points of a distribution function; a first point above 0 is an atom. */
export class Empirical implements Sampler {
  private readonly values: Float64Array
  private readonly shares: Float64Array
  private readonly stream: Stream

  constructor(points: [value: number, cdf: number][], stream: Stream) {
    assert(points.at(-1)?.[1] === 1, 'an empirical distribution does not end at 1')
    this.values = Float64Array.from(points, (point) => point[0])
    this.shares = Float64Array.from(points, (point) => point[1])
    this.stream = stream
  }

  next(): number {
    const { values, shares } = this
    const share = this.stream.uniform()
    let low = 0
    let high = shares.length - 1
    // The first point that is not below the share.
    while (low < high) {
      const middle = (low + high) >> 1
      if (shares[middle]! < share) low = middle + 1
      else high = middle
    }
    if (low === 0) return values[0]!
    const from = values[low - 1]!
    const below = shares[low - 1]!
    return from + ((values[low]! - from) * (share - below)) / (shares[low]! - below)
  }
}
