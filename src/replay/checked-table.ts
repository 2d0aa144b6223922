// A replayed director's services as keepalived's checkers change them. What IPVS refuses keepalived
// logs, and goes on.
import { TCP } from '../ipvs/headers.ts'
import type { Ipvs } from '../ipvs/ipvs.ts'
import { IpvsError, type Destination, type Service } from '../ipvs/service.ts'
import type { CheckedTable } from '../keepalived/quorum.ts'
import type { DestinationRule, ServiceRule } from '../keepalived/service-rules.ts'
import type { Bench } from './bench.ts'
import { isNotBuilt } from './kernel-facts.ts'

export class BenchTable implements CheckedTable {
  private readonly bench: Bench

  constructor(bench: Bench) {
    this.bench = bench
  }

  addService(rule: ServiceRule): void {
    if (isNotBuilt(rule.scheduler)) return
    this.attempt(() => this.ipvs.addService(rule, this.bench.now))
  }

  addDestination(rule: ServiceRule, destination: DestinationRule): void {
    const service = this.serviceOf(rule)
    if (service === undefined) return
    this.attempt(() => this.ipvs.addDestination(service, destination))
  }

  editDestination(rule: ServiceRule, destination: DestinationRule): void {
    const service = this.serviceOf(rule)
    if (service === undefined) return
    const known = destinationOf(service, destination)
    this.attempt(() => {
      if (known === undefined) this.ipvs.addDestination(service, destination)
      else this.ipvs.editDestination(service, known, destination)
    })
  }

  deleteDestination(rule: ServiceRule, destination: DestinationRule): void {
    const service = this.serviceOf(rule)
    const known = service === undefined ? undefined : destinationOf(service, destination)
    if (known === undefined) return
    this.attempt(() => this.ipvs.removeDestination(service!, known, this.bench.now))
  }

  deleteService(rule: ServiceRule): void {
    const service = this.serviceOf(rule)
    if (service !== undefined) this.attempt(() => this.ipvs.deleteService(service, this.bench.now))
  }

  flush(): void {
    this.ipvs.flush(this.bench.now)
  }

  private attempt(change: () => void): void {
    try {
      change()
    } catch (error) {
      if (!(error instanceof IpvsError)) throw error
    }
  }

  private serviceOf(rule: ServiceRule): Service | undefined {
    return this.ipvs.services.find((each) => isServiceOf(each, rule))
  }

  private get ipvs(): Ipvs {
    return this.bench.machine.ipvs
  }
}

function isServiceOf(service: Service, rule: ServiceRule): boolean {
  if (rule.mark !== 0) return service.mark === rule.mark && service.family === rule.family
  const { protocol, address, port, mark } = service
  const isSame = address === rule.address && port === rule.port && mark === 0
  return isSame && protocol === (rule.protocol === 0 ? TCP : rule.protocol)
}

function destinationOf(
  { destinations }: Service,
  { address, port }: DestinationRule,
): Destination | undefined {
  return destinations.find((each) => each.address === address && each.port === port)
}
