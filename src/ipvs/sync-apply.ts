// What a record of another director does to the table (spec 7.5): an entry that is known is brought
// up to date, another one is made, bound to the destination that the own services have for it.
import { ipv4, wordOf } from '../wire/address.ts'
import {
  DESTINATION,
  INACTIVE,
  IN_PACKETS,
  KIND,
  NO_CLIENT_PORT,
  NO_OUTPUT,
  RECORD_SHIFT,
  SENT_STATE_MASK,
  SENT_STATE_SHIFT,
  SEQUENCE,
  STATE,
  STATE_MASK,
  SYNCED,
  TEMPLATE,
} from './connection-record.ts'
import type { ConnectionTimers } from './connection-timers.ts'
import type { Connections } from './connections.ts'
import { ANY_PROTOCOL, NAT, type Method } from './headers.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Destination, Flow } from './service.ts'
import type { ServiceTable } from './service-table.ts'
import type { SipTemplates } from './sip.ts'
import type { StateMachine } from './state-machine.ts'
import type { SyncDecision } from './sync-decision.ts'
import {
  SEQUENCE_SHIFT,
  WIRE_INACTIVE,
  WIRE_METHOD,
  WIRE_NO_CLIENT_PORT,
  WIRE_NO_OUTPUT,
  WIRE_SEQUENCE,
  WIRE_TEMPLATE,
  type SyncRecord,
} from './sync-record.ts'
import type { Sysctls } from './sysctls.ts'
import { HZ } from './ticks.ts'

/** A template whose timeout was not said. */
const TEMPLATE_TICKS = 180 * HZ
/** The longest that the kernel's timers take. */
const LONGEST_TICKS = 0x7fffffff

export interface SyncApplyParts {
  connections: Connections
  timers: ConnectionTimers
  lifecycle: Lifecycle
  machine: StateMachine
  table: ServiceTable
  sip: SipTemplates
  decision: SyncDecision
  sysctls: Sysctls
  byIndex: readonly Destination[]
}

export class SyncApply {
  private readonly parts: SyncApplyParts
  /** The key of the entry, written anew for each record. */
  private readonly flow: Flow = { protocol: 0, src: 0, srcPort: 0, dst: 0, dstPort: 0 }

  constructor(parts: SyncApplyParts) {
    this.parts = parts
  }

  apply(record: SyncRecord, now: number): void {
    this.readKey(record)
    let id = this.find(record)
    if (id >= 0 && (record.flags & WIRE_TEMPLATE) === 0 && this.isElsewhere(id, record)) {
      // A late message of a conversation whose client has begun another one since.
      if ((record.flags & WIRE_INACTIVE) !== 0) return
      this.parts.timers.expireNow(id, now)
      id = -1
    }
    if (id < 0) id = this.open(record, now)
    else this.update(id, record)
    this.settle(id, record, now)
  }

  private readKey(record: SyncRecord): void {
    const { flow } = this
    const isMark = record.protocol === ANY_PROTOCOL && record.isIpv6
    flow.protocol = record.protocol
    flow.src = record.client
    flow.srcPort = record.clientPort
    // A firewall mark stands in the first word.
    flow.dst = isMark ? ipv4(wordOf(record.virtual, 0)) : record.virtual
    flow.dstPort = record.virtualPort
  }

  private find({ flags, engineData, engine }: SyncRecord): number {
    const { connections, sip } = this.parts
    const { flow } = this
    if ((flags & WIRE_TEMPLATE) === 0) return connections.fromClient(flow)
    if (engine !== '') return sip.find(engineData, flow)
    return connections.template(flow.protocol, flow.src, flow.dst, flow.dstPort)
  }

  private isElsewhere(id: number, { server, serverPort }: SyncRecord): boolean {
    const { connections } = this.parts
    return connections.serverOf(id) !== server || connections.serverPortOf(id) !== serverPort
  }

