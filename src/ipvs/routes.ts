// What IPVS asks of the machine around it: where an address is (spec 5.1).

export interface Route {
  /** An address of the director's own. */
  isLocal: boolean
  /** Network device that the packet leaves by; any number that its owner knows. */
  device: number
  /** The gateway; 0: the address itself is on the link. */
  gateway: number
  /** B, the learnt path MTU included. */
  mtu: number
  /** The director's address on the way there: source of a tunnel's outer header. */
  source: number
}

export interface Routes {
  /** Counts changes: a route that was found before is stale. */
  readonly generation: number
  /** Null when there is none. */
  find(address: number): Route | null
  /** Of a network on a link of the director's; who has no such addresses need not say so. */
  isBroadcast?(address: number): boolean
}
