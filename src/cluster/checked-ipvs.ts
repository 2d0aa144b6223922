// A director's IPVS as its keepalived changes it, with a line in the log for every change.
import { DaemonTable, type IpvsHost } from '../ipvs/daemon-table.ts'
import type { DestinationSpec, ServiceSpec } from '../ipvs/service-spec.ts'
import type { CheckedTable } from '../keepalived/quorum.ts'
import type { EventLog } from '../measure/event-log.ts'

/** What things are called in the scenario. */
export interface Names {
  /** Number among the servers that are measured; -1: none of them. */
  tagOf(address: number): number
  serverAt(address: number): string
  serviceOf(service: ServiceSpec): string
}

export interface CheckedIpvsOptions {
  /** 'lb1' */
  director: string
  names: Names
  log: EventLog
}

export class CheckedIpvs extends DaemonTable implements CheckedTable {
  private readonly ipvs: IpvsHost
  private readonly options: CheckedIpvsOptions

  constructor(ipvs: IpvsHost, options: CheckedIpvsOptions) {
    super(ipvs)
    this.ipvs = ipvs
    this.options = options
  }

  override addDestination(service: ServiceSpec, spec: DestinationSpec): boolean {
    const tag = this.options.names.tagOf(spec.address)
    const isDone = super.addDestination(service, { ...spec, tag })
    if (isDone) this.say(`put ${this.serverIn(service, spec)} with weight ${spec.weight}`)
    return isDone
  }

  override editDestination(service: ServiceSpec, spec: DestinationSpec): boolean {
    const tag = this.options.names.tagOf(spec.address)
    const isDone = super.editDestination(service, { ...spec, tag })
    if (isDone) this.say(`gave ${this.serverIn(service, spec)} the weight ${spec.weight}`)
    return isDone
  }

  override deleteDestination(service: ServiceSpec, spec: DestinationSpec): boolean {
    const isDone = super.deleteDestination(service, spec)
    if (isDone) this.say(`took ${this.serverIn(service, spec, 'out of')}`)
    return isDone
  }

  override deleteService(service: ServiceSpec): boolean {
    const isDone = super.deleteService(service)
    if (isDone) this.say(`took away ${this.options.names.serviceOf(service)}`)
    return isDone
  }

  /** 'rs3 into web' */
  private serverIn(service: ServiceSpec, { address }: DestinationSpec, where = 'in'): string {
    const { names } = this.options
    return `${names.serverAt(address)} ${where} ${names.serviceOf(service)}`
  }

  private say(text: string): void {
    const { director, log } = this.options
    log.say('ipvs', `${director} ${text}`, this.ipvs.now)
  }
}
