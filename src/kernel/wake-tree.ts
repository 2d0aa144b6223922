// Who wakes next: a tournament with one leaf per element. A node holds the leaf that wins below it;
// the earlier time wins, and at equal times the lower leaf, which is the element's place in the
// scenario. Moving one alarm replays only the matches on its way up, and stops where it changes
// nothing. An alarm that is due before all others waits in front of the tree: most of those fire
// next, and have cost no match at all.

/** A tournament over wake times; leaves are numbered in the order in which they were added. */
export class WakeTree {
  /** Wake time of each leaf, ps. */
  private times: Float64Array
  /** Winner of each node; node 1 is the root, the leaves stand from `size` on. */
  private winners: Int32Array
  private size: number
  private leaves = 0
  private readonly never: number
  /** Due before every leaf of the tree, where its time is never; -1 when nobody waits in front. */
  private front = -1
  private frontTime = 0

  constructor(never: number) {
    this.never = never
    this.size = 2
    this.times = new Float64Array(2).fill(never)
    this.winners = Int32Array.of(0, 0, 0, 1)
  }

  /** Adds a leaf that never wakes until it is set. */
  add(): number {
    if (this.leaves === this.size) this.grow()
    return this.leaves++
  }

  /** Leaf that wakes first. */
  first(): number {
    return this.front >= 0 ? this.front : this.winners[1]!
  }

  timeOf(leaf: number): number {
    return leaf === this.front ? this.frontTime : this.times[leaf]!
  }

  set(leaf: number, at: number): void {
    if (this.front >= 0) {
      if (leaf === this.front) {
        this.front = -1
        if (at === this.never) return
      } else if (at <= this.frontTime) {
        const { front } = this
        this.front = -1
        this.place(front, this.frontTime)
      } else return this.place(leaf, at)
    }
    const { times } = this
    if (at < times[this.winners[1]!]! && times[leaf] === this.never) {
      this.front = leaf
      this.frontTime = at
    } else this.place(leaf, at)
  }

  private place(leaf: number, at: number): void {
    const { times, winners } = this
    times[leaf] = at
    let node = (leaf + this.size) >> 1
    while (node >= 1) {
      const left = winners[2 * node]!
      const right = winners[2 * node + 1]!
      const winner = times[right]! < times[left]! ? right : left
      // An unchanged winner that is not this leaf: nothing above has seen this leaf.
      if (winner !== leaf && winner === winners[node]) return
      winners[node] = winner
      node >>= 1
    }
  }

  private grow(): void {
    const old = this.times
    this.size *= 2
    this.times = new Float64Array(this.size).fill(this.never)
    this.times.set(old)
    this.winners = new Int32Array(2 * this.size)
    for (let leaf = 0; leaf < this.size; leaf++) this.winners[this.size + leaf] = leaf
    for (let node = this.size - 1; node >= 1; node--) {
      const left = this.winners[2 * node]!
      const right = this.winners[2 * node + 1]!
      this.winners[node] = this.times[right]! < this.times[left]! ? right : left
    }
  }
}
