// Spans of a replication in which a virtual address was out of service, and what they were made of.

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
}
