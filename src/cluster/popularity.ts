// Which of n flows (or addresses) sends the next request: each alike, one after the other, or by
// Zipf's law.
import { sampler, type Sampler } from '../kernel/distributions.ts'
import type { Stream } from '../kernel/random.ts'

export type Popularity =
  { kind: 'uniform' } | { kind: 'in-turn' } | { kind: 'zipf'; exponent: number }

/** Draws whole numbers from 0 to count - 1. */
export function popularity(kind: Popularity, count: number, stream: Stream): Sampler {
  switch (kind.kind) {
    case 'uniform':
      return new Alike(count, stream)
    case 'in-turn':
      return new InTurn(count)
    case 'zipf':
      return new Ranked(sampler({ kind: 'zipf', count, exponent: kind.exponent }, stream))
  }
}

class Alike implements Sampler {
  private readonly count: number
  private readonly stream: Stream

  constructor(count: number, stream: Stream) {
    this.count = count
    this.stream = stream
  }

  next(): number {
    return this.stream.below(this.count)
  }
}

class InTurn implements Sampler {
  private readonly count: number
  private last = -1

  constructor(count: number) {
    this.count = count
  }

  next(): number {
    this.last = this.last + 1 === this.count ? 0 : this.last + 1
    return this.last
  }
}

/** Ranks count from 1, flows from 0. */
class Ranked implements Sampler {
  private readonly ranks: Sampler

  constructor(ranks: Sampler) {
    this.ranks = ranks
  }

  next(): number {
    return this.ranks.next() - 1
  }
}
