// What the director does when memory runs out (spec 8, 4.8): drop packets that would open a
// connection, drop entries of the table, go by the secure TCP tables. A simulated director has
// memory enough, so the automatic modes rest and mode 3 alone acts; `freePages` can say otherwise.
import {
  ASSURED,
  CONTROLLED,
  IN_PACKETS,
  RECORD_SHIFT,
  STATE,
  STATE_MASK,
  TEMPLATE,
} from './connection-record.ts'
import type { ConnectionTimers } from './connection-timers.ts'
import type { Connections } from './connections.ts'
import { SCTP, SECOND_PS, TCP } from './headers.ts'
import type { Lifecycle } from './lifecycle.ts'
import { SCTP_ESTABLISHED } from './sctp-states.ts'
import type { Destination } from './service.ts'
import type { StateMachine } from './state-machine.ts'
import type { Sysctls } from './sysctls.ts'
import { ESTABLISHED, SYNACK, SYN_RECV } from './tcp-states.ts'
import { ONE_PACKET_SERVICE } from './service.ts'

const ALWAYS = 3
const AUTOMATIC_ACTIVE = 2
/** Buckets looked through each second: a share of the table. */
const TABLE_SHARE = 32
const AGED_PS = 60 * SECOND_PS
const MOST_PACKETS = 8
const SCTP_INIT1 = 1
const SCTP_INIT = 2

export interface DefenceParts {
  sysctls: Sysctls
  machine: StateMachine
  connections: Connections
  timers: ConnectionTimers
  lifecycle: Lifecycle
  byIndex: readonly Destination[]
  /** A uniform whole number below 2^32. */
  random: () => number
}

export class Defence {
  /** Free and buffer pages of the machine. */
  freePages = Infinity
  private readonly parts: DefenceParts
  /** One of so many packets is dropped; 0: none. */
  private rate = 0
  private counter = 0
  private secureBefore = 0
  private readonly dropCounters = new Int32Array(MOST_PACKETS + 1)

  constructor(parts: DefenceParts) {
    this.parts = parts
  }

  /** Anything to do each second. */
  get isActive(): boolean {
    const { drop_entry, drop_packet, secure_tcp } = this.parts.sysctls
    return drop_entry + drop_packet + secure_tcp > 0
  }

  /** Each second, and when one of the three modes is written. */
  update(): void {
    const { sysctls } = this.parts
    const isShort = this.freePages < sysctls.amemthresh
    this.updatePacketRate(isShort)
    this.updateSecureTcp(isShort)
    const { drop_entry } = sysctls
    if (drop_entry === 1 || drop_entry === 2) sysctls.drop_entry = isShort ? AUTOMATIC_ACTIVE : 1
  }

  /** A packet is about to open a connection: does the defence drop it? */
  dropsPacket(): boolean {
    if (this.rate === 0) return false
    if (--this.counter > 0) return false
    this.counter = this.rate
    return true
  }

  /** Looks through random buckets for entries that may go. */
  dropEntries(now: number): void {
    const { sysctls, connections, random } = this.parts
    if (sysctls.drop_entry < AUTOMATIC_ACTIVE) return
    const length = Math.floor(connections.tableSize / TABLE_SHARE)
    for (const bucket of connections.bucketsOfTable(Array.from({ length }, random))) {
      for (const id of bucket) if (this.mayDrop(id, now)) this.parts.lifecycle.drop(id)
    }
  }

  private updatePacketRate(isShort: boolean): void {
    const { sysctls } = this.parts
    const { drop_packet: mode, amemthresh } = sysctls
    if (mode === ALWAYS) this.rate = sysctls.am_droprate
    else if (mode !== 0 && isShort) {
      this.rate = Math.floor(amemthresh / (amemthresh - this.freePages))
      this.counter = this.rate
      sysctls.drop_packet = AUTOMATIC_ACTIVE
    } else {
      this.rate = 0
      if (mode !== 0) sysctls.drop_packet = 1
    }
  }

  private updateSecureTcp(isShort: boolean): void {
    const { sysctls, machine } = this.parts
    const mode = sysctls.secure_tcp
    const isEffective = mode === ALWAYS || (mode !== 0 && isShort)
    if (isEffective && this.secureBefore < AUTOMATIC_ACTIVE) machine.isSecure = true
    if (!isEffective && this.secureBefore >= AUTOMATIC_ACTIVE) machine.isSecure = false
    if (mode === 1 || mode === 2) sysctls.secure_tcp = isShort ? AUTOMATIC_ACTIVE : 1
    this.secureBefore = sysctls.secure_tcp
  }

  private mayDrop(id: number, now: number): boolean {
    const { connections, byIndex } = this.parts
    const at = id << RECORD_SHIFT
    const { words } = connections
    // Below nothing: dropped a moment ago, together with what it controlled.
    if (words[at + CONTROLLED] !== 0) return false
    const flags = words[at + STATE]!
    const state = flags & STATE_MASK
    if ((flags & TEMPLATE) !== 0) {
      const service = byIndex[connections.destinationOf(id)]?.service
      if (service !== undefined && (service.flags & ONE_PACKET_SERVICE) !== 0) {
        return this.passesAgeTest(id, now)
      }
      return state !== ASSURED
    }
    const protocol = connections.protocolOf(id)
    if (protocol === TCP) {
      if (state === SYN_RECV || state === SYNACK) return true
      return state === ESTABLISHED && this.passesAgeTest(id, now)
    }
    if (protocol === SCTP) {
      if (state === SCTP_INIT1 || state === SCTP_INIT) return true
      return state === SCTP_ESTABLISHED && this.passesAgeTest(id, now)
    }
    return this.passesAgeTest(id, now)
  }

  /** Silent for a minute and of few packets: one in as many as it had packets. */
  private passesAgeTest(id: number, now: number): boolean {
    const { connections, timers } = this.parts
    if (now + timers.timeoutPs(id) < connections.deadlineOf(id) + AGED_PS) return false
    const packets = connections.words[(id << RECORD_SHIFT) + IN_PACKETS]!
    if (packets > MOST_PACKETS || packets === 0) return false
    if (--this.dropCounters[packets]! > 0) return false
    this.dropCounters[packets] = packets
    return true
  }
}
