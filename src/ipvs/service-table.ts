// What the operator configures: services and their destinations in list order (spec 1.1, 1.2, 1.5),
// and the kernel's refusals.
import { isIpv6 } from '../wire/address.ts'
import { DR, NAT, TCP, TUN, type Method, type PacketHeader } from './headers.ts'
import { setThresholds } from './overload.ts'
import type { Routes } from './routes.ts'
import { schedulerNamed } from './schedulers/index.ts'
import {
  IpvsError,
  Service,
  type Destination,
  type Kernel,
  type SchedulerContext,
} from './service.ts'
import {
  checkDestination,
  checkEngine,
  settingsOf,
  type DestinationSpec,
  type ServiceSpec,
} from './service-spec.ts'
import { Counters } from './statistics.ts'
import type { Trash } from './trash.ts'

const METHODS: Record<DestinationSpec['forwarding'], Method> = { nat: NAT, dr: DR, tun: TUN }
const FTP_PORT = 21
const FTP_DATA_PORT = 20
/** net.ipv4.ip_unprivileged_port_start */
const FIRST_UNPRIVILEGED_PORT = 1024
/** What finds a service: of a packet, or of an operator's command. */
export type ServiceKey = Pick<Service, 'family' | 'protocol' | 'address' | 'port' | 'mark'>

export class ServiceTable {
  /** Newest first, services by address before those by firewall mark. */
  readonly services: Service[] = []
  /** What was counted by services that are gone. */
  readonly retired: Counters = new Counters()
  readonly trash: Trash
  private readonly kernel: Kernel
  private readonly routes: Routes
  private readonly context: (now: number) => SchedulerContext
  private hasMarks = false
  private hasEveryPort = false
  private hasFtp = false

  constructor(
    kernel: Kernel,
    routes: Routes,
    trash: Trash,
    context: (now: number) => SchedulerContext,
  ) {
    this.kernel = kernel
    this.routes = routes
    this.trash = trash
    this.context = context
  }

  /**
   * The service of a packet without a connection (spec 1.1): first by its mark, then by its port.
   */
  find(packet: Pick<PacketHeader, 'mark' | 'protocol' | 'dst' | 'dstPort'>): Service | null {
    const { protocol, dst, dstPort } = packet
    if (this.hasMarks && packet.mark !== 0) {
      const marked = this.byMark(packet.mark, isIpv6(dst) ? 6 : 4)
      if (marked !== null) return marked
    }
    const exact = this.byAddress(protocol, dst, dstPort)
    if (exact !== null) return exact
    if (this.hasFtp && protocol === TCP) {
      const mayBeData = dstPort === FTP_DATA_PORT || dstPort >= FIRST_UNPRIVILEGED_PORT
      const ftp = mayBeData ? this.byAddress(protocol, dst, FTP_PORT) : null
      if (ftp !== null) return ftp
    }
    return this.hasEveryPort ? this.byAddress(protocol, dst, 0) : null
  }

  /** The service of an operator's command; null when there is none. */
  named(key: ServiceKey): Service | null {
    if (key.mark !== 0) return this.byMark(key.mark, key.family)
    return this.byAddress(key.protocol, key.address, key.port)
  }

  addService(spec: ServiceSpec, now: number): Service {
    const { protocol, address, port, mark = 0 } = spec
    const family = mark !== 0 ? (spec.family ?? 4) : isIpv6(address) ? 6 : 4
    const maker = schedulerNamed(spec.scheduler)
    checkEngine(spec.engine)
    const service = new Service({ family, protocol, address, port, mark }, this.kernel)
    const settings = settingsOf(spec, family)
    if (this.named(service) !== null) {
      throw new IpvsError('EEXIST', `the service is there already: port ${port}`)
    }
    service.configure(settings)
    service.bind(spec.scheduler, maker, this.context(now))
    this.services.unshift(service)
    this.remember()
    return service
  }

