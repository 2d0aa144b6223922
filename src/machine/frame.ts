// What the machine puts on a wire.
import type { Address } from '../wire/address.ts'

export interface Frame {
  /** Index of the network device. */
  device: number
  /** The neighbour that it is for; 0: everyone. */
  neighbour: Address
  /** An IP packet, from its header on; empty for an ARP request. */
  bytes: Uint8Array
  /** Of an ARP request: whose MAC address is asked for; 0 for every other frame. */
  arpTarget: Address
  /** Byte ranges [from, to) that hold what a kernel draws at random, or what follows from that. */
  random: [number, number][]
  /** An error that the limit on errors may have swallowed (icmp-budget.ts). */
  isUncertain: boolean
}
