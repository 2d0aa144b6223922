// Virtual services and their real servers, and what a scheduler is (spec 1.1, 1.2, 2). Names in
// comments are those of the kernel where its own differ.
import type { Method, TunnelType } from './headers.ts'
import type { Route } from './routes.ts'
import type { Tasks } from './tasks.ts'
import { Counters, Statistics } from './statistics.ts'

export type Kernel = '6.1' | 'classic'

/**
 * What a connection is opened for: the five-tuple of its first packet. A packet header is one, too.
 */
export interface Flow {
  protocol: number
  src: number
  srcPort: number
  dst: number
  dstPort: number
}

/** Chooses a destination for each new connection of one service: the kernel's ip_vs_scheduler. */
export interface Scheduler {
  schedule(flow: Flow, now: number): Destination | null
  destinationAdded?(destination: Destination): void
  /** Told after it has left the list; `place` is where it stood. */
  destinationRemoved?(destination: Destination, place: number): void
  destinationUpdated?(destination: Destination): void
  /** Another scheduler takes over, or the service goes: what it remembers is forgotten. */
  unbound?(): void
}

/** Makes the scheduler of one service from the destinations that it has by now. */
export type SchedulerMaker = (service: Service, context: SchedulerContext) => Scheduler

/** What a scheduler may know beside its service. */
export interface SchedulerContext {
  /** Of a new binding, ps. */
  now: number
  /** A uniform whole number from 0 to 2^32 - 1, of the director's own stream (twos). */
  random: () => number
  tasks: Tasks
  /** How long lblc and lblcr keep an address that nobody asks for, in ticks. */
  cacheTicks: (scheduler: 'lblc' | 'lblcr') => number
}

/** An operator asked for what the kernel refuses; `code` is the error that the kernel gives. */
export class IpvsError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'IpvsError'
    this.code = code
  }
}

/** A real server of a service. */
export class Destination {
  readonly address: number
  /** 0: the port of the packet. */
  readonly port: number
  /** Its place in the connection table's list of destinations. */
  readonly index: number
  /** Whatever the caller wants to find again; -1 when nothing was said. */
  tag = -1
  weight = 0
  /** The last weight given that was not 0, which `mh` builds its table from. */
  lastWeight = 0
  method: Method = 0
  tunnelType: TunnelType = 0
  tunnelPort = 0
  /** Checksums of the tunnel: TUNNEL_CSUM, TUNNEL_REMCSUM. */
  tunnelFlags = 0
  service: Service
  /** Linked into its service: false while in the trash. */
  available = false
  overloaded = false
  /** 0: no limit. */
  upperThreshold = 0
  /** As configured; 0 stands for three quarters of the upper one. */
  lowerThreshold = 0
  /** The kernel's activeconns. */
  activeConnections = 0
  /** The kernel's totalconns, inactive ones included. */
  totalConnections = 0
  /** Templates: the kernel's persistconns. */
  persistentConnections = 0
  /** Entries of a scheduler's cache that name it (lblc, lblcr). */
  cacheReferences = 0
  /** Where it was found, as long as the routes are of that generation. */
  route: Route | null = null
  routeGeneration = -1
  /**
   * That route was asked for by another method than DR, which takes the server for the next hop of
   * a packet that is not addressed to it. Of a server whose method was changed: spec 5.1, 5.3.
   */
  routeLacksNextHop = false
  /** Of that route, if it leads to another host: what fits, B, and who is next. Else -1 and 0. */
  directMtu = -1
  nextHop = 0
  readonly counters: Counters = new Counters()
  readonly statistics: Statistics = new Statistics(this.counters)

  constructor(service: Service, address: number, port: number, index: number) {
    this.service = service
    this.address = address
    this.port = port
    this.index = index
  }

  /** What ipvsadm shows as InActConn. */
  get inactiveConnections(): number {
    return Math.max(0, this.totalConnections - this.activeConnections)
  }

  /** Nothing knows it but the list that it is in. */
  get isIdle(): boolean {
    return this.totalConnections + this.persistentConnections + this.cacheReferences === 0
  }
}

/** Flags of a service, numbered as in the kernel. */
export const PERSISTENT = 0x1
export const ONE_PACKET_SERVICE = 0x4
export const SCHED_FLAG_1 = 0x8
export const SCHED_FLAG_2 = 0x10
export const SCHED_FLAG_3 = 0x20

export interface ServiceSettings {
  flags: number
  /** How long a template lives, s. */
  timeoutSeconds: number
  /** IPv4: a mask; IPv6: a prefix length. */
  netmask: number
  /** Persistence engine: 'sip', or '' for none. */
  engine: string
}

export class Service {
  readonly family: 4 | 6
  readonly protocol: number
  /** 0 for a service by firewall mark. */
  readonly address: number
  /** 0: every port. */
  readonly port: number
  /** Firewall mark, 0: none. */
  readonly mark: number
  readonly kernel: Kernel
  /** Newest first: a destination is added at the head of the list (spec 1.5). */
  readonly destinations: Destination[] = []
  readonly counters: Counters = new Counters()
  readonly statistics: Statistics = new Statistics(this.counters)
  flags = 0
  timeoutSeconds = 0
  netmask = 0
  engine = ''
  schedulerName = ''
  scheduler!: Scheduler

  constructor(
    key: { family: 4 | 6; protocol: number; address: number; port: number; mark: number },
    kernel: Kernel,
  ) {
    this.family = key.family
    this.protocol = key.protocol
    this.address = key.address
    this.port = key.port
    this.mark = key.mark
    this.kernel = kernel
  }

  /** sh and mh: an unusable server is replaced by another one. */
  get fallback(): boolean {
    return (this.flags & SCHED_FLAG_1) !== 0
  }

  /** sh and mh: the client's port is hashed, too. */
  get hashPort(): boolean {
    return (this.flags & SCHED_FLAG_2) !== 0
  }

  get isOnePacket(): boolean {
    return (this.flags & ONE_PACKET_SERVICE) !== 0
  }

  get isPersistent(): boolean {
    return (this.flags & PERSISTENT) !== 0
  }

  configure(settings: ServiceSettings): void {
    this.flags = settings.flags
    this.timeoutSeconds = settings.timeoutSeconds
    this.netmask = settings.netmask
    this.engine = settings.engine
  }

  /** Binds a scheduler to the destinations that are there; its state starts anew. */
  bind(name: string, maker: SchedulerMaker, context: SchedulerContext): void {
    this.scheduler?.unbound?.()
    this.schedulerName = name
    this.scheduler = maker(this, context)
  }
}

/** A scheduler may choose it: it has a weight and is not overloaded. */
export function isUsable(destination: Destination): boolean {
  return destination.weight > 0 && !destination.overloaded
}
