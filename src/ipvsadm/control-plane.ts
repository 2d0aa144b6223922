// What ipvsadm talks to: a director's services and counters, and the few things of its machine that
// commands name.
import type { ConnectionRow } from '../ipvs/connection-rows.ts'
import { connectionRows } from '../ipvs/connection-rows.ts'
import { IpvsError } from '../ipvs/service.ts'
import type { Ipvs } from '../ipvs/ipvs.ts'
import { ipv4, type Address } from '../wire/address.ts'
import type { DaemonOptions } from './command-line.ts'

/** A synchronisation daemon as `ipvsadm -L --daemon` shows it. */
export type Daemon = DaemonOptions

export type DaemonRole = 'master' | 'backup'

const HEADERS_BYTES = 28
const USUAL_GROUP = ipv4(0xe0000051)
const USUAL_PORT = 8848
const USUAL_TTL = 1

export class ControlPlane {
  readonly ipvs: Ipvs
  now = 0
  readonly daemons = new Map<DaemonRole, Daemon>()
  private readonly mtuOf: (device: string) => number | null

  /** `mtuOf` knows the machine's network devices, null for one that is not there. */
  constructor(ipvs: Ipvs, mtuOf: (device: string) => number | null) {
    this.ipvs = ipvs
    this.mtuOf = mtuOf
  }

  connections(): ConnectionRow[] {
    return connectionRows(this.ipvs, this.now)
  }

  /** What was not said gets the kernel's defaults. */
  startDaemon(role: DaemonRole, options: DaemonOptions): void {
    const mtu = this.mtuOf(options.interface)
    if (mtu === null) throw new IpvsError('ENODEV', `no device ${options.interface}`)
    if (this.daemons.has(role)) throw new IpvsError('EEXIST', `a ${role} daemon runs already`)
    const group: Address = options.group === 0 ? USUAL_GROUP : options.group
    this.daemons.set(role, {
      interface: options.interface,
      syncId: options.syncId,
      maxLength: options.maxLength === 0 ? mtu - HEADERS_BYTES : options.maxLength,
      group,
      port: options.port === 0 ? USUAL_PORT : options.port,
      ttl: options.ttl === 0 ? USUAL_TTL : options.ttl,
    })
  }

  stopDaemon(role: DaemonRole): void {
    if (!this.daemons.delete(role)) throw new IpvsError('ESRCH', `no ${role} daemon runs`)
  }
}
