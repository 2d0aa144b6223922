// What arithmetic says of a scenario: how much of each resource a request takes, and where that
// ends. Requests per second throughout.

/** How much of a resource one request takes, and so how many requests a second fill it. */
export interface ResourceLimit {
  /** 'lb1.eth0', 'lb1', 'rs*', 'users*.eth0' */
  at: string
  resource: 'receive' | 'send' | 'cpu' | 'ports' | 'mtu'
  /** Requests per second that fill it. */
  mostPps: number
  /** "64B frames at 10Gbps", "22 cores at 3GHz, the busiest queue carries 4.8 %" */
  note: string
}

/** A limit, and what makes it. */
export interface ResourceUse extends ResourceLimit {
  /**
   * Its parts (cores of a director, hosts of a group) by name, and the seconds of each that a
   * request takes on average; empty where other services take nothing of it.
   */
  secondsOf: ReadonlyMap<string, number>
}

/** Packets that die of their size: nobody cuts them, and their sender does not hear of it. */
export interface TooBig {
  /** Of the requests, those that fail because of it. */
  share: number
  /** Who would have to send them on: 'lb1.eth0' */
  at: string
  /** "packets of 1500B and their outer header exceed the MTU of 1500B, DF forbids to cut them" */
  text: string
}

export interface Theory {
  service: string
  /** 'dr', or several as 'dr and nat'. */
  forwarding: string
  /** Connections exist already. */
  warm: Limit
  /** Each request opens a connection of its own. For TCP the same as warm. */
  cold: Limit
  /** Every resource, warm, smallest first. */
  resources: ResourceLimit[]
  /** The largest steady rate of the scenario, requests per second. */
  offeredPps: number
  /** Some requests, never all, whose packets no network on their way takes; absent: none. */
  tooBig?: TooBig[]
  /**
   * Where every connection first sends segments that are too large, until it is told; these are not
   * counted. "at lb1.eth0, packets of 1500B and their outer header exceed the MTU of 1500B"
   */
  shrinks?: string[]
  /** There are packets beside the requests, of which nothing here knows. */
  leavesOutPackets: boolean
  /**
   * Requests per second of the other services that the limits leave room for; null where users
   * decide how many there are, who are left out. Absent where one service has all load.
   */
  beside?: { service: string; pps: number | null }[]
  /**
   * Directors of the other services, where they stand in for each other: the limits are those of
   * addresses that are where they are meant to be. Absent where no address moves elsewhere.
   */
  elsewhere?: { service: string; director: string; couldBeOn: string }[]
  /** The same of the further services. */
  further?: Theory[]
}

export interface Limit {
  mostPps: number
  /** All within half a percent of the smallest. */
  stoppedBy: ResourceLimit[]
}
