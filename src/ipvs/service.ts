// Virtual services and their real servers, and what a scheduler is (spec 1.1, 1.2, 2). Names in
// comments are those of the kernel where its own differ.
import type { Method } from './headers.ts'

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
  schedule(flow: Flow): Destination | null
  destinationAdded?(destination: Destination): void
  /** Told after it has left the list; `place` is where it stood. */
  destinationRemoved?(destination: Destination, place: number): void
  destinationUpdated?(destination: Destination): void
}

/** Makes the scheduler of one service from the destinations that it has by now. */
export type SchedulerMaker = (service: Service) => Scheduler

/** An operator asked for what the kernel refuses; `code` is the error that the kernel gives. */
export class IpvsError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'IpvsError'
    this.code = code
  }
}

/** What is counted of a destination and of a service (spec 6.1); bytes include the IP header. */
export class Counters {
  connections = 0
  inPackets = 0
  inBytes = 0
  outPackets = 0
  outBytes = 0

  reset(): void {
    this.connections = 0
    this.inPackets = 0
    this.inBytes = 0
    this.outPackets = 0
    this.outBytes = 0
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
  readonly counters: Counters = new Counters()

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
}

export class Service {
  readonly protocol: number
  readonly address: number
  /** 0: every port. */
  readonly port: number
  readonly kernel: Kernel
  /** Newest first: a destination is added at the head of the list (spec 1.5). */
  readonly destinations: Destination[] = []
  readonly counters: Counters = new Counters()
  /** sh and mh: an unusable server is replaced by another one. */
  fallback = false
  /** sh and mh: the client's port is hashed, too. */
  hashPort = false
  schedulerName = ''
  scheduler!: Scheduler

  constructor(protocol: number, address: number, port: number, kernel: Kernel) {
    this.protocol = protocol
    this.address = address
    this.port = port
    this.kernel = kernel
  }

  /** Binds a scheduler to the destinations that are there; its state starts anew. */
  bind(name: string, maker: SchedulerMaker): void {
    this.schedulerName = name
    this.scheduler = maker(this)
  }
}

/** A scheduler may choose it: it has a weight and is not overloaded. */
export function isUsable(destination: Destination): boolean {
  return destination.weight > 0 && !destination.overloaded
}
