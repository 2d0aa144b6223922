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

/** What a daemon needs of the machine. */
export interface DaemonHost {
  /** Of a network device; null for one that is not there. */
  mtuOf(device: string): number | null
  /** The backup listens to the group. */
  join(device: string, group: Address): void
  leave(device: string, group: Address): void
}

const HEADERS_BYTES = 28
/** A backup is ready for messages of at least this size. */
const LEAST_RECEIVED_BYTES = 1024
const USUAL_GROUP = ipv4(0xe0000051)
const USUAL_PORT = 8848
const USUAL_TTL = 1

export class ControlPlane {
  readonly ipvs: Ipvs
  now = 0
  readonly daemons = new Map<DaemonRole, Daemon>()
  private readonly host: DaemonHost

  constructor(ipvs: Ipvs, host: DaemonHost) {
    this.ipvs = ipvs
    this.host = host
  }

  connections(): ConnectionRow[] {
    return connectionRows(this.ipvs, this.now)
  }

  /** What was not said gets the kernel's defaults. */
  startDaemon(role: DaemonRole, options: DaemonOptions): void {
    const mtu = this.host.mtuOf(options.interface)
    if (mtu === null) throw new IpvsError('ENODEV', `no device ${options.interface}`)
    if (this.daemons.has(role)) throw new IpvsError('EEXIST', `a ${role} daemon runs already`)
    const group: Address = options.group === 0 ? USUAL_GROUP : options.group
    const longest = mtu - HEADERS_BYTES
    const least = role === 'backup' ? LEAST_RECEIVED_BYTES : 1
    this.daemons.set(role, {
      interface: options.interface,
      syncId: options.syncId,
      maxLength: options.maxLength === 0 ? longest : Math.max(least, options.maxLength),
      group,
      port: options.port === 0 ? USUAL_PORT : options.port,
      ttl: options.ttl === 0 ? USUAL_TTL : options.ttl,
    })
    if (role === 'backup') this.host.join(options.interface, group)
  }

  stopDaemon(role: DaemonRole): void {
    const daemon = this.daemons.get(role)
    if (daemon === undefined) throw new IpvsError('ESRCH', `no ${role} daemon runs`)
    this.daemons.delete(role)
    if (role === 'backup') this.host.leave(daemon.interface, daemon.group)
  }
}
