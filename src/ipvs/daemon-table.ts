// IPVS as a daemon uses it that keeps services alive: it asks for what it wants, and where the
// kernel refuses it goes on (spec healthchecks.md, 5.4). Every call tells whether it was done.
import { TCP } from './headers.ts'
import type { Ipvs } from './ipvs.ts'
import { IpvsError, type Destination, type Service } from './service.ts'
import type { DestinationSpec, ServiceSpec } from './service-spec.ts'

/** Whose IPVS it is; another one after a crash. */
export interface IpvsHost {
  readonly ipvs: Ipvs
  readonly now: number
}

export class DaemonTable {
  private readonly host: IpvsHost

  constructor(host: IpvsHost) {
    this.host = host
  }

  addService(spec: ServiceSpec): boolean {
    const { ipvs, now } = this.host
    return attempt(() => void ipvs.addService(spec, now))
  }

  addDestination(key: ServiceSpec, spec: DestinationSpec): boolean {
    const service = this.serviceOf(key)
    if (service === undefined) return false
    return attempt(() => void this.host.ipvs.addDestination(service, spec))
  }

  /** A destination that is not there is added. */
  editDestination(key: ServiceSpec, spec: DestinationSpec): boolean {
    const service = this.serviceOf(key)
    if (service === undefined) return false
    const { ipvs } = this.host
    const known = destinationOf(service, spec)
    return attempt(() => {
      if (known === undefined) ipvs.addDestination(service, spec)
      else ipvs.editDestination(service, known, spec)
    })
  }

  deleteDestination(key: ServiceSpec, spec: DestinationSpec): boolean {
    const service = this.serviceOf(key)
    const known = service === undefined ? undefined : destinationOf(service, spec)
    if (service === undefined || known === undefined) return false
    const { ipvs, now } = this.host
    return attempt(() => ipvs.removeDestination(service, known, now))
  }

  deleteService(key: ServiceSpec): boolean {
    const service = this.serviceOf(key)
    if (service === undefined) return false
    const { ipvs, now } = this.host
    return attempt(() => ipvs.deleteService(service, now))
  }

  flush(): void {
    this.host.ipvs.flush(this.host.now)
  }

  private serviceOf(key: ServiceSpec): Service | undefined {
    return this.host.ipvs.services.find((each) => isServiceOf(each, key))
  }
}

function attempt(change: () => void): boolean {
  try {
    change()
    return true
  } catch (error) {
    if (error instanceof IpvsError) return false
    throw error
  }
}

function isServiceOf(service: Service, key: ServiceSpec): boolean {
  if ((key.mark ?? 0) !== 0) return service.mark === key.mark && service.family === key.family
  const { protocol, address, port, mark } = service
  const isSame = address === key.address && port === key.port && mark === 0
  return isSame && protocol === (key.protocol === 0 ? TCP : key.protocol)
}

function destinationOf(
  { destinations }: Service,
  { address, port }: DestinationSpec,
): Destination | undefined {
  return destinations.find((each) => each.address === address && each.port === port)
}
