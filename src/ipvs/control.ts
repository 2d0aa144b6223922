// What an operator does to a director (spec 1.5, 8, 9a): services, destinations, timeouts,
// variables; and what the kernel does by itself in between: expiry, estimator, defence.
import { ConnectionTimers, type TimerHost } from './connection-timers.ts'
import { Connections } from './connections.ts'
import { DESTINATION, CONTROLLED, RECORD_SHIFT } from './connection-record.ts'
import { Defence } from './defence.ts'
import { Ftp } from './ftp.ts'
import { Forwarding } from './forward.ts'
import { IpvsError } from './service.ts'
import { GUE, NAT, TCP, TCP_RST, TUN, type PacketHeader } from './headers.ts'
import { Lifecycle } from './lifecycle.ts'
import type { Routes } from './routes.ts'
import { Scheduling } from './scheduling.ts'
import { SCTP_ABORT } from './sctp-states.ts'
import type { Destination, Kernel, Service } from './service.ts'
import { ServiceTable } from './service-table.ts'
import { type DestinationSpec, type ServiceSpec } from './service-spec.ts'
import { SipTemplates } from './sip.ts'
import { StateMachine } from './state-machine.ts'
import { Counters, Statistics } from './statistics.ts'
import { defaultSysctls, writeSysctl, type Sysctls } from './sysctls.ts'
import { Tasks } from './tasks.ts'
import { HZ, TickClock } from './ticks.ts'
import { Synchronisation } from './synchronisation.ts'
import { Trash } from './trash.ts'

export interface IpvsOptions {
  tableSize: number
  kernel: Kernel
  timers: TimerHost
  routes: Routes
  /** The kernel's tick counter at time 0. */
  firstTick?: number
  /** A uniform whole number below 2^32, of a stream that nobody else draws from. */
  random?: () => number
  /**
   * Kernels before 5.9: a SYN of a tracked connection that is over is dropped, and the next one
   * scheduled (kube-proxy.md, 3.1).
   */
  dropsReused?: boolean
  /**
   * When the estimator first takes its snapshot, in ticks from time 0; without it there is none.
   */
  estimateAt?: number
}

/** What the host is asked to call back with, beside connections. */
const TASKS = -1
const DEFENCE_TICKS = HZ
const ESTIMATOR_TICKS = 2 * HZ
const MODES = ['drop_entry', 'drop_packet', 'secure_tcp']
const LONGEST_TIMEOUT = Math.floor(0x7fffffff / HZ)

export class Control {
  readonly connections: Connections
  readonly sysctls: Sysctls = defaultSysctls()
  readonly services: Service[]
  readonly machine: StateMachine
  readonly forwarding: Forwarding
  readonly totals: Statistics
  readonly clock: TickClock
  readonly defence: Defence
  readonly sip: SipTemplates = new SipTemplates()
  readonly sync: Synchronisation
  protected readonly timers: ConnectionTimers
  readonly ftp: Ftp
  protected readonly lifecycle: Lifecycle
  protected readonly scheduling: Scheduling
  protected readonly table: ServiceTable
  protected readonly byIndex: Destination[]
  private readonly tasks: Tasks
  private readonly totalCounters = new Counters()
  private isDefending = false

  constructor(options: IpvsOptions) {
    const random = options.random ?? (() => 0)
    this.clock = new TickClock(options.firstTick ?? 0)
    this.tasks = new Tasks(this.clock, (at) => options.timers.expireAt(TASKS, at))
    this.connections = new Connections(options.tableSize)
    const { kernel } = options
    const trash = new Trash(this.tasks)
    this.byIndex = trash.byIndex
    this.table = new ServiceTable(kernel, options.routes, trash, (now) => ({
      now,
      random,
      tasks: this.tasks,
      cacheTicks: (name) => this.sysctls[`${name}_expiration`] * HZ,
    }))
    this.services = this.table.services
    this.timers = new ConnectionTimers(this.connections, options.timers, this.clock)
    this.lifecycle = new Lifecycle(this.connections, this.timers, this.byIndex, kernel, this.sip)
    this.machine = new StateMachine(this.connections, this.timers, this.byIndex)
    this.forwarding = new Forwarding(this.connections, this.sysctls, options.routes)
    this.defence = new Defence({
      ...{ sysctls: this.sysctls, machine: this.machine, connections: this.connections, random },
      ...{ timers: this.timers, lifecycle: this.lifecycle, byIndex: this.byIndex },
    })
    this.scheduling = new Scheduling({
      ...{ kernel, sysctls: this.sysctls, services: this.table, connections: this.connections },
      ...{ timers: this.timers, lifecycle: this.lifecycle, defence: this.defence },
      ...{ sip: this.sip, routes: options.routes, byIndex: this.byIndex },
    })
    this.ftp = new Ftp({
      ...{ connections: this.connections, lifecycle: this.lifecycle },
      ...{ timers: this.timers, machine: this.machine },
    })
    this.sync = new Synchronisation({
      ...{ connections: this.connections, timers: this.timers, lifecycle: this.lifecycle },
      ...{ machine: this.machine, table: this.table, sip: this.sip, sysctls: this.sysctls },
      ...{ tasks: this.tasks, clock: this.clock, byIndex: this.byIndex },
    })
    this.totals = new Statistics(this.totalCounters)
    if (options.estimateAt !== undefined) {
      this.tasks.at(options.estimateAt, (now) => this.estimate(now))
    }
  }

