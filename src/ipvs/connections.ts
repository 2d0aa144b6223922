// The connection table (spec 3.3, 3.10). Every connection is a record of 64 bytes, one cache line,
// in a single buffer seen both as integers and as times: finding and refreshing one of a million
// costs two cache misses. Records are named by their number; a freed number is used again.
//
// The hash covers the client's side alone, as in the kernel, so that one chain serves both
// directions; the hash itself is ours. The number of buckets grows with the entries, whatever size
// the director's table is said to have: how long a chain costs the simulated director says
// `meanChain`, not our own search.
import {
  ARMED,
  CLIENT,
  CONTROL,
  CONTROLLED,
  DEADLINE,
  DESTINATION,
  IN_PACKETS,
  KIND,
  NEXT,
  NO_CLIENT_PORT,
  ONE_PACKET,
  PORTS,
  RECORD_SHIFT,
  SERVER,
  STATE,
  STATE_MASK,
  TEMPLATE,
  TIMEOUT,
  TIMES_SHIFT,
  VIRTUAL,
} from './connection-record.ts'
import { NAT, NEVER_PS, type Method, type PacketHeader } from './headers.ts'
import type { Flow } from './service.ts'
import { HZ } from './ticks.ts'

const FIRST_CAPACITY = 1024
/** 3 s, until the first packet has been processed. */
const NEW_TIMEOUT = 3 * HZ

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
  /** Entries that wait for their client's port. */
  private waiting = 0
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
    const { src, srcPort, dst, dstPort, protocol } = packet
    // Without a port of the client's a packet finds those alone that wait to learn theirs.
    const kind = srcPort === 0 ? NO_CLIENT_PORT : 0
    const id = this.find(protocol, src, srcPort, dst, dstPort, kind)
    if (id >= 0 || this.waiting === 0) return id
    return this.find(protocol, src, 0, dst, dstPort, NO_CLIENT_PORT)
  }

  /** The template of a client's network: its key has no port of the client's. */
  template(protocol: number, network: number, virtual: number, virtualPort: number): number {
    return this.find(protocol, network, 0, virtual, virtualPort, TEMPLATE)
  }

  /** The newest entry of that key and kind; an entry is of one kind or none. */
  private find(
    protocol: number,
    client: number,
    clientPort: number,
    virtual: number,
    virtualPort: number,
    kind: number,
  ): number {
    const { words } = this
    const ports = (clientPort << 16) | virtualPort
    let id = this.buckets[bucketHash(protocol, client, clientPort) & this.mask]!
    while (id >= 0) {
      const at = id << RECORD_SHIFT
      if (
        words[at + CLIENT] === client &&
        words[at + PORTS] === ports &&
        words[at + VIRTUAL] === virtual &&
        (words[at + KIND]! & 0xff) === protocol &&
        (words[at + STATE]! & (TEMPLATE | NO_CLIENT_PORT)) === kind
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

  /**
   * Opens an inactive connection in state NONE, without a timer, at the head of its chain.
   * `flags` are those of the record's state, TEMPLATE for instance; one that lives for its ONE_PACKET
   * alone is not put into the table.
   */
  open(
    flow: Flow,
    server: number,
    serverPort: number,
    method: Method,
    destination: number,
    flags: number,
  ): number {
    if (this.count === this.buckets.length) this.growBuckets()
    const id = this.takeRecord()
    const { words } = this
    const at = id << RECORD_SHIFT
    words[at + CLIENT] = flow.src
    words[at + VIRTUAL] = flow.dst
    words[at + PORTS] = (flow.srcPort << 16) | flow.dstPort
    words[at + SERVER] = server
    words[at + KIND] = (serverPort << 16) | (method << 8) | flow.protocol
    words[at + STATE] = flags
    words[at + DESTINATION] = destination
    words[at + CONTROL] = -1
    words[at + CONTROLLED] = 0
    words[at + TIMEOUT] = NEW_TIMEOUT
    words[at + IN_PACKETS] = 0
    this.times[(id << TIMES_SHIFT) + DEADLINE] = NEVER_PS
    this.times[(id << TIMES_SHIFT) + ARMED] = NEVER_PS
    if ((flags & ONE_PACKET) === 0) this.link(id)
    if ((flags & NO_CLIENT_PORT) !== 0) this.waiting++
    this.created++
    if (++this.count > this.most) this.most = this.count
    return id
  }

  remove(id: number): void {
    const { words } = this
    const at = id << RECORD_SHIFT
    const flags = words[at + STATE]!
    if ((flags & ONE_PACKET) === 0) this.unlink(id)
    if ((flags & NO_CLIENT_PORT) !== 0) this.waiting--
    // No timer entry that is still under way may match the record again.
    this.times[(id << TIMES_SHIFT) + ARMED] = NEVER_PS
    // Nor may anyone take it for a controller without connections.
    words[at + CONTROLLED] = -1
    words[at + NEXT] = this.free
    this.free = id
    this.count--
    this.expired++
  }

  /** The client's port has become known: an entry that waited for it is found by it from now on. */
  setClientPort(id: number, port: number): void {
    const { words } = this
    const at = id << RECORD_SHIFT
    this.unlink(id)
    words[at + PORTS] = (port << 16) | (words[at + PORTS]! & 0xffff)
    words[at + STATE]! &= ~NO_CLIENT_PORT
    this.waiting--
    this.link(id)
  }

  /** A template that no packet may use again: its ports become ones that nobody has (spec 3.5). */
  neutralise(id: number): void {
    const { words } = this
    const at = id << RECORD_SHIFT
    words[at + PORTS] = 0xffff
    words[at + KIND] = (0xffff << 16) | (words[at + KIND]! & 0xffff)
  }

  private link(id: number): void {
    const { words, buckets } = this
    const at = id << RECORD_SHIFT
    const bucket = this.bucketOf(at)
    words[at + NEXT] = buckets[bucket]!
    buckets[bucket] = id
  }

  private unlink(id: number): void {
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
function bucketHash(protocol: number, address: number, port: number): number {
  let hash = Math.imul(address ^ Math.imul(protocol, 0x9e3779b1), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) + port
}
