// The kernel threads by which a director tells others of its connections, or listens to them (spec
// ipvs-sync.md, 7.1). keepalived starts them: the master tells, everybody else listens; or both run
// on every director, which is what two directors with an address each need.
import type { Time } from '../kernel/time.ts'
import { UDP, LISTENERS, type PacketPool } from '../net/packet.ts'
import { ipv4 } from '../wire/address.ts'
import type { Director } from './director.ts'
import type { Nic } from './nic.ts'

const GROUP = ipv4(0xe0000051)
const FIRST_PORT = 8848
const HEADERS_BYTES = 28
/** 1500 B less the headers, whatever the network's MTU. */
const MOST_BYTES = 1472
/** Where a message of version 1 counts its records; its first byte is 0, the count of version 0. */
const COUNT_1 = 4

export type SyncRole = 'follows' | 'both'

export interface SyncOptions {
  role: SyncRole
  syncId: number
  /** The instance that the daemons follow. */
  instance: string
}

export class SyncDaemons {
  /** Messages and records sent, and those that were heard. */
  sentMessages = 0
  sentRecords = 0
  heardRecords = 0
  readonly options: SyncOptions
  private readonly director: Director
  private readonly nic: Nic
  private readonly pool: PacketPool
  private isSilent = false

  constructor(options: SyncOptions, director: Director, nic: Nic, pool: PacketPool) {
    this.options = options
    this.director = director
    this.nic = nic
    this.pool = pool
  }

  /** keepalived is this now. */
  follow(isMaster: boolean, now: Time): void {
    const { role } = this.options
    this.set(isMaster || role === 'both', !isMaster || role === 'both', now)
  }

  stop(now: Time): void {
    this.set(false, false, now)
  }

  /** The machine hangs: its threads do, too. */
  hang(isHanging: boolean): void {
    this.isSilent = isHanging
  }

  /** A message has come: what it costs. */
  hear(message: Uint8Array, now: Time): Time {
    const { backup } = this.director.ipvs.sync
    if (backup === null) return 0
    const before = backup.tally.taken
    backup.receive(message, now)
    const records = backup.tally.taken - before
    this.heardRecords += records
    return records * this.director.cost.syncRecordPs
  }

  private set(tells: boolean, listens: boolean, now: Time): void {
    const { sync } = this.director.ipvs
    const { syncId } = this.options
    if (sync.backup !== null && !listens) sync.stopBackup()
    if (sync.master !== null && !tells) sync.stopMaster()
    if (sync.backup === null && listens) sync.startBackup(syncId)
    if (sync.master === null && tells) {
      const send = (message: Uint8Array, thread: number, then: Time): void => {
        this.send(message, thread, then)
      }
      sync.startMaster({ syncId, maxBytes: MOST_BYTES, send }, now)
    }
  }

  private send(message: Uint8Array, thread: number, now: Time): void {
    if (this.isSilent) return
    this.sentMessages++
    this.sentRecords += message[0] === 0 ? message[COUNT_1]! : message[0]!
    const packet = this.pool.takeMessage(UDP, message, message.length + HEADERS_BYTES)
    packet.src = this.director.address
    packet.dst = GROUP
    packet.dstPort = FIRST_PORT + thread
    packet.ttl = 1
    this.nic.towards(packet, LISTENERS).receive(packet, now)
  }
}
