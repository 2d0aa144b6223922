// Histogram of whole picoseconds, 0 to 2^53, in the manner of HdrHistogram (Gil Tene): the octave
// of a value and the seven bits after its leading one choose the bucket, so that a bucket is at
// most 1/128 of its values wide and its middle is off by less than 0.4 %. Values below 256 have a
// bucket each.
import { assert } from '../assert.ts'
import type { SparseHistogram } from './replication.ts'

const PER_OCTAVE = 128
/** Grows by so many buckets: short phases have many histograms, which would often grow. */
const GROWTH = 8 * PER_OCTAVE
const TWO_TO_24 = 16_777_216
const TWO_TO_31 = 2_147_483_648
const LARGEST = 9_007_199_254_740_992

/** Counts values; merging and splitting lose nothing but the order in which they came. */
export class Histogram {
  count = 0
  /** Exact below 2^53. */
  sum = 0
  /** Infinity when nothing was recorded. */
  min: number = Infinity
  /** -Infinity when nothing was recorded. */
  max: number = -Infinity
  /** By bucket; reaches as far as the largest value so far, rounded up to eight octaves. */
  private counts: Float64Array = new Float64Array(0)

  /** Allocates only when the value lies in higher octaves than any before it. */
  record(value: number): void {
    assert(value >= 0 && value <= LARGEST, 'a recorded value is negative or beyond 2^53')
    const bucket = bucketOf(value)
    if (bucket >= this.counts.length) this.reach(bucket)
    this.counts[bucket]!++
    this.count++
    this.sum += value
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
  }

  /** Takes in all that another one counted. */
  add(sparse: SparseHistogram): void {
    if (sparse.count === 0) return
    this.reach(sparse.buckets.at(-1)![0])
    for (const [bucket, count] of sparse.buckets) this.counts[bucket]! += count
    this.count += sparse.count
    this.sum += sparse.sum
    this.min = Math.min(this.min, sparse.min)
    this.max = Math.max(this.max, sparse.max)
  }

  /** What is counted, as plain data; an empty one has min and max 0. */
  toSparse(): SparseHistogram {
    const { count, sum } = this
    if (count === 0) return { buckets: [], count, sum, min: 0, max: 0 }
    const { counts, min, max } = this
    const buckets: [number, number][] = []
    for (let bucket = bucketOf(min); bucket <= bucketOf(max); bucket++) {
      const inBucket = counts[bucket]!
      if (inBucket > 0) buckets.push([bucket, inBucket])
    }
    return { buckets, count, sum, min, max }
  }

  /**
   * The value of rank ceil(q * count) among those recorded, to within 0.4 %: at least the share q
   * of them is
   * not above it. The smallest and the largest are exact. NaN when nothing was recorded.
   */
  quantile(q: number): number {
    const { count, counts } = this
    if (count === 0) return NaN
    // A product such as 0.07 * 100 comes out just above 7: that is rounding, not the eighth value.
    const rank = Math.ceil(q * count * (1 - 4 * Number.EPSILON))
    if (rank <= 1) return this.min
    if (rank >= count) return this.max
    let seen = counts[0]!
    let bucket = 0
    while (seen < rank) seen += counts[++bucket]!
    return Math.min(this.max, Math.max(this.min, middleOf(bucket)))
  }

  /** How many values lie in each bucket and those above it; 0 behind the last one. */
  tails(): Float64Array {
    const { counts } = this
    const tails = new Float64Array(counts.length + 1)
    for (let bucket = counts.length - 1; bucket >= 0; bucket--) {
      tails[bucket] = tails[bucket + 1]! + counts[bucket]!
    }
    return tails
  }

  private reach(bucket: number): void {
    if (bucket < this.counts.length) return
    const old = this.counts
    this.counts = new Float64Array((Math.floor(bucket / GROWTH) + 1) * GROWTH)
    this.counts.set(old)
  }
}

/** Quantile of everything that the parts counted together. */
export function quantileOf(parts: SparseHistogram[], q: number): number {
  return merge(parts).quantile(q)
}

/** How many values lie in the bucket of that value or above it. */
export function countAbove({ buckets }: SparseHistogram, value: number): number {
  const from = bucketOf(value)
  let above = 0
  for (let place = buckets.length - 1; place >= 0; place--) {
    const [bucket, count] = buckets[place]!
    if (bucket < from) break
    above += count
  }
  return above
}

/** One histogram of all parts. */
export function merge(parts: SparseHistogram[]): Histogram {
  const histogram = new Histogram()
  for (const part of parts) histogram.add(part)
  return histogram
}

/** The eight leading bits of a value, and how many stand behind them, make its bucket. */
export function bucketOf(value: number): number {
  if (value < TWO_TO_31) {
    const bits = value | 0
    if (bits < 2 * PER_OCTAVE) return bits
    const behind = 24 - Math.clz32(bits)
    return behind * PER_OCTAVE + (bits >>> behind)
  }
  const bits = (value / TWO_TO_24) | 0
  const behind = 24 - Math.clz32(bits)
  return (behind + 24) * PER_OCTAVE + (bits >>> behind)
}

/** The least value of a bucket; where it begins, the one below ends. */
export function edgeOf(bucket: number): number {
  if (bucket < 2 * PER_OCTAVE) return bucket
  return (bucket - bitsBehind(bucket) * PER_OCTAVE) * widthOf(bucket)
}

/** The whole number in the middle of a bucket. */
function middleOf(bucket: number): number {
  return bucket < 2 * PER_OCTAVE ? bucket : edgeOf(bucket) + widthOf(bucket) / 2
}

function widthOf(bucket: number): number {
  let width = 1
  for (let bit = bitsBehind(bucket); bit > 0; bit--) width *= 2
  return width
}

/** Bits of its values behind the eight that make the bucket. */
function bitsBehind(bucket: number): number {
  return Math.max(0, Math.floor(bucket / PER_OCTAVE) - 1)
}
