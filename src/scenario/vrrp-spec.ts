// VRRP in a scenario: the keepalived of every director with everything decided, whether the
// scenario says it (schema-vrrp.ts) or a keepalived.conf does.
import type { VrrpSettings } from '../keepalived/vrrp-settings.ts'

export interface VrrpProcessSpec {
  director: string
  /** Interfaces are called as the director's cards. */
  settings: VrrpSettings
}

export interface VrrpSpec {
  processes: VrrpProcessSpec[]
  /** Whether the masters are elected when the run begins, or the daemons only start then. */
  start: 'settled' | 'cold'
  /** Where servers send what goes back through the director (NAT), if that moves with it. */
  gateway: number | null
}

/** The synchronisation of connections, which keepalived starts and stops. */
export interface SyncSpec {
  role: 'follows' | 'both'
  syncId: number
  instance: string
  /** The card whose network messages go over. */
  card: string
  /** Variables of net.ipv4.vs, where the scenario says them: sync_threshold and its kin. */
  sysctls: Record<string, string>
}