  /** Of an entry that is there, its being active and its sequence bits follow the record. */
  private update(id: number, record: SyncRecord): void {
    const { words } = this.parts.connections
    const at = (id << RECORD_SHIFT) + STATE
    const before = words[at]!
    const destination = this.parts.byIndex[this.parts.connections.destinationOf(id)]
    const isInactive = (record.flags & WIRE_INACTIVE) !== 0
    const wasInactive = (before & INACTIVE) !== 0
    if (destination !== undefined && (before & TEMPLATE) === 0 && isInactive !== wasInactive) {
      destination.activeConnections += isInactive ? -1 : 1
    }
    const sequence = (record.flags & WIRE_SEQUENCE) << SEQUENCE_SHIFT
    words[at] = (before & ~(INACTIVE | SEQUENCE)) | (isInactive ? INACTIVE : 0) | sequence
    if (destination !== undefined) return
    const found = this.destinationOf(record)
    if (found !== null) this.bind(id, found)
  }

  private open(record: SyncRecord, now: number): number {
    const { connections, decision, sip } = this.parts
    const method = (record.flags & WIRE_METHOD) as Method
    const { server, serverPort } = record
    const id = connections.open(this.flow, server, serverPort, method, -1, tableFlags(record))
    if (record.mark !== 0) connections.particulars.setMark(id, record.mark)
    if (record.engine !== '') sip.remember(id, record.engineData, this.flow)
    decision.meet(id, now, true)
    const found = this.destinationOf(record)
    if (found !== null) this.bind(id, found)
    return id
  }

  /** The own destination of that address (spec 7.5, 4). */
  private destinationOf({ mark, server, serverPort, flags }: SyncRecord): Destination | null {
    const { protocol, dst, dstPort } = this.flow
    const service = this.parts.table.find({ mark, protocol, dst, dstPort })
    if (service === null) return null
    const isAnyPortFirst = service.mark !== 0 && (flags & WIRE_METHOD) !== NAT
    const ports = isAnyPortFirst ? [0, serverPort] : [serverPort, 0]
    for (const port of ports) {
      const found = service.destinations.find(
        (each) => each.address === server && each.port === port,
      )
      if (found !== undefined) return found
    }
    return null
  }

  /** Method and NOOUTPUT are the own destination's; of a template, its being inactive, too. */
  private bind(id: number, destination: Destination): void {
    const { words } = this.parts.connections
    const at = id << RECORD_SHIFT
    const { method, index } = destination
    words[at + KIND] = (words[at + KIND]! & ~0xff00) | (method << 8)
    words[at + DESTINATION] = index
    let word = words[at + STATE]! & ~NO_OUTPUT
    if (method !== NAT) word |= NO_OUTPUT
    if ((word & TEMPLATE) !== 0) word |= INACTIVE
    words[at + STATE] = word
    this.parts.lifecycle.bound(destination, word)
  }

  /** State and timer: the full timeout from now on. */
  private settle(id: number, record: SyncRecord, now: number): void {
    const { connections, machine, timers, sysctls } = this.parts
    const { words } = connections
    const at = id << RECORD_SHIFT
    const kept = words[at + STATE]! & ~(STATE_MASK | SENT_STATE_MASK)
    words[at + STATE] = kept | record.state | (record.state << SENT_STATE_SHIFT)
    words[at + IN_PACKETS] = sysctls.sync_threshold[0]
    if (record.sequence !== null) connections.particulars.setSequence(id, record.sequence)
    let ticks = Math.min(record.timeoutSeconds * HZ, LONGEST_TICKS)
    if (ticks === 0) {
      const isTemplate = (record.flags & WIRE_TEMPLATE) !== 0
      ticks = isTemplate ? TEMPLATE_TICKS : machine.timeoutOf(record.protocol, record.state)
    }
    timers.restart(id, ticks, now)
  }
}

function tableFlags({ flags }: SyncRecord): number {
  let word = SYNCED | ((flags & WIRE_SEQUENCE) << SEQUENCE_SHIFT)
  if ((flags & WIRE_INACTIVE) !== 0) word |= INACTIVE
  if ((flags & WIRE_NO_OUTPUT) !== 0) word |= NO_OUTPUT
  if ((flags & WIRE_TEMPLATE) !== 0) word |= TEMPLATE
  if ((flags & WIRE_NO_CLIENT_PORT) !== 0) word |= NO_CLIENT_PORT
  return word
}
