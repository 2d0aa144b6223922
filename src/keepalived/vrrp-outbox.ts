// What a VRRP process sends and changes while it handles one event, each with its moment: sending
// takes time, and timers count from when the work is done, as recorded.
import type { Address } from '../wire/address.ts'

export type VrrpState = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT'

export interface VrrpFrame {
  at: number
  interface: string
  kind: 'advert' | 'arp' | 'neighbour'
  /** Where it goes; null: to everyone on the link. */
  destination: Address | null
  /** An IP packet, or the body of an ARP request. */
  bytes: Uint8Array
}

export interface VrrpChange {
  at: number
  instance: string
  /** What it is now; null for a change of addresses alone. */
  state: VrrpState | null
  /** Addresses that the interface has got or lost. */
  added: HeldAddress[]
  removed: HeldAddress[]
  /** Its new priority, of what it follows; absent where that has not changed. */
  priority?: number
}

export interface HeldAddress {
  address: Address
  prefixLength: number
  interface: string
}

/** How long a process is busy, ps. */
export interface Pace {
  advertPs: number
  arpPs: number
  /** From the first advertisement of a master to its first ARP: the addresses are added. */
  takeOverPs: number
  /** From an advertisement that answers a lower one to its first ARP. */
  answerPs: number
  /** For a change of state that sends nothing. */
  changePs: number
  /** For one packet that comes in. */
  receivePs: number
  /** From the last advertisement of the old settings to the first of the new ones. */
  reloadPs: number
}

const US = 1_000_000

/** keepalived 2.2.7 on the recording machine. */
export const RECORDED_PACE: Pace = {
  ...{ advertPs: 23 * US, arpPs: 80 * US, takeOverPs: 287 * US, answerPs: 137 * US },
  reloadPs: 800 * US,
  receivePs: 30 * US,
  changePs: 10 * US,
}

export class Outbox {
  now = 0
  readonly pace: Pace
  private frames: VrrpFrame[] = []
  private changes: VrrpChange[] = []

  constructor(pace: Pace) {
    this.pace = pace
  }

  send(frame: Omit<VrrpFrame, 'at'>): void {
    this.frames.push({ at: this.now, ...frame })
    this.now += frame.kind === 'advert' ? this.pace.advertPs : this.pace.arpPs
  }

  change(change: Omit<VrrpChange, 'at'>): void {
    this.changes.push({ at: this.now, ...change })
  }

  spend(ps: number): void {
    this.now += ps
  }

  takeFrames(): VrrpFrame[] {
    const { frames } = this
    this.frames = []
    return frames
  }

  takeChanges(): VrrpChange[] {
    const { changes } = this
    this.changes = []
    return changes
  }
}
