// A finished run beside the counters of a real director, as `compare --with --json` has it.
import type { Measured } from './summary.ts'

export interface BesideReal {
  schema: 'lvs-sim-beside-real/1'
  label: string
  service: string
  /** What was counted: each request of TCP opens a connection, each of UDP is a packet. */
  counted: 'connections' | 'packets'
  /** Of all servers together. */
  realCount: number
  servers: ServerBeside[]
  /** Requests per second of the whole service; null when the listing has no time. */
  rate: { real: number; simulated: Measured; phase: string; change: Measured } | null
  /** Jain's index of the shares by weight. */
  jain: { real: number; simulated: Measured } | null
  notes: string[]
}

export interface ServerBeside {
  host: string
  endpoint: string
  real: number
  realShare: number
  simulatedShare: Measured
  /** Simulated minus real; its interval has the chance of both. */
  difference: Measured
  shown: boolean
}