  /** An entry asked for by `expireAt` has fired. */
  connectionDue(connection: number, at: number): void {
    if (connection === TASKS) this.tasks.runUntil(at)
    else if (this.timers.isOver(connection, at)) this.lifecycle.expire(connection, at)
  }

  addService(spec: ServiceSpec, now = 0): Service {
    return this.table.addService(spec, now)
  }

  editService(service: Service, spec: ServiceSpec, now = 0): void {
    this.table.editService(service, spec, now)
  }

  deleteService(service: Service, now: number): void {
    this.table.deleteService(service, now)
    this.flushUnavailable(now)
  }

  /** All services go. */
  flush(now: number): void {
    for (const service of [...this.services]) this.table.deleteService(service, now)
    this.flushUnavailable(now)
  }

  addDestination(service: Service, spec: DestinationSpec): Destination {
    this.sync.checkDestination(service, spec)
    return this.table.addDestination(service, spec)
  }

  editDestination(service: Service, destination: Destination, spec: DestinationSpec): void {
    this.sync.checkDestination(service, spec)
    this.table.editDestination(service, destination, spec)
  }

  removeDestination(service: Service, destination: Destination, now: number): void {
    this.table.removeDestination(service, destination, now)
    this.flushUnavailable(now)
  }

  /** The service that an operator means. */
  named(key: Parameters<ServiceTable['named']>[0]): Service | null {
    return this.table.named(key)
  }

  /** `ipvsadm --set`, s; 0 leaves one as it is, and one mistake leaves all. */
  setTimeouts(tcp: number, tcpFin: number, udp: number): void {
    if ([tcp, tcpFin, udp].some((seconds) => seconds < 0 || seconds > LONGEST_TIMEOUT)) {
      throw new IpvsError('EINVAL', `a timeout is not between 0 and ${LONGEST_TIMEOUT} s`)
    }
    this.machine.setTimeouts(tcp, tcpFin, udp)
  }

  /** Zeroes what readers see, of one service or of all. */
  zero(service: Service | null): void {
    for (const each of service === null ? this.services : [service]) {
      for (const destination of each.destinations) destination.statistics.zero()
      each.statistics.zero()
    }
    if (service === null) this.totals.zero()
  }

  /** Writes a variable of net.ipv4.vs as its file takes it. */
  setSysctl(name: string, text: string, now: number): void {
    const before = this.sysctls[name as keyof Sysctls]
    writeSysctl(this.sysctls, name, text)
    if (!MODES.includes(name) || this.sysctls[name as keyof Sysctls] === before) return
    this.defence.update()
    if (this.isDefending || !this.defence.isActive) return
    this.isDefending = true
    this.tasks.after(DEFENCE_TICKS, now, (then) => this.defend(then))
  }

  /** Live sums over all services, those that are gone included. */
  liveTotals(): Counters {
    return this.table.totals()
  }

  /** A server of NAT that a packet could come from (spec 1.2), and that may be told something. */
  protected isNatServer({ src, srcPort, protocol, tcpFlags, chunk }: PacketHeader): boolean {
    if (protocol === TCP && (tcpFlags & TCP_RST) !== 0) return false
    if (chunk === SCTP_ABORT) return false
    return this.services.some(
      (service) =>
        (service.mark !== 0 || service.protocol === protocol) &&
        service.destinations.some(
          ({ method, address, port }) => method === NAT && address === src && port === srcPort,
        ),
    )
  }

  /** A tunnel of that type and port to that address; null when nobody has one. */
  tunnelTo(address: number, type: number, port: number): Destination | null {
    for (const service of this.services) {
      for (const each of service.destinations) {
        if (each.method !== TUN || each.address !== address || each.tunnelType !== type) continue
        if (type !== GUE || each.tunnelPort === port) return each
      }
    }
    return null
  }

  private estimate(now: number): void {
    if (this.sysctls.run_estimation !== 0) {
      this.totalCounters.reset()
      this.totalCounters.add(this.table.totals())
      this.totals.tick()
      for (const service of this.services) {
        service.statistics.tick()
        for (const { statistics } of service.destinations) statistics.tick()
      }
    }
    this.tasks.after(ESTIMATOR_TICKS, now, (then) => this.estimate(then))
  }

  private defend(now: number): void {
    this.defence.update()
    this.defence.dropEntries(now)
    this.isDefending = this.defence.isActive
    if (this.isDefending) this.tasks.after(DEFENCE_TICKS, now, (then) => this.defend(then))
  }

  /** With expire_nodest_conn, the connections of servers that are gone go at the next tick. */
  private flushUnavailable(now: number): void {
    if (this.sysctls.expire_nodest_conn === 0) return
    this.tasks.after(1, now, () => {
      const { connections, byIndex } = this
      const gone: number[] = []
      connections.forEach((id) => {
        const at = id << RECORD_SHIFT
        const destination = byIndex[connections.words[at + DESTINATION]!]
        if (destination === undefined || destination.available) return
        if (connections.words[at + CONTROLLED] === 0) gone.push(id)
      })
      for (const id of gone) this.lifecycle.dropWithController(id)
    })
  }
}
