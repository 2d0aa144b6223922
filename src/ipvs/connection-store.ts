// Where connections lie: records of one cache line in a single buffer, seen both as integers and as
// times, named by their number; a freed number is used again. There are at least twice as many
// buckets as entries, whatever size the director's table is said to have: how long a chain costs
// the simulated director says `meanChain`, not our own search.
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
const FIRST_SHIFT = Math.clz32(FIRST_CAPACITY) + 1
/**
 * Multiples of SPREAD lie evenly on the circle of 2^32, and so do those of its product with any
 * power of two up to 2^16: the continued fractions have no quotient above 12 (the golden ratio's
 * has 65 at 256, the distance of many networks). Found by trying a million odd numbers.
 */
const SPREAD = 0xd72ce6a5
const PROTOCOLS_APART = 0x85ebca6b

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
  /** What is left of a hash of 32 bits, shifted right by this, numbers a bucket. */
  protected shift = FIRST_SHIFT
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
   * The entries of buckets of the director's own table, one after the other, each bucket by any
   * number: as if there were as many as it is said to have.
   */
  bucketsOfTable(numbers: readonly number[]): number[][] {
    const { words, tableSize } = this
    const wanted = new Int32Array(tableSize).fill(-1)
    const buckets: number[][] = []
    for (const number of numbers) {
      const bucket = number & (tableSize - 1)
      if (wanted[bucket]! < 0) wanted[bucket] = buckets.push([]) - 1
    }
    this.forEach((id) => {
      const at = id << RECORD_SHIFT
      const port = words[at + PORTS]! >>> 16
      const bucket = tableHash(words[at + KIND]! & 0xff, words[at + CLIENT]!, port)
      const index = wanted[bucket & (tableSize - 1)]!
      if (index >= 0) buckets[index]!.push(id)
    })
    return numbers.map((number) => buckets[wanted[number & (tableSize - 1)]!]!)
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

  /** Twice as many buckets. Entries of one key, which stay together, keep their order. */
  protected growBuckets(): void {
    const { words } = this
    const old = this.buckets
    const buckets = new Int32Array(2 * old.length).fill(-1)
    const tails = new Int32Array(2 * old.length).fill(-1)
    this.buckets = buckets
    this.mask = buckets.length - 1
    this.shift--
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
    const { words, shift, mask } = this
    const protocol = words[at + KIND]! & 0xff
    return bucketHash(protocol, words[at + CLIENT]!, words[at + PORTS]! >>> 16, shift) & mask
  }
}

/**
 * Number of a bucket, before the mask. Neighbouring addresses, which is what clients have, are
 * spread as evenly as can be (Fibonacci hashing: Knuth, The Art of Computer Programming 3, 6.4),
 * and the port is only added: the connections of a client, which uses its ports one after the
 * other, lie side by side, in a cache line of sixteen buckets, and seldom on those of another.
 */
export function bucketHash(protocol: number, address: number, port: number, shift: number): number {
  const place = Math.imul(address, SPREAD) + Math.imul(protocol, PROTOCOLS_APART)
  return (place >>> shift) + port
}

/** For the director's own table, whose hash nobody knows: every bit has a say in the low bits. */
function tableHash(protocol: number, address: number, port: number): number {
  let mixed = Math.imul(address ^ Math.imul(protocol, 0x9e3779b1), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) + port
}
