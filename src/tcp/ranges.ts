// Ranges of sequence numbers, sorted and apart: what a receiver has beyond a gap, and what a sender
// knows of that by selective acknowledgements (RFC 2018; the scoreboard of RFC 6675).

export class Ranges {
  /** Range number i is from[i] up to, and without, to[i]. */
  readonly from: number[] = []
  readonly to: number[] = []
  /** In all ranges together. */
  bytes = 0

  get count(): number {
    return this.from.length
  }

  clear(): void {
    this.from.length = 0
    this.to.length = 0
    this.bytes = 0
  }

  /** Adds a range; gives the bytes that were not covered before. */
  add(from: number, to: number): number {
    let first = 0
    while (first < this.count && this.to[first]! < from) first++
    let last = first
    let low = from
    let high = to
    let covered = 0
    for (; last < this.count && this.from[last]! <= to; last++) {
      low = Math.min(low, this.from[last]!)
      high = Math.max(high, this.to[last]!)
      covered += this.to[last]! - this.from[last]!
    }
    this.from.splice(first, last - first, low)
    this.to.splice(first, last - first, high)
    this.bytes += high - low - covered
    return high - low - covered
  }

  /** Forgets what lies below. */
  trimBelow(sequence: number): void {
    let gone = 0
    while (gone < this.count && this.to[gone]! <= sequence) {
      this.bytes -= this.to[gone]! - this.from[gone]!
      gone++
    }
    this.from.splice(0, gone)
    this.to.splice(0, gone)
    if (this.count > 0 && this.from[0]! < sequence) {
      this.bytes -= sequence - this.from[0]!
      this.from[0] = sequence
    }
  }

  /** End of the range that the number is in; the number itself where it is in none. */
  endOf(sequence: number): number {
    for (let i = 0; i < this.count && this.from[i]! <= sequence; i++) {
      if (sequence < this.to[i]!) return this.to[i]!
    }
    return sequence
  }

  /** Start of the first range beyond the number; Infinity where there is none. */
  startAfter(sequence: number): number {
    for (let i = 0; i < this.count; i++) if (this.from[i]! > sequence) return this.from[i]!
    return Infinity
  }

  /** Bytes of ranges between the two numbers. */
  coveredBetween(low: number, high: number): number {
    let covered = 0
    for (let i = 0; i < this.count && this.from[i]! < high; i++) {
      const from = Math.max(low, this.from[i]!)
      const to = Math.min(high, this.to[i]!)
      if (to > from) covered += to - from
    }
    return covered
  }

  /** Index of the range that the number is in, or the last one. */
  indexOf(sequence: number): number {
    for (let i = 0; i < this.count; i++) if (sequence < this.to[i]!) return i
    return this.count - 1
  }
}
