// What the operator configures: services, their destinations in list order, and the trash (spec
// 1.1, 1.2, 1.5 to 1.7). A removed destination waits in the trash, because its connections come
// alive again when it is added once more. The kernel's reaper is left out: it only takes
// destinations without connections, and all that would change for one that returns after its three
// minutes is that its statistics began at zero.
import { DR, NAT, TUN, type Method } from './headers.ts'
import { setThresholds } from './overload.ts'
import { schedulerNamed } from './schedulers/index.ts'
import { Destination, IpvsError, Service, type Flow, type Kernel } from './service.ts'

export interface ServiceSpec {
  protocol: number
  address: number
  /** 0: every port. */
  port: number
  scheduler: string
  /** sh-port, sh-fallback, mh-port, mh-fallback, or the kernel's flag-1 and flag-2. */
  flags: string[]
}

export interface DestinationSpec {
  address: number
  /** 0: the port of the packet. */
  port: number
  weight: number
  forwarding: 'nat' | 'dr' | 'tun'
  upperThreshold?: number
  lowerThreshold?: number
  tag?: number
}

const METHODS: Record<DestinationSpec['forwarding'], Method> = { nat: NAT, dr: DR, tun: TUN }
const FALLBACK_FLAGS = ['flag-1', 'sh-fallback', 'mh-fallback']
const PORT_FLAGS = ['flag-2', 'sh-port', 'mh-port']
const LARGEST_THRESHOLD = 0x7fffffff

export class ServiceTable {
  readonly services: Service[] = []
  /** Every destination there ever was, by its index; connections refer to them. */
  readonly byIndex: Destination[] = []
  private readonly kernel: Kernel
  /** Newest first. */
  private readonly trash: Destination[] = []
  private hasEveryPort = false

  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  /**
   * The service of a packet without a connection: its port exactly, or else the service of every
   * port.
   */
  find(flow: Flow): Service | null {
    return this.exact(flow, flow.dstPort) ?? (this.hasEveryPort ? this.exact(flow, 0) : null)
  }

  addService(spec: ServiceSpec): Service {
    const maker = schedulerNamed(spec.scheduler)
    const flow = { protocol: spec.protocol, dst: spec.address, src: 0, srcPort: 0, dstPort: 0 }
    if (this.exact(flow, spec.port) !== null) {
      throw new IpvsError('EEXIST', `the service is there already: port ${spec.port}`)
    }
    const service = new Service(spec.protocol, spec.address, spec.port, this.kernel)
    setFlags(service, spec.flags)
    service.bind(spec.scheduler, maker)
    this.services.push(service)
    if (spec.port === 0) this.hasEveryPort = true
    return service
  }

  /**
   * Flags count from the next packet on; another scheduler starts from the destinations that are
   * there.
   */
  editService(service: Service, spec: { scheduler: string; flags: string[] }): void {
    const maker = schedulerNamed(spec.scheduler)
    setFlags(service, spec.flags)
    if (spec.scheduler !== service.schedulerName) service.bind(spec.scheduler, maker)
  }

  /**
   * Inserts at the head of the list: the newest destination is the first that a scheduler meets.
   */
  addDestination(service: Service, spec: DestinationSpec): Destination {
    check(spec)
    const { address, port } = spec
    if (service.destinations.some((each) => each.address === address && each.port === port)) {
      throw new IpvsError('EEXIST', `the destination is there already: port ${port}`)
    }
    const destination = this.revive(service, spec) ?? this.create(service, spec)
    destination.lastWeight = spec.weight
    this.configure(destination, spec)
    destination.available = true
    service.destinations.unshift(destination)
    service.scheduler.destinationAdded?.(destination)
    return destination
  }

  /** Existing connections keep the forwarding method that they were opened with. */
  editDestination(service: Service, destination: Destination, spec: DestinationSpec): void {
    check(spec)
    this.placeOf(service, destination)
    if (spec.weight !== 0) destination.lastWeight = spec.weight
    this.configure(destination, spec)
    service.scheduler.destinationUpdated?.(destination)
  }

  removeDestination(service: Service, destination: Destination): void {
    const place = this.placeOf(service, destination)
    destination.available = false
    service.destinations.splice(place, 1)
    service.scheduler.destinationRemoved?.(destination, place)
    this.trash.unshift(destination)
  }

  private exact(flow: Flow, port: number): Service | null {
    for (const service of this.services) {
      if (service.port !== port || service.address !== flow.dst) continue
      if (service.protocol === flow.protocol) return service
    }
    return null
  }

  private placeOf(service: Service, destination: Destination): number {
    const place = service.destinations.indexOf(destination)
    if (place < 0) throw new IpvsError('ENOENT', 'the service has no such destination')
    return place
  }

  private create(service: Service, { address, port }: DestinationSpec): Destination {
    const destination = new Destination(service, address, port, this.byIndex.length)
    this.byIndex.push(destination)
    return destination
  }

  /** The same object returns, with connections, counts and overload flag. */
  private revive(service: Service, { address, port }: DestinationSpec): Destination | null {
    const place = this.trash.findIndex(
      (each) =>
        each.address === address &&
        each.port === port &&
        each.service.protocol === service.protocol &&
        each.service.address === service.address &&
        each.service.port === service.port,
    )
    if (place < 0) return null
    const [destination] = this.trash.splice(place, 1)
    if (destination!.service !== service) {
      destination!.counters.reset()
      destination!.service = service
    }
    return destination!
  }

  private configure(destination: Destination, spec: DestinationSpec): void {
    destination.weight = spec.weight
    destination.method = METHODS[spec.forwarding]
    if (spec.tag !== undefined) destination.tag = spec.tag
    const { upperThreshold = 0, lowerThreshold = 0 } = spec
    setThresholds(destination, upperThreshold, lowerThreshold, this.kernel)
  }
}

function setFlags(service: Service, flags: string[]): void {
  const unknown = flags.find((flag) => !FALLBACK_FLAGS.includes(flag) && !PORT_FLAGS.includes(flag))
  if (unknown !== undefined) {
    const known = [...FALLBACK_FLAGS, ...PORT_FLAGS].join(', ')
    throw new IpvsError('EINVAL', `unknown flag '${unknown}': expected some of ${known}`)
  }
  service.fallback = flags.some((flag) => FALLBACK_FLAGS.includes(flag))
  service.hashPort = flags.some((flag) => PORT_FLAGS.includes(flag))
}

/** The kernel's checks (spec 1.2) with its error codes. */
function check({ weight, upperThreshold = 0, lowerThreshold = 0 }: DestinationSpec): void {
  if (weight < 0) throw new IpvsError('ERANGE', `weight ${weight}: expected 0 or more`)
  if (lowerThreshold > upperThreshold) {
    throw new IpvsError(
      'ERANGE',
      `lower threshold ${lowerThreshold}: expected at most the upper one, ${upperThreshold}`,
    )
  }
  if (upperThreshold > LARGEST_THRESHOLD) {
    throw new IpvsError('EINVAL', `upper threshold ${upperThreshold}: expected less than 2^31`)
  }
}
