// What keepalived makes of its checkers' findings in IPVS (spec healthchecks.md, 5): servers leave
// and return, and where too few are left, the sorry server stands in for all.
import { flagOf } from './conf-tree.ts'
import { serviceRule, destinationRule } from './service-rules.ts'
import type { DestinationRule, ServiceRule } from './service-rules.ts'
import { startServices, startsWithQuorum, type ServiceTable } from './service-start.ts'
import type { CheckedServer, SorryServer, VirtualServer } from './virtual-servers.ts'

/** IPVS as checkers use it; what it refuses is logged, and keepalived goes on. */
export interface CheckedTable extends ServiceTable {
  /** A server that is not there is added. */
  editDestination(service: ServiceRule, rule: DestinationRule): void
  deleteDestination(service: ServiceRule, rule: DestinationRule): void
  deleteService(service: ServiceRule): void
  /** Every service goes, whoever made it. */
  flush(): void
}

/** What happened, for a log; the programs that keepalived would run with it are named by kind. */
export interface QuorumEvent {
  kind: 'server up' | 'server down' | 'quorum gained' | 'quorum lost'
  virtual: string
  /** What the virtual server is in IPVS. */
  entries: ServiceRule[]
  server: CheckedServer | null
}

const SORRY_WEIGHT = 1
const LARGEST_WEIGHT = 0x7fffffff

export class ServerState {
  target: CheckedServer
  /** Checkers that hold it to be down. */
  failed: number
  /** In force: as configured, or as programs weigh it. */
  weight: number

  constructor(target: CheckedServer, failed: number) {
    this.target = target
    this.failed = failed
    this.weight = target.weight
  }

  get isAlive(): boolean {
    return this.failed === 0
  }
}

export class Quorum {
  server: VirtualServer
  readonly states: ServerState[]
  hasQuorum = false
  private readonly table: CheckedTable
  private readonly say: (event: QuorumEvent) => void

  constructor(
    server: VirtualServer,
    states: ServerState[],
    table: CheckedTable,
    say: (event: QuorumEvent) => void,
  ) {
    this.server = server
    this.states = states
    this.table = table
    this.say = say
  }

  start(): void {
    startServices([this.server], this.table)
    this.hasQuorum = startsWithQuorum(this.server)
    if (this.hasQuorum) this.tell('quorum gained')
    else if (this.server.sorry !== null) this.tell('quorum lost')
  }

  /** A checker has changed its mind about a server. */
  judge(state: ServerState, isUp: boolean): void {
    const wasAlive = state.isAlive
    state.failed += isUp ? -1 : 1
    if (state.isAlive === wasAlive) return
    if (!this.isSorryIn) this.place(state, state.isAlive)
    this.tell(state.isAlive ? 'server up' : 'server down', state.target)
    this.evaluate()
  }

  /** A weight changes at once, where the server is in the pool. */
  weigh(state: ServerState, weight: number): void {
    const clamped = Math.min(Math.max(weight, 0), LARGEST_WEIGHT)
    if (clamped === state.weight) return
    state.weight = clamped
    if (state.isAlive && !this.isSorryIn) this.edit(state.target, clamped)
    this.evaluate()
  }

  /** Every server leaves, then the service: as a polite end has it. */
  stop(): void {
    const { sorry } = this.server
    for (const state of this.states) {
      if (this.isInTable(state)) this.remove(state.target)
    }
    if (sorry !== null && (this.isSorryIn || sorry.isInhibited)) this.remove(sorry)
    this.deleteServices()
  }

  /** The services go with all that they have. */
  deleteServices(): void {
    for (const service of this.services()) this.table.deleteService(service)
  }

  /** What is told at a polite end, where the configuration wants it told (omega). */
  sayOmega(): void {
    if (flagOf(this.server.block, 'omega') !== true) return
    for (const { isAlive, target } of this.states) if (isAlive) this.tell('server down', target)
    if (this.hasQuorum) this.tell('quorum lost')
  }

  /** A server that the configuration has no more. */
  drop(state: ServerState): void {
    this.states.splice(this.states.indexOf(state), 1)
    if (!this.isInTable(state)) return
    if (state.target.isInhibited) this.edit(state.target, 0)
    this.remove(state.target)
  }

  /** A server that the configuration has anew. */
  admit(state: ServerState, place: number): void {
    this.states.splice(place, 0, state)
    const isIn = state.isAlive && !this.isSorryIn
    if (isIn) this.add(state.target, state.weight)
    else if (state.target.isInhibited) this.add(state.target, 0)
  }

  evaluate(): void {
    const { quorum, hysteresis } = this.server
    const sum = this.states.reduce((all, { isAlive, weight }) => all + (isAlive ? weight : 0), 0)
    if (!this.hasQuorum && sum >= quorum + hysteresis) this.gain()
    else if (this.hasQuorum && (sum === 0 || sum < quorum - hysteresis)) this.lose()
  }

  private gain(): void {
    const { sorry } = this.server
    this.hasQuorum = true
    if (sorry !== null) {
      if (sorry.isInhibited) this.edit(sorry, 0)
      else this.remove(sorry)
      for (const state of this.states) if (state.isAlive) this.place(state, true)
    }
    this.tell('quorum gained')
  }

  private lose(): void {
    const { sorry } = this.server
    this.hasQuorum = false
    if (sorry !== null) {
      for (const state of this.states) if (state.isAlive) this.place(state, false)
      if (sorry.isInhibited) this.edit(sorry, SORRY_WEIGHT)
      else this.add(sorry, SORRY_WEIGHT)
    }
    this.tell('quorum lost')
  }

  /** The sorry server stands in: servers' changes are kept for later. */
  private get isSorryIn(): boolean {
    return this.server.sorry !== null && !this.hasQuorum
  }

  private isInTable({ isAlive, target }: ServerState): boolean {
    return target.isInhibited || (isAlive && !this.isSorryIn)
  }

  private place({ target, weight }: ServerState, isIn: boolean): void {
    if (target.isInhibited) this.edit(target, isIn ? weight : 0)
    else if (isIn) this.add(target, weight)
    else this.remove(target)
  }

  private add(target: CheckedServer | SorryServer, weight: number): void {
    this.forEach(target, weight, (service, rule) => this.table.addDestination(service, rule))
  }

  private edit(target: CheckedServer | SorryServer, weight: number): void {
    this.forEach(target, weight, (service, rule) => this.table.editDestination(service, rule))
  }

  private remove(target: CheckedServer | SorryServer): void {
    this.forEach(target, 0, (service, rule) => this.table.deleteDestination(service, rule))
  }

  /** In every service that the virtual server stands for. */
  private forEach(
    target: CheckedServer | SorryServer,
    weight: number,
    act: (service: ServiceRule, rule: DestinationRule) => void,
  ): void {
    for (const entry of this.server.entries) {
      act(serviceRule(this.server, entry), destinationRule(entry, target, weight))
    }
  }

  private services(): ServiceRule[] {
    return this.server.entries.map((entry) => serviceRule(this.server, entry))
  }

  private tell(kind: QuorumEvent['kind'], server: CheckedServer | null = null): void {
    this.say({ kind, virtual: this.server.name, entries: this.services(), server })
  }
}
