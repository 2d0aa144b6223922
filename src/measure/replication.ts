// What one replication measured: plain data, sent from a worker to whoever summarises. Counts
// follow the request's intended departure: a request belongs to the phase (and window) in which it
// meant to leave.
import type { EventKind, LoggedEvent } from './event-log.ts'
import type { OutageResult } from './outages.ts'

/** Windows per phase, for fairness and for batch means (20 batches of 5 windows). */
export const WINDOWS = 100
export const BATCHES = 20

/** What is known only at the end has no kind. */
export type HappenedEvent = Omit<LoggedEvent, 'kind'> & { kind?: EventKind }

export interface ReplicationResult {
  /** 1, 2, ... */
  replication: number
  /** False when a limit or an interrupt cut it short. */
  complete: boolean
  /** Kernel events (wake-ups and agenda entries) fired. */
  events: number
  simulatedPs: number
  phases: PhaseResult[]
  /** Servers by host name, in scenario order: requests sent to each by the director, whole run. */
  resources: ResourceResult[]
  drops: DropResult[]
  /** Things that happened, for "WHAT HAPPENED": time and text. */
  timeline: HappenedEvent[]
  /** Spans in which a virtual address was out of service; absent where none moves. */
  outages?: OutageResult[]
  /** Packets that came to servers past the director, by ARP; absent where none did. */
  past?: { host: string; packets: number }[]
  /** Packets without connections, by phase; absent where there are none. */
  packets?: PacketsResult[]
  /** Connections in the director's table at the end, and the most there were. */
  connections: { atEnd: number; most: number; created: number; expired: number }
}

/** Packets of that name in a phase, by when they were sent, reached a server and so on. */
export interface PacketsResult {
  name: string
  phase: string
  sent: number
  reached: number
  answered: number
  dropped: number
}

/** One phase of one service. */
export interface PhaseResult {
  service: string
  phase: string
  startPs: number
  /** Length actually simulated (a cut run ends early; 0 when not reached). */
  durationPs: number
  /** Length of a window: a hundredth of what the phase was to last. */
  windowPs: number
  /** Constant rate and nothing acting in it: batch means apply. */
  steady: boolean
  offered: number
  delivered: number
  /**
   * Requests that failed, by cause: 'lost' (never answered), 'refused', 'reset', 'timeout', 'no
   * port', and 'over limit' where there are any.
   */
  failed: Record<string, number>
  /** Still open at the end of the cooldown, not lost. */
  unfinished: number
  /** Latency of the delivered requests, ps: sparse histogram per batch (measure/histogram.ts). */
  latency: SparseHistogram[]
  /** Per window: offered, delivered, and sum of latency (ps) of the delivered. */
  windows: { offered: number[]; delivered: number[]; latencySum: number[] }
  /**
   * Requests that the director sent to each server, by window. `weight` is the one at the span's
   * start.
   */
  servers: { host: string; weight: number; requests: number[] }[]
}

export interface SparseHistogram {
  /** Index and count of the buckets that are not empty, in order. */
  buckets: [index: number, count: number][]
  count: number
  sum: number
  min: number
  max: number
}

/** One wire direction, ring or core, in one phase. */
export interface ResourceResult {
  /** 'lb1.eth0', 'lb1.cpu3', 'rs1.cpu', 'users7.eth0' ... */
  at: string
  /** What of it: wires 'receive' | 'send'; 'ring'; 'cpu'. */
  resource: 'receive' | 'send' | 'ring' | 'cpu'
  phase: string
  /** Share of the time it worked, 0..1; for a ring the share of its places taken at the peak. */
  utilisation: number
  /** Longest queue met by an arrival, and mean over arrivals. */
  queuePeak: number
  queueMean: number
  queueUnit: 'B' | 'packets' | 'requests'
  /** Of the queue; null is unbounded. */
  queueLimit: number | null
  packets: number
  bytes: number
  /** One clause of why it has this capacity: "64B frames at 10Gbps", "22 cores at 3GHz". */
  note: string
}

export interface DropResult {
  /** 'lb1.eth0 receive', 'lb1.eth0 ring 3', 'lb1', 'rs1 backlog' ... */
  at: string
  cause: string
  phase: string
  packets: number
}
