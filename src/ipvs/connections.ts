// The connection table (spec 3.3): what finds, opens and ends connections. The hash covers the
// client's side alone, as in the kernel, so that one chain serves both directions; the hash itself
// is ours.
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
  TEMPLATE,
  TIMEOUT,
  TIMES_SHIFT,
  VIRTUAL,
} from './connection-record.ts'
import { ConnectionStore, bucketHash } from './connection-store.ts'
import { NAT, NEVER_PS, type Method } from './headers.ts'
import type { Flow } from './service.ts'
import { HZ } from './ticks.ts'

/** 3 s, until the first packet has been processed. */
const NEW_TIMEOUT = 3 * HZ

export class Connections extends ConnectionStore {
  /**
   * The connection of a packet from a client, -1 if there is none. Entries with a port of the
   * client's are ordinary ones; a packet without finds those alone that wait to learn theirs.
   */
  fromClient(packet: Flow): number {
    const { words } = this
    const { src, srcPort, dst, dstPort, protocol } = packet
    const ports = (srcPort << 16) | dstPort
    let id = this.buckets[bucketHash(protocol, src, srcPort, this.shift) & this.mask]!
    while (id >= 0) {
      const at = id << RECORD_SHIFT
      if (
        words[at + CLIENT] === src &&
        words[at + PORTS] === ports &&
        words[at + VIRTUAL] === dst &&
        (words[at + KIND]! & 0xff) === protocol &&
        srcPort !== 0
      ) {
        return id
      }
      id = words[at + NEXT]!
    }
    return this.waiting === 0 ? -1 : this.find(protocol, src, dst, dstPort, NO_CLIENT_PORT)
  }

  /** The template of a client's network: its key has no port of the client's. */
  template(protocol: number, network: number, virtual: number, virtualPort: number): number {
    return this.find(protocol, network, virtual, virtualPort, TEMPLATE)
  }

  /** The newest entry of that key and kind, without a port of the client's. */
  private find(
    protocol: number,
    client: number,
    virtual: number,
    virtualPort: number,
    kind: number,
  ): number {
    const { words } = this
    let id = this.buckets[bucketHash(protocol, client, 0, this.shift) & this.mask]!
    while (id >= 0) {
      const at = id << RECORD_SHIFT
      if (
        words[at + CLIENT] === client &&
        words[at + PORTS] === virtualPort &&
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
  fromServer(packet: Flow): number {
    const { words } = this
    const { protocol, src, srcPort, dst, dstPort } = packet
    let id = this.buckets[bucketHash(protocol, dst, dstPort, this.shift) & this.mask]!
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
   * `flags` are those of the record's state, TEMPLATE for instance; one that lives for its
   * ONE_PACKET
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
    if (2 * this.count === this.buckets.length) this.growBuckets()
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
    if (this.particulars.count > 0) this.particulars.forget(id)
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
}
