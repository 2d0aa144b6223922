// Packets beside the requests, with no connection behind them, in base units.
import type { DistributionSpec } from '../kernel/distributions.ts'
import type { Rated } from './rates.ts'

export interface PacketsSpec {
  name: string
  /** The population whose addresses they come from. */
  clients: string
  protocol: 'tcp' | 'udp'
  /** Of TCP, as the header has them (tcp/flags.ts). */
  tcpFlags: number
  /** Ethernet frame with FCS. */
  size: DistributionSpec
  arrivals: { kind: 'poisson' } | { kind: 'constant' } | { kind: 'bursts'; size: number }
  /** What the hosts of the addresses do about SYN ACKs that they did not ask for. */
  onAnswer: 'nothing' | 'reset'
  /** Packets per second in each phase, in their order. */
  rates: Omit<Rated, 'durationPs'>[]
}
