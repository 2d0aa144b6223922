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
