// What ipvsadm talks to: a director's services and counters, and the few things of its machine that
// commands name.
import type { ConnectionRow } from '../ipvs/connection-rows.ts'
import { connectionRows } from '../ipvs/connection-rows.ts'
import { IpvsError } from '../ipvs/service.ts'
import type { Ipvs } from '../ipvs/ipvs.ts'
import { ipv4, isIpv6, type Address } from '../wire/address.ts'
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
  /** The master speaks to the group. */
  sendSync(message: SyncDatagram, now: number): void
}

/** A master's message, and where it goes. */
export interface SyncDatagram {
  device: string
  group: Address
  port: number
  ttl: number
  payload: Uint8Array
}

/** Headers of IP and UDP. */
const HEADERS_BYTES = 28
const IPV6_HEADERS_BYTES = 48
const MOST_BYTES = 65_535
/** A master fills frames of this size, whatever its device takes. */
const USUAL_MTU = 1500
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
    const daemon: Daemon = {
      interface: options.interface,
      syncId: options.syncId,
      maxLength: longestMessage(role, options.maxLength, isIpv6(group), mtu),
      group,
      port: options.port === 0 ? USUAL_PORT : options.port,
      ttl: options.ttl === 0 ? USUAL_TTL : options.ttl,
    }
    if (role === 'master') this.startMaster(daemon)
    else {
      this.ipvs.sync.startBackup(daemon.syncId)
      this.host.join(daemon.interface, group)
    }
    this.daemons.set(role, daemon)
  }

  private startMaster(daemon: Daemon): void {
    const { syncId, maxLength, group, ttl, port } = daemon
    const send = (payload: Uint8Array, thread: number, now: number): void => {
      const device = daemon.interface
      this.host.sendSync({ device, group, ttl, port: port + thread, payload }, now)
    }
    this.ipvs.sync.startMaster({ syncId, maxBytes: maxLength, send }, this.now)
  }

  stopDaemon(role: DaemonRole): void {
    const daemon = this.daemons.get(role)
    if (daemon === undefined) throw new IpvsError('ESRCH', `no ${role} daemon runs`)
    this.daemons.delete(role)
    if (role === 'master') return this.ipvs.sync.stopMaster()
    this.ipvs.sync.stopBackup()
    this.host.leave(daemon.interface, daemon.group)
  }

  /** A datagram for a group has come in: does the backup listen there? */
  receiveSync({ device, group, port, payload }: SyncDatagram, now: number): void {
    const daemon = this.daemons.get('backup')
    if (daemon === undefined || daemon.interface !== device || daemon.group !== group) return
    const thread = port - daemon.port
    if (thread < 0 || thread >= this.ipvs.sync.ports) return
    if (payload.length <= daemon.maxLength) this.ipvs.sync.backup!.receive(payload, now)
  }
}

/** As given, within bounds; or the kernel's default (spec 7.1). */
function longestMessage(role: DaemonRole, given: number, isOverIpv6: boolean, mtu: number): number {
  const headers = isOverIpv6 ? IPV6_HEADERS_BYTES : HEADERS_BYTES
  const least = role === 'backup' ? LEAST_RECEIVED_BYTES : 1
  if (given !== 0) return Math.min(Math.max(given, least), MOST_BYTES - headers)
  if (role === 'master') return USUAL_MTU - headers
  return Math.min(Math.max(mtu, USUAL_MTU), MOST_BYTES) - headers
}
