// One route with several next hops, none better than another (equal-cost multi-path): a flow keeps
// its path while the paths stay the same. What happens to flows when a path leaves or comes is in
// three ways known: the range of the hash is cut into equal parts (hash-threshold, RFC 2992, as
// Linux routes with several next hops do it), the hash is divided by the number of paths (modulo-N,
// RFC 2992), or each of many buckets has a path and keeps it (resilient, as Linux describes it in
// Documentation/networking/nexthop-group-resilient.rst).
import { isBooked, wordOf, type Address } from '../wire/address.ts'
import { PS_PER_SECOND, type Time } from '../kernel/time.ts'
import { TCP, UDP, type Packet } from './packet.ts'

export type PathHash = 'threshold' | 'modulo' | 'resilient'

const TWO_TO_32 = 4_294_967_296
const BUCKETS = 128
/** A bucket unused for so long may move to a path that has come (idle_timer of Linux). */
const IDLE_PS = 120 * PS_PER_SECOND

export class Multipath {
  /** Paths that are in use, in their order. */
  private paths: number[]
  private readonly hash: PathHash
  /** Resilient: the path of each bucket, -1 for none, and when it was used last. */
  private readonly bucketPaths = new Int32Array(BUCKETS)
  private readonly usedAt = new Float64Array(BUCKETS).fill(-IDLE_PS)

  /** So many paths, all in use. */
  constructor(count: number, hash: PathHash) {
    this.paths = Array.from({ length: count }, (_, path) => path)
    this.hash = hash
    this.bucketPaths.forEach((_, bucket) => (this.bucketPaths[bucket] = bucket % count))
  }

  get inUse(): readonly number[] {
    return this.paths
  }

  add(path: number): void {
    this.paths = [...this.paths, path].sort((a, b) => a - b)
    this.share(-1)
  }

  remove(path: number): void {
    this.paths = this.paths.filter((each) => each !== path)
    this.share(path)
  }

  /** The path of a packet; -1: there is none. */
  pathOf(packet: Packet, now: Time): number {
    const { paths, hash } = this
    const value = hashOf(packet)
    if (hash === 'resilient') return this.bucketPath(value & (BUCKETS - 1), now)
    if (paths.length === 0) return -1
    if (hash === 'modulo') return paths[value % paths.length]!
    return paths[Math.floor((value * paths.length) / TWO_TO_32)]!
  }

  /** Buckets of a path that has left, or of none, go to the paths that have the fewest. */
  private share(left: number): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (this.bucketPaths[bucket] === left) this.bucketPaths[bucket] = this.leastOf()
    }
  }

  private bucketPath(bucket: number, now: Time): number {
    const isIdle = now - this.usedAt[bucket]! >= IDLE_PS
    this.usedAt[bucket] = now
    const path = this.bucketPaths[bucket]!
    if (!isIdle) return path
    const least = this.leastOf()
    if (this.countOf(path) <= this.countOf(least) + 1) return path
    return (this.bucketPaths[bucket] = least)
  }

  private leastOf(): number {
    let least = -1
    for (const path of this.paths) {
      if (least < 0 || this.countOf(path) < this.countOf(least)) least = path
    }
    return least
  }

  private countOf(path: number): number {
    let count = 0
    for (const each of this.bucketPaths) if (each === path) count++
    return count
  }
}

/**
 * Addresses, protocol and ports (fib_multipath_hash_policy 1), 32 bits. A piece of a packet and an
 * ICMP error have no ports to hash, so that they may go another way than their connection
 * (RFC 7690). The mixing is MurmurHash3's (Appleby, public domain).
 */
function hashOf({ src, dst, srcPort, dstPort, protocol, whole }: Packet): number {
  let hash = mixAddress(mixAddress(protocol, src), dst)
  const hasPorts = (protocol === TCP || protocol === UDP) && whole === null
  if (hasPorts) hash = mix(hash, (srcPort << 16) | dstPort)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function mixAddress(hash: number, address: Address): number {
  if (!isBooked(address)) return mix(hash, address)
  let all = hash
  for (let word = 0; word < 4; word++) all = mix(all, wordOf(address, word))
  return all
}

function mix(hash: number, word: number): number {
  let part = Math.imul(word, 0xcc9e2d51)
  part = Math.imul((part << 15) | (part >>> 17), 0x1b873593)
  const both = hash ^ part
  return (Math.imul((both << 13) | (both >>> 19), 5) + 0xe6546b64) | 0
}
