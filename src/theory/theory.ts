// What arithmetic already knows of a scenario, resource by resource, before anything is simulated.
import type { Scenario } from '../scenario/scenario.ts'

/** How much of a resource one request takes, and so how many requests a second fill it. */
export interface ResourceLimit {
  /** 'lb1.eth0', 'lb1' , 'rs*', 'users*' */
  at: string
  resource: 'receive' | 'send' | 'cpu'
  /** Requests per second that fill it. */
  mostPps: number
  /** "64B frames at 10Gbps", "22 cores at 3GHz, the busiest queue carries 4.8 %" */
  note: string
}

export interface Theory {
  service: string
  forwarding: string
  /** Connections exist already. */
  warm: Limit
  /** Each request opens a connection of its own. For TCP the same as warm. */
  cold: Limit
  /** Every resource, warm, smallest first. */
  resources: ResourceLimit[]
  /** Of the largest steady rate in the scenario: share of the warm limit. */
  offeredPps: number
}

export interface Limit {
  mostPps: number
  /** All within half a percent of the smallest. */
  stoppedBy: ResourceLimit[]
}

/** The limits of the scenario's service (see semantics: the largest load carried without loss). */
export function theory(_scenario: Scenario): Theory {
  throw new Error('being written')
}
