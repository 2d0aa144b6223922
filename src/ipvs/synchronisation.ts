// Connection synchronisation of one director (spec 7.1): it runs a master, a backup, both or none.
// Messages are carried by the host: given to it to send, handed in as they arrive.
import { isIpv6 } from '../wire/address.ts'
import { ONE_PACKET, RECORD_SHIFT, IN_PACKETS } from './connection-record.ts'
import { IpvsError, type Service } from './service.ts'
import type { DestinationSpec } from './service-spec.ts'
import { SyncApply, type SyncApplyParts } from './sync-apply.ts'
import { SyncBackup } from './sync-backup.ts'
import { SyncDecision } from './sync-decision.ts'
import { SyncMaster, type SyncMasterOptions, type SyncMasterParts } from './sync-master.ts'

export type SynchronisationParts = Omit<SyncMasterParts & SyncApplyParts, 'decision'>

const MOST_THREADS = 64

export class Synchronisation {
  /** What tells other directors; null: nobody is told. */
  master: SyncMaster | null = null
  /** What listens to other directors. */
  backup: SyncBackup | null = null
  private readonly parts: SynchronisationParts & { decision: SyncDecision }
  /** One for each thread: as the first daemon found sync_ports, and so as long as any runs. */
  ports = 0

  constructor(parts: SynchronisationParts) {
    const { connections, timers, sysctls, clock } = parts
    this.parts = { ...parts, decision: new SyncDecision(connections, timers, sysctls, clock) }
    parts.lifecycle.onPostponed = (id, now) => {
      this.master?.consider(id, sysctls.sync_threshold[0], now)
    }
  }

  /** A backup that is to do nothing else (backup_only). */
  get isStandby(): boolean {
    return this.backup !== null && this.parts.sysctls.backup_only !== 0
  }

  get isRunning(): boolean {
    return this.master !== null || this.backup !== null
  }

  startMaster(options: Omit<SyncMasterOptions, 'threads'>, now: number): void {
    if (this.master !== null) throw new IpvsError('EEXIST', 'a master daemon runs already')
    const threads = this.openPorts()
    this.master = new SyncMaster(this.parts, { ...options, threads }, now)
  }

  stopMaster(): void {
    if (this.master === null) throw new IpvsError('ESRCH', 'no master daemon runs')
    this.master.stop()
    this.master = null
  }

  startBackup(syncId: number): void {
    if (this.backup !== null) throw new IpvsError('EEXIST', 'a backup daemon runs already')
    this.openPorts()
    this.backup = new SyncBackup(syncId, new SyncApply(this.parts))
  }

  stopBackup(): void {
    if (this.backup === null) throw new IpvsError('ESRCH', 'no backup daemon runs')
    this.backup = null
  }

  /** A client's packet has passed, and has been counted. */
  packetPassed(id: number, now: number): void {
    const { connections, sysctls } = this.parts
    const isCounted = !connections.has(id, ONE_PACKET)
    const packets = connections.words[(id << RECORD_SHIFT) + IN_PACKETS]!
    this.master!.consider(id, isCounted ? packets : sysctls.sync_threshold[0], now)
  }

  /** Messages have no place for a server of the other family. */
  checkDestination({ family }: Service, { address }: Pick<DestinationSpec, 'address'>): void {
    if (this.isRunning && isIpv6(address) !== (family === 6)) {
      throw new IpvsError('EINVAL', 'a server of the other family cannot be synchronised')
    }
  }

  private openPorts(): number {
    for (const service of this.parts.table.services) {
      const isMixed = service.destinations.some(
        ({ address }) => isIpv6(address) !== (service.family === 6),
      )
      if (isMixed) throw new IpvsError('EINVAL', 'servers of both families are there')
    }
    if (!this.isRunning) this.ports = Math.min(MOST_THREADS, this.parts.sysctls.sync_ports)
    return this.ports
  }
}
