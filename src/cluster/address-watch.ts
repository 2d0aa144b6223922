// Watches who is found at the virtual addresses: an address is in service while everybody who has
// asked for it sends to a director that works and answers for it. From the first to the last moment
// without is an outage, with its cause and the parts that a take-over has (spec vrrp.md, 5): until
// the old master is missed, until the new one is elected, and until all have heard its ARP.
import type { Time } from '../kernel/time.ts'
import type { FateCounts, OutageResult } from '../measure/outages.ts'
import type { Learnt, Neighbours } from '../net/address.ts'
import type { ArpWitness } from '../net/arp-listener.ts'
import { Fates } from './fates.ts'

/** A director as the watch sees it. */
export interface AddressHolder {
  name: string
  /** Whether a packet for the address, sent to that MAC address, would be served. */
  serves(address: number, mac: number): boolean
}

export interface WatchedAddress {
  address: number
  text: string
  neighbours: Pick<Neighbours, 'outcome'>
  /** Several directors have it at once, so that an outage is one of a part of its connections. */
  isShared?: boolean
}

interface Watched extends WatchedAddress {
  /** Since when it is out of service; -1 while it is in service. */
  since: Time
  cause: string
  /** The last election about it: since when nobody was heard, and when the new master stood. */
  missedAt: Time
  electedAt: Time
  by: string
  fates: Fates
  /** Of the outage that lasts. */
  connections: FateCounts | null
}

/** Before anything was done to the cluster. */
const FROM_THE_START = 'from the start'

export class AddressWatch implements ArpWitness {
  private readonly outages: OutageResult[] = []
  private readonly addresses: Watched[]
  private readonly holders: readonly AddressHolder[]
  /** The last deed, and when it was. */
  private cause = FROM_THE_START
  private causeAt: Time = 0

  constructor(addresses: readonly WatchedAddress[], holders: readonly AddressHolder[]) {
    this.holders = holders
    this.addresses = addresses.map((each) => ({
      ...each,
      ...{ since: -1, cause: '', missedAt: -1, electedAt: -1, by: '' },
      ...{ fates: new Fates(), connections: null },
    }))
  }

  /** What becomes of connections to the address; null where it does not move. */
  fatesOf(address: number): Fates | null {
    return this.addresses.find((watched) => watched.address === address)?.fates ?? null
  }

  /** What is done to the cluster now: the cause of what follows. */
  blame(cause: string, now: Time): void {
    this.cause = cause
    this.causeAt = now
    this.look(now)
  }

  /** A director has become master of an address, after it had missed the old one. */
  elected(by: string, address: number, missedAt: Time, now: Time): void {
    for (const watched of this.addresses) {
      if (watched.address === address) Object.assign(watched, { by, missedAt, electedAt: now })
    }
  }

  /**
   * Connections may meet another director than before, at once: an outage that takes no time, with
   * fates of its own.
   */
  rearranged(cause: string, by: string, now: Time): void {
    const served = this.addresses.filter(({ since }) => since < 0)
    this.blame(cause, now)
    for (const watched of served.filter(({ since }) => since < 0)) {
      const connections = watched.fates.begin(now, true)
      watched.fates.end(now)
      Object.assign(watched, { since: now, cause, connections, by, missedAt: now, electedAt: now })
      this.outages.push(outageOf(watched, now))
      watched.since = -1
    }
  }

  learnt(address: number, now: Time): void {
    for (const watched of this.addresses) {
      if (watched.address === address) this.lookAt(watched, now)
    }
  }

  look(now: Time): void {
    for (const watched of this.addresses) this.lookAt(watched, now)
  }

  /** What is still out of service at the end of the run is told without an end. */
  results(now: Time): OutageResult[] {
    const open = this.addresses.filter(({ since }) => since >= 0)
    const all = [
      ...this.outages,
      ...open.map((watched) => ({ ...outageOf(watched, now), isOver: false })),
    ]
    return all.map((outage) => ({ ...outage, connections: { ...outage.connections } }))
  }

  private lookAt(watched: Watched, now: Time): void {
    const { learnt } = watched.neighbours.outcome(watched.address)
    const isServed = learnt.every((each) => this.isServed(watched.address, each))
    if (isServed === watched.since < 0) return
    if (isServed) {
      if (now > watched.since) this.outages.push(outageOf(watched, now))
      watched.since = -1
      watched.fates.end(now)
      return
    }
    watched.since = now
    watched.connections = watched.fates.begin(now, watched.isShared)
    // The old master has given up because it has heard the new one.
    const isPreempted = watched.electedAt > this.causeAt
    watched.cause = isPreempted ? `${watched.by} becomes master` : this.cause
    if (isPreempted) Object.assign(watched, { missedAt: now, electedAt: now })
  }

  private isServed(address: number, { mac }: Learnt): boolean {
    return this.holders.some((holder) => holder.serves(address, mac))
  }
}

function outageOf(watched: Watched, now: Time): OutageResult {
  const { text, cause, since, missedAt, electedAt, by, connections } = watched
  const isElection = electedAt >= since
  const missed = Math.max(since, missedAt)
  return {
    ...{ address: text, cause, fromPs: since, toPs: now, isOver: true },
    takenBy: isElection ? by : null,
    detectionPs: isElection ? missed - since : null,
    electionPs: isElection ? electedAt - missed : null,
    arpPs: isElection ? now - electedAt : null,
    connections: connections!,
  }
}
