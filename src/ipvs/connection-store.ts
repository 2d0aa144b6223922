// Where connections lie: records of one cache line in a single buffer, seen both as integers and as
// times, named by their number; a freed number is used again. The number of buckets grows with the
// entries, whatever size the director's table is said to have: how long a chain costs the simulated
// director says `meanChain`, not our own search.
import {
  CLIENT,
  CONTROL,
  DEADLINE,
  DESTINATION,
  KIND,
  NEXT,
  PORTS,
  RECORD_SHIFT,
  SERVER,
  STATE,
  STATE_MASK,
  TIMES_SHIFT,
  VIRTUAL,
} from './connection-record.ts'
import { Particulars } from './connection-particulars.ts'
import { type Method } from './headers.ts'

const FIRST_CAPACITY = 1024

export class ConnectionStore {
  /** What the director's table is said to have (conn_tab_bits). */
  readonly tableSize: number
  count = 0
  most = 0
  created = 0
  readonly particulars: Particulars = new Particulars()
  expired = 0
  /** The buffer as integers, and as times; both change when the table grows. */
  words: Int32Array
  times: Float64Array
  protected buckets: Int32Array
  protected mask: number
  protected free = -1
  /** Entries that wait for their client's port. */
  protected waiting = 0
  /** Records that have ever been in use. */
  private used = 0

  constructor(tableSize: number) {
    this.tableSize = tableSize
    const buffer = new ArrayBuffer(FIRST_CAPACITY << (RECORD_SHIFT + 2))
    this.words = new Int32Array(buffer)
    this.times = new Float64Array(buffer)
    this.buckets = new Int32Array(FIRST_CAPACITY).fill(-1)
    this.mask = FIRST_CAPACITY - 1
  }

  get bucketCount(): number {
    return this.buckets.length
  }

  /** Records that there is room for. */
  get capacity(): number {
    return this.words.length >> RECORD_SHIFT
  }

  /** Entries per bucket of the director's own table. */
  get meanChain(): number {
    return this.count / this.tableSize
  }

  protected link(id: number): void {
    const { words, buckets } = this
    const at = id << RECORD_SHIFT
    const bucket = this.bucketOf(at)
    words[at + NEXT] = buckets[bucket]!
    buckets[bucket] = id
  }

  protected unlink(id: number): void {
    const { words, buckets } = this
    const at = id << RECORD_SHIFT
    const bucket = this.bucketOf(at)
    if (buckets[bucket] === id) {
      buckets[bucket] = words[at + NEXT]!
      return
    }
    let before = buckets[bucket]! << RECORD_SHIFT
    while (words[before + NEXT] !== id) before = words[before + NEXT]! << RECORD_SHIFT
    words[before + NEXT] = words[at + NEXT]!
  }

  protocolOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + KIND]! & 0xff
  }

  methodOf(id: number): Method {
    return ((this.words[(id << RECORD_SHIFT) + KIND]! >>> 8) & 0xff) as Method
  }

  virtualOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + VIRTUAL]!
  }

  serverOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + SERVER]!
  }

  has(id: number, flag: number): boolean {
    return (this.words[(id << RECORD_SHIFT) + STATE]! & flag) !== 0
  }

  /** Index of the destination, -1 for none. */
  destinationOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + DESTINATION]!
  }

  /** What controls it, -1 for nothing. */
  controlOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + CONTROL]!
  }

  clientOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + CLIENT]!
  }

  clientPortOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + PORTS]! >>> 16
  }

  serverPortOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + KIND]! >>> 16
  }

  virtualPortOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + PORTS]! & 0xffff
  }

  stateOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + STATE]! & STATE_MASK
  }

  deadlineOf(id: number): number {
    return this.times[(id << TIMES_SHIFT) + DEADLINE]!
  }

  /** Calls back with every connection, in no order that means anything. */
  forEach(visit: (id: number) => void): void {
    for (const head of this.buckets) {
      for (let id = head; id >= 0; id = this.words[(id << RECORD_SHIFT) + NEXT]!) visit(id)
    }
  }

  /**
   * The entries of one bucket of the director's own table, by any number: as if there were as many
   * buckets as it is said to have.
   */
  bucketOfTable(random: number): number[] {
    const { words, buckets, mask, tableSize } = this
    const wanted = random & (tableSize - 1)
    const found: number[] = []
    for (let bucket = wanted & mask; bucket <= mask; bucket += tableSize) {
      for (let id = buckets[bucket]!; id >= 0; id = words[(id << RECORD_SHIFT) + NEXT]!) {
        if ((this.hashOf(id << RECORD_SHIFT) & (tableSize - 1)) === wanted) found.push(id)
      }
    }
    return found
  }

  protected takeRecord(): number {
    const { free } = this
    if (free >= 0) {
      this.free = this.words[(free << RECORD_SHIFT) + NEXT]!
      return free
    }
    if (this.used << RECORD_SHIFT === this.words.length) this.growRecords()
    return this.used++
  }

  private growRecords(): void {
    const words = new Int32Array(new ArrayBuffer(2 * this.words.byteLength))
    words.set(this.words)
    this.words = words
    this.times = new Float64Array(words.buffer)
  }

  /** Twice as many buckets. A chain falls into two, and each half keeps its order, newest first. */
  protected growBuckets(): void {
    const { words } = this
    const old = this.buckets
    const buckets = new Int32Array(2 * old.length).fill(-1)
    const tails = new Int32Array(2 * old.length).fill(-1)
    this.buckets = buckets
    this.mask = buckets.length - 1
    for (const head of old) {
      for (let id = head; id >= 0;) {
        const at = id << RECORD_SHIFT
        const next = words[at + NEXT]!
        const bucket = this.bucketOf(at)
        words[at + NEXT] = -1
        if (tails[bucket] === -1) buckets[bucket] = id
        else words[(tails[bucket]! << RECORD_SHIFT) + NEXT] = id
        tails[bucket] = id
        id = next
      }
    }
  }

  private bucketOf(at: number): number {
    return this.hashOf(at) & this.mask
  }

  private hashOf(at: number): number {
    const { words } = this
    return bucketHash(words[at + KIND]! & 0xff, words[at + CLIENT]!, words[at + PORTS]! >>> 16)
  }
}

/**
 * Mixes the address until every bit has a say in the low bits; the port is only added. The
 * connections of a client, which uses its ports one after the other, then lie in neighbouring
 * buckets, of which a cache line holds sixteen.
 */
export function bucketHash(protocol: number, address: number, port: number): number {
  let hash = Math.imul(address ^ Math.imul(protocol, 0x9e3779b1), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) + port
}
