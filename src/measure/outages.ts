// Spans of a replication in which a virtual address was out of service, and what they were made of.
import type { Measured } from './summary.ts'

/** TCP connections that met an outage; what is not decided at the end of the run is in no count. */
export interface FateCounts {
  /** Open when it began: kept, reset, or stuck until the client gave up. */
  open: number
  kept: number
  reset: number
  stuck: number
  /** Opened meanwhile: answered, if late, or failed. */
  tried: number
  answered: number
  failed: number
}

export interface OutageResult {
  /** "203.0.113.10" */
  address: string
  /** What was done before: "lb1 crashes". */
  cause: string
  fromPs: number
  toPs: number
  /** False: the run ended first. */
  isOver: boolean
  /** The director that took the address over; null when the old one came back by itself. */
  takenBy: string | null
  /** Until the old master was missed, the new one elected, and its ARP heard by all. */
  detectionPs: number | null
  electionPs: number | null
  arpPs: number | null
  connections: FateCounts
}

/** All outages of one address with one cause, over the replications. */
export interface OutageSummary {
  address: string
  cause: string
  takenBy: string[]
  /** In a replication. */
  times: Measured
  /** False where a run ended first. */
  isOver: boolean
  /** Of one outage, s. */
  length: Measured
  /** In a replication, s. */
  withoutService: Measured
  /** Parts of a take-over, s; null where nobody took over. */
  detection: Measured | null
  election: Measured | null
  arp: Measured | null
  /** In a replication. */
  connections: Record<keyof FateCounts, Measured>
}
