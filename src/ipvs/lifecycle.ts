// How connections begin and end (spec 3.10, 4.6, 4.7): what their destination counts, and who
// controls whom. A template, or the control connection of an FTP session, cannot expire while
// connections live that it controls.
import {
  ASSURED,
  CONTROL,
  CONTROLLED,
  INACTIVE,
  NO_OUTPUT,
  ONE_PACKET,
  RECORD_SHIFT,
  STATE,
  STATE_MASK,
  TEMPLATE,
} from './connection-record.ts'
import type { ConnectionTimers } from './connection-timers.ts'
import type { Connections } from './connections.ts'
import { BYPASS, NAT, UDP } from './headers.ts'
import { afterBind, afterUnbind } from './overload.ts'
import type { Destination, Flow, Kernel } from './service.ts'
import type { SipTemplates } from './sip.ts'
import { HZ } from './ticks.ts'

/** A connection that still controls others when its timer fires stays for so long, from then on. */
const CONTROLLER_TICKS = 60 * HZ

export class Lifecycle {
  private readonly connections: Connections
  private readonly timers: ConnectionTimers
  private readonly byIndex: readonly Destination[]
  private readonly kernel: Kernel
  private readonly sip: SipTemplates
  /** Controllers that have fired at this tick and wait for their second look. */
  private readonly seen = new Set<number>()
  /** Told of every connection whose expiry is put off. */
  onPostponed: (id: number, now: number) => void = () => {}

  constructor(
    connections: Connections,
    timers: ConnectionTimers,
    byIndex: readonly Destination[],
    kernel: Kernel,
    sip: SipTemplates,
  ) {
    this.connections = connections
    this.timers = timers
    this.byIndex = byIndex
    this.kernel = kernel
    this.sip = sip
  }

  /** A connection to a server's port; one-packet scheduling is for UDP alone. */
  connect(flow: Flow, destination: Destination, serverPort: number, isOnePacket: boolean): number {
    const { address, method, index } = destination
    let flags = method === NAT ? INACTIVE : INACTIVE | NO_OUTPUT
    if (isOnePacket && flow.protocol === UDP) flags |= ONE_PACKET
    const id = this.connections.open(flow, address, serverPort, method, index, flags)
    destination.totalConnections++
    afterBind(destination, this.kernel)
    destination.counters.connections++
    destination.service.counters.connections++
    return id
  }

  /** A data connection of FTP, announced on another: at its destination, uncounted (spec 6.1). */
  expectData(flow: Flow, server: number, port: number, control: number, flags: number): number {
    const index = this.connections.destinationOf(control)
    const id = this.connections.open(flow, server, port, NAT, index, INACTIVE | flags)
    const destination = this.byIndex[index]
    if (destination !== undefined) {
      destination.totalConnections++
      afterBind(destination, this.kernel)
    }
    return id
  }

  /** A template; the flow is its key. */
  openTemplate(flow: Flow, destination: Destination, port: number, timeout: number): number {
    const { address, method, index } = destination
    const flags = method === NAT ? INACTIVE | TEMPLATE : INACTIVE | NO_OUTPUT | TEMPLATE
    const id = this.connections.open(flow, address, port, method, index, flags)
    this.timers.setTimeout(id, timeout)
    destination.persistentConnections++
    return id
  }

  /** An entry of another director's has got its destination here; `word` is its STATE. */
  bound(destination: Destination, word: number): void {
    if ((word & TEMPLATE) !== 0) {
      destination.persistentConnections++
      return
    }
    if ((word & INACTIVE) === 0) destination.activeConnections++
    destination.totalConnections++
    afterBind(destination, this.kernel)
  }

  /** Past the servers, to where the packet wanted to go (cache_bypass). */
  bypass(flow: Flow): number {
    return this.connections.open(flow, 0, 0, BYPASS, -1, 0)
  }

  /** The controller stays as long as the connection does. */
  setControl(id: number, controller: number): void {
    const { words } = this.connections
    this.timers.keepOrder()
    words[(id << RECORD_SHIFT) + CONTROL] = controller
    words[(controller << RECORD_SHIFT) + CONTROLLED]!++
  }

  /**
   * The timer has fired: the connection ends, unless it still controls others. Those may end at the
   * same tick, before it or after it, as the kernel's wheel has them: it is looked at again when
   * all
   * of that tick have had their turn.
   */
  expire(id: number, now: number): void {
    const { words } = this.connections
    const isSecondLook = this.seen.delete(id)
    if (words[(id << RECORD_SHIFT) + CONTROLLED]! > 0) {
      if (isSecondLook) return this.postpone(id, now)
      this.seen.add(id)
      return this.timers.lookAgain(id, now)
    }
    const controller = words[(id << RECORD_SHIFT) + CONTROL]!
    if (controller >= 0 && this.timers.firesFirst(controller, id, now)) {
      this.seen.delete(controller)
      this.postpone(controller, now)
    }
    this.destroy(id, false)
  }

  private postpone(id: number, now: number): void {
    this.timers.revive(id, CONTROLLER_TICKS, now)
    this.onPostponed(id, now)
  }

  /**
   * Ends it before its time (spec 4.8); what controlled nothing else and is not assured goes too.
   */
  drop(id: number): void {
    this.destroy(id, this.connections.controlOf(id) >= 0)
  }

  /**
   * Ends it because its server is gone; a controller that controls nothing more goes, assured or
   * not.
   */
  dropWithController(id: number): void {
    const controller = this.connections.controlOf(id)
    this.drop(id)
    if (controller < 0) return
    const isAlone = this.connections.words[(controller << RECORD_SHIFT) + CONTROLLED] === 0
    if (isAlone) this.dropWithController(controller)
  }

  /** The end of a connection that lived for one packet. */
  end(id: number): void {
    this.destroy(id, false)
  }

  private destroy(id: number, isDropped: boolean): void {
    const { words } = this.connections
    const controller = words[(id << RECORD_SHIFT) + CONTROL]!
    this.seen.delete(id)
    this.unbind(id)
    this.connections.remove(id)
    if (controller < 0) return
    const at = controller << RECORD_SHIFT
    const left = --words[at + CONTROLLED]!
    if (!isDropped || left > 0) return
    const flags = words[at + STATE]!
    if ((flags & TEMPLATE) === 0 || (flags & STATE_MASK) !== ASSURED) this.drop(controller)
  }

  private unbind(id: number): void {
    const destination = this.byIndex[this.connections.destinationOf(id)]
    if (destination === undefined) return
    const flags = this.connections.words[(id << RECORD_SHIFT) + STATE]!
    if ((flags & TEMPLATE) !== 0) {
      destination.persistentConnections--
      this.sip.end(id)
      return
    }
    if ((flags & INACTIVE) === 0) destination.activeConnections--
    destination.totalConnections--
    afterUnbind(destination, this.kernel)
  }
}