  /** Flags count from the next packet on; another scheduler starts from what is there. */
  editService(service: Service, spec: ServiceSpec, now: number): void {
    const maker = schedulerNamed(spec.scheduler)
    checkEngine(spec.engine)
    service.configure(settingsOf(spec, service.family))
    if (spec.scheduler !== service.schedulerName) {
      service.bind(spec.scheduler, maker, this.context(now))
    }
  }

  /** Its destinations go to the trash without a word to the scheduler; connections survive. */
  deleteService(service: Service, now: number): void {
    this.services.splice(this.services.indexOf(service), 1)
    service.scheduler.unbound?.()
    for (const destination of service.destinations) this.trash.add(destination, now)
    service.destinations.length = 0
    this.retired.add(service.counters)
    this.remember()
  }

  /**
   * Inserts at the head of the list: the newest destination is the first that a scheduler meets.
   */
  addDestination(service: Service, spec: DestinationSpec): Destination {
    checkDestination(service, spec, this.routes)
    const { address, port } = spec
    if (service.destinations.some((each) => each.address === address && each.port === port)) {
      throw new IpvsError('EEXIST', `the destination is there already: port ${port}`)
    }
    const destination = this.trash.revive(service, spec) ?? this.create(service, spec)
    destination.lastWeight = spec.weight
    this.configure(destination, spec)
    destination.available = true
    service.destinations.unshift(destination)
    service.scheduler.destinationAdded?.(destination)
    return destination
  }

  /** Existing connections keep the forwarding method that they were opened with. */
  editDestination(service: Service, destination: Destination, spec: DestinationSpec): void {
    checkDestination(service, spec, this.routes)
    placeOf(service, destination)
    if (spec.weight !== 0) destination.lastWeight = spec.weight
    this.configure(destination, spec)
    service.scheduler.destinationUpdated?.(destination)
  }

  removeDestination(service: Service, destination: Destination, now: number): void {
    const place = placeOf(service, destination)
    destination.available = false
    service.destinations.splice(place, 1)
    service.scheduler.destinationRemoved?.(destination, place)
    this.trash.add(destination, now)
  }

  /** Every counter of the namespace together. */
  totals(): Counters {
    const sum = new Counters()
    sum.add(this.retired)
    for (const { counters } of this.services) sum.add(counters)
    return sum
  }

  private byAddress(protocol: number, address: number, port: number): Service | null {
    for (const service of this.services) {
      if (service.port !== port || service.address !== address) continue
      if (service.protocol === protocol && service.mark === 0) return service
    }
    return null
  }

  private byMark(mark: number, family: 4 | 6): Service | null {
    for (const service of this.services) {
      if (service.mark === mark && service.family === family) return service
    }
    return null
  }

  private remember(): void {
    this.services.sort((a, b) => Number(a.mark !== 0) - Number(b.mark !== 0))
    this.hasMarks = this.services.some(({ mark }) => mark !== 0)
    this.hasEveryPort = this.services.some(({ port }) => port === 0)
    this.hasFtp = this.services.some(({ port }) => port === FTP_PORT)
  }

  private create(service: Service, { address, port }: DestinationSpec): Destination {
    return this.trash.create(service, address, port)
  }

  private configure(destination: Destination, spec: DestinationSpec): void {
    destination.weight = spec.weight
    destination.method = METHODS[spec.forwarding]
    destination.routeGeneration = -1
    destination.tunnelType = spec.tunnelType ?? 0
    destination.tunnelPort = spec.tunnelPort ?? 0
    destination.tunnelFlags = spec.tunnelFlags ?? 0
    if (spec.tag !== undefined) destination.tag = spec.tag
    const { upperThreshold = 0, lowerThreshold = 0 } = spec
    setThresholds(destination, upperThreshold, lowerThreshold, this.kernel)
  }
}

function placeOf(service: Service, destination: Destination): number {
  const place = service.destinations.indexOf(destination)
  if (place < 0) throw new IpvsError('ENOENT', 'the service has no such destination')
  return place
}
