// The connection table (spec 3.3, 3.10). Every connection is a record of 64 bytes, one cache line,
// in a single buffer seen both as integers and as times: finding and refreshing one of a million
// costs two cache misses. Records are named by their number; a freed number is used again.
//
// The hash covers the client's side alone, as in the kernel, so that one chain serves both
// directions; the hash itself is ours. The number of buckets grows with the entries, whatever size
// the director's table is said to have: how long a chain costs the simulated director says
// `meanChain`, not our own search.
import { NAT, NEVER_PS, TUN, type Method, type PacketHeader } from './headers.ts'
import type { Flow } from './service.ts'

/** A record is 16 integers long; the first of record n is at n << RECORD_SHIFT. */
export const RECORD_SHIFT = 4
/** In a chain, or in the list of free records: the number of the next one, -1 at the end. */
const NEXT = 0
const CLIENT = 1
export const VIRTUAL = 2
/** Client's port << 16 | virtual port. */
const PORTS = 3
export const SERVER = 4
/** Server's port << 16 | forwarding method << 8 | protocol. */
const KIND = 5
/** State, with the two flags below. */
export const STATE = 6
/** Index of the destination. */
export const DESTINATION = 7

/** The same record as times: 8 to a record, the first of record n is at n << TIMES_SHIFT. */
export const TIMES_SHIFT = 3
/** When the connection expires unless a packet comes. */
export const DEADLINE = 4
/** When its one live timer entry fires; NEVER_PS when there is none. */
export const ARMED = 5

export const STATE_MASK = 0xff
/** Not counted in its destination's active connections. */
export const INACTIVE = 0x100
/** No reply has been seen, and with DR and TUN none is expected. */
export const NO_OUTPUT = 0x200

const FIRST_CAPACITY = 1024

export class Connections {
  /** What the director's table is said to have (conn_tab_bits). */
  readonly tableSize: number
  count = 0
  most = 0
  created = 0
  expired = 0
  /** The buffer as integers, and as times; both change when the table grows. */
  words: Int32Array
  times: Float64Array
  private buckets: Int32Array
  private mask: number
  private free = -1
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

  /** Entries per bucket of the director's own table. */
  get meanChain(): number {
    return this.count / this.tableSize
  }

  /** The connection of a packet from a client, -1 if there is none. */
  fromClient(packet: Flow): number {
    const { words } = this
    const { protocol, src, dst } = packet
    const ports = (packet.srcPort << 16) | packet.dstPort
    let id = this.buckets[bucketHash(protocol, src, packet.srcPort) & this.mask]!
    while (id >= 0) {
      const at = id << RECORD_SHIFT
      if (
        words[at + CLIENT] === src &&
        words[at + PORTS] === ports &&
        words[at + VIRTUAL] === dst &&
        (words[at + KIND]! & 0xff) === protocol
      ) {
        return id
      }
      id = words[at + NEXT]!
    }
    return -1
  }

  /**
   * The connection of a packet to a client: from the server with NAT, else from the virtual
   * address.
   */
  fromServer(packet: PacketHeader): number {
    const { words } = this
    const { protocol, src, srcPort, dst, dstPort } = packet
    let id = this.buckets[bucketHash(protocol, dst, dstPort) & this.mask]!
    while (id >= 0) {
      const at = id << RECORD_SHIFT
      const kind = words[at + KIND]!
      const ports = words[at + PORTS]!
      if (words[at + CLIENT] === dst && ports >>> 16 === dstPort && (kind & 0xff) === protocol) {
        const isNat = ((kind >>> 8) & 0xff) === NAT
        const address = isNat ? words[at + SERVER] : words[at + VIRTUAL]
        const port = isNat ? kind >>> 16 : ports & 0xffff
        if (address === src && port === srcPort) return id
      }
      id = words[at + NEXT]!
    }
    return -1
  }

  /** Opens an inactive connection in state NONE, without a timer, at the head of its chain. */
  open(
    flow: Flow,
    server: number,
    serverPort: number,
    method: Method,
    destination: number,
  ): number {
    if (this.count === this.buckets.length) this.growBuckets()
    const id = this.takeRecord()
    const { words } = this
    const bucket = bucketHash(flow.protocol, flow.src, flow.srcPort) & this.mask
    const at = id << RECORD_SHIFT
    words[at + NEXT] = this.buckets[bucket]!
    words[at + CLIENT] = flow.src
    words[at + VIRTUAL] = flow.dst
    words[at + PORTS] = (flow.srcPort << 16) | flow.dstPort
    words[at + SERVER] = server
    words[at + KIND] = (serverPort << 16) | (method << 8) | flow.protocol
    words[at + STATE] = method === NAT ? INACTIVE : INACTIVE | NO_OUTPUT
    words[at + DESTINATION] = destination
    this.times[(id << TIMES_SHIFT) + DEADLINE] = NEVER_PS
    this.times[(id << TIMES_SHIFT) + ARMED] = NEVER_PS
    this.buckets[bucket] = id
    this.created++
    if (++this.count > this.most) this.most = this.count
    return id
  }

  remove(id: number): void {
    const { words, buckets } = this
    const at = id << RECORD_SHIFT
    const bucket = this.bucketOf(at)
    if (buckets[bucket] === id) {
      buckets[bucket] = words[at + NEXT]!
    } else {
      let before = buckets[bucket]! << RECORD_SHIFT
      while (words[before + NEXT] !== id) before = words[before + NEXT]! << RECORD_SHIFT
      words[before + NEXT] = words[at + NEXT]!
    }
    // No timer entry that is still under way may match the record again.
    this.times[(id << TIMES_SHIFT) + ARMED] = NEVER_PS
    words[at + NEXT] = this.free
    this.free = id
    this.count--
    this.expired++
  }

  protocolOf(id: number): number {
    return this.words[(id << RECORD_SHIFT) + KIND]! & 0xff
  }

  methodOf(id: number): Method {
    const method = (this.words[(id << RECORD_SHIFT) + KIND]! >>> 8) & 0xff
    return method === NAT ? NAT : method === TUN ? TUN : 3
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

  private takeRecord(): number {
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
  private growBuckets(): void {
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
    const { words } = this
    const port = words[at + PORTS]! >>> 16
    return bucketHash(words[at + KIND]! & 0xff, words[at + CLIENT]!, port) & this.mask
  }
}

/**
 * Mixes the address until every bit has a say in the low bits; the port is only added. The
 * connections of a client, which uses its ports one after the other, then lie in neighbouring
 * buckets, of which a cache line holds sixteen.
 */
function bucketHash(protocol: number, address: number, port: number): number {
  let hash = Math.imul(address ^ Math.imul(protocol, 0x9e3779b1), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) + port
}
