// A scenario as the simulator runs it: every default filled in, names resolved, every quantity a
// plain number in base units (ps, B, bps, pps). `load.ts` makes it from a file; it is plain JSON,
// so that it can be sent to a worker process. What the fields mean is told by `lvs-sim explain`.
import type { Persistence } from '../ipvsadm/rules.ts'
import type { DistributionSpec } from '../kernel/distributions.ts'
import type { ListenOptions, TcpOptions } from '../tcp/options.ts'
import type { Clamp } from '../net/mss.ts'
import type { PortRange } from '../net/port-range.ts'
import type { EcmpSpec } from './ecmp-spec.ts'
import type { HealthCheckSpec } from './health-check.ts'
import type { LinkSpec, RouterSpec } from './network-spec.ts'
import type { PacketsSpec } from './packets-spec.ts'
import type { Rated, RatePoint } from './rates.ts'
import type { OperationSpec } from './operation-spec.ts'
import type { FaultSpec } from './timeline-spec.ts'
import type { SyncSpec, VrrpSpec } from './vrrp-spec.ts'

export type { LinkSpec, RouterSpec } from './network-spec.ts'

export type Forwarding = 'nat' | 'dr' | 'tun'
export type Protocol = 'tcp' | 'udp'

export interface Scenario {
  format: 'lvs-sim/1'
  name: string
  title: string
  description: string
  seed: string
  time: TimeSpec
  links: Record<string, LinkSpec>
  routers: Record<string, RouterSpec>
  clients: Record<string, ClientsSpec>
  directors: Record<string, DirectorSpec>
  /** Directors that stand in for each other; absent: addresses stay where they are. */
  vrrp?: VrrpSpec
  /** Directors that all have the addresses, behind a router that spreads flows; absent: none. */
  ecmp?: EcmpSpec
  realServers: Record<string, RealServersSpec>
  services: Record<string, ServiceSpec>
  workload: WorkloadSpec
  faults: FaultSpec[]
  operations: OperationSpec[]
  thresholds: ThresholdSpec[]
}

export interface TimeSpec {
  /** Sum of the phases, or less when `--duration` cut it. */
  durationPs: number
  warmupPs: number
  cooldownPs: number
  replications: number
  /** Processor seconds over all replications of one run; null is no limit. Not repeatable. */
  limitCpuSeconds: number | null
  /** Kernel events per replication; null is no limit. Repeatable. */
  limitEvents: number | null
}

export interface ClientsSpec {
  name: string
  /** Hosts, each with its own port on the link. */
  count: number
  link: string
  /** First address of the subnet, 32-bit unsigned, and the prefix length. */
  subnet: number
  prefix: number
  /** Source addresses drawn in order from the subnet; address i lives on host i mod count. */
  addresses: number
  /** Source ports of each address. */
  ports: PortRange
  /** Flows (address and port pairs) of the whole population. Flow i has address i mod addresses. */
  flows: number
  /** UDP only: every flow's connection exists at time 0, placed by the scheduler in flow order. */
  established: boolean
  /** A request without its complete answer by then has failed by timeout. */
  timeoutPs: number
  tcp: TcpOptions
}

export interface DirectorSpec {
  name: string
  /** Its own address (DIP): outer source of tunnels, 32-bit unsigned. */
  address: number
  cpu: CpuSpec
  /** One NIC is one-armed; with two, each host is reached over the NIC on its link. */
  nics: NicSpec[]
  /**
   * Text of the rules as given (ipvsadm lines or ipvsadm -Sn), for the record; null when services
   * say it.
   */
  rules: string | null
  /** Text of the keepalived.conf that makes its services and looks after them; absent: none. */
  keepalived?: string
  kernel: '6.1' | 'classic' | '5.8'
  /** The sysctl net.ipv4.vs.conntrack: netfilter tracks every connection beside IPVS. */
  conntrack: boolean
  /** It tells other directors of its connections, or listens; absent: it does not. */
  sync?: SyncSpec
  /** MSS of SYN segments that pass is lowered to that; null leaves it alone. */
  clampMss: Clamp | null
  /** net.ipv4.vs.pmtu_disc */
  pmtuDiscovery: boolean
  /** Other variables of net.ipv4.vs, as they are written. */
  sysctls?: Record<string, string>
  connections: {
    /** Buckets of the kernel's table, a power of two. */
    tableSize: number
    tcpPs: number
    tcpFinPs: number
    udpPs: number
  }
}

export interface CpuSpec {
  cores: number
  clockHz: number
  profile: 'kernel' | 'xdp' | 'dpdk'
  /** Replaces the base of all modes; surcharges and scaling loss off. */
  perPacketPs: number | null
  /** Packets per second of one core in the mode in use, the user's own figure; surcharges stay. */
  measuredPps: number | null
  /** Factor 1.25 of the profile when on. */
  mitigations: boolean
  /** Of the cores, so many sit on the other socket than the cards; the last ones. */
  remoteCores: number
}

export interface NicSpec {
  name: string
  link: string
  /** Receive queues, one core each: queue q is served by core q mod cores. */
  queues: number
  /** Receive ring, packets per queue; null is unbounded. */
  ring: number | null
  /** Transmit queue towards the wire, packets. */
  txQueue: number
  /** Named card of scenario/profiles/cards.ts. */
  card: string
  /**
   * 'addresses': UDP hashed by addresses only (the default of cards); 'udp4': by 4-tuple. TCP
   * always 4-tuple.
   */
  rss: 'addresses' | 'udp4'
  /** From one interrupt to the next, at least; null: the cores poll and no interrupt is paid. */
  moderationPs: number | null
  /** Packets that a core takes from one ring before it looks into the next. */
  napiBudget: number
}

export interface RealServersSpec {
  name: string
  /** Hosts are called name when count is 1, else name1, name2, ... */
  count: number
  /** Address of the first, 32-bit unsigned; the others follow. */
  address: number
  link: string
  weight: number
  /** Whether they answer ARP for the virtual address: the "ARP problem" of dr and tun. */
  arp: 'silent' | 'answers'
  cores: number
  /** Requests worked on at once; absent: one for each core. More than cores share them. */
  workers?: number
  /** Requests waiting for a worker; one more is refused. */
  backlog: number
  /** Open connections of each host (TCP); absent: no limit. */
  maxConnections?: number
  /** How many times as long requests take, by name of the host; absent: all alike. */
  slow?: Record<string, number>
  /** Time of a core per request, ps; null takes no time. */
  perRequest: DistributionSpec | null
  tcp: TcpOptions & ListenOptions
}

export interface ServiceSpec {
  name: string
  protocol: Protocol
  /** 32-bit unsigned. */
  vip: number
  port: number
  scheduler: string
  /** sh-port, sh-fallback, mh-port, mh-fallback. */
  schedulerFlags: string[]
  /** Absent: every connection is scheduled. */
  persistence?: Persistence
  /** The one that is meant to serve it. */
  director: string
  /** All that have its rules, when there are several. */
  directors?: string[]
  /** In the order in which they are added with ipvsadm -a. */
  destinations: DestinationSpec[]
  /** keepalived looks after its servers; absent: nobody does. */
  healthCheck?: HealthCheckSpec
  /** Its rules are made by the keepalived.conf of its director. */
  isKept?: true
}

export interface DestinationSpec {
  /** Name of the host, as in `rs3`. */
  host: string
  address: number
  port: number
  weight: number
  forwarding: Forwarding
  upperThreshold: number
  lowerThreshold: number
}

export interface WorkloadSpec {
  from: string
  to: string
  arrivals: { kind: 'poisson' } | { kind: 'constant' } | { kind: 'bursts'; size: number }
  popularity: { kind: 'uniform' } | { kind: 'in-turn' } | { kind: 'zipf'; exponent: number }
  /** UDP: Ethernet frame with FCS. TCP: bytes of payload. */
  request: DistributionSpec
  response: DistributionSpec
  /** Whether hosts set DF in what they send. */
  dontFragment: boolean
  phases: PhaseSpec[]
  /** Several populations with their shares, which add up to 1; `from` is then the first of them. */
  mix?: { clients: string; share: number }[]
  /** Requests of a connection (TCP); absent: one. */
  requests?: DistributionSpec
  /** Time between an answer and the next request of its connection (TCP), ps; absent: none. */
  think?: DistributionSpec
  /** Users who wait for their answers, and think in between; absent: arrivals by the phases. */
  users?: { count: number; think: DistributionSpec }
  /** Packets beside the requests; absent: none. */
  packets?: PacketsSpec[]
  /** Load to further services in the same phases (loads.ts); absent: none. */
  services?: FurtherLoadSpec[]
  /** Requests of a file, all of the one phase "replay"; absent: arrivals by the phases. */
  replay?: ReplaySpec
}

/** What a workload says, of another service. */
export interface FurtherLoadSpec extends Pick<
  WorkloadSpec,
  'from' | 'mix' | 'to' | 'arrivals' | 'popularity' | 'request' | 'response' | 'requests' | 'think'
> {
  /** Requests per second in each phase, in their order. */
  rates: Omit<Rated, 'durationPs'>[]
}

/** One entry of each list per request, in order of time. */
export interface ReplaySpec {
  /** Whole ps since the first request, at the speed asked for. */
  atPs: ArrayLike<number>
  /** Number of the client, from 0. */
  client: ArrayLike<number>
  /** Bytes of payload; -1: drawn from `request`, `response`. */
  requestBytes: ArrayLike<number>
  responseBytes: ArrayLike<number>
  /** More than 0: stamps are that coarse, when in between is drawn anew in every replication. */
  coarsePs: number
  clients: number
  /** For reports: what was skipped, how stamps were read. */
  notes: string[]
}

export interface PhaseSpec {
  name: string
  startPs: number
  durationPs: number
  /** Requests per second; linear from one to the other, unless a curve lies between. */
  fromRate: number
  toRate: number
  /** Points of the rate, in order of time. */
  curve?: readonly RatePoint[]
}

/** Of a service; utilisation is that of a director's cores. */
export type Measure =
  | ('offered' | 'delivered' | 'loss' | 'latency' | 'fairness' | 'utilisation')
  | ('outage' | 'connections')
export type Statistic =
  | ('mean' | 'max' | 'ratio' | 'p50' | 'p90' | 'p99' | 'p999' | 'jain')
  | ('total' | 'longest' | 'kept' | 'reset' | 'stuck')

export interface ThresholdSpec {
  /** A service; for utilisation a director. */
  of: string
  measure: Measure
  statistic: Statistic
  operator: '<' | '<=' | '>' | '>='
  /** Base units: pps, 1, s. */
  limit: number
  /** null: the whole run (fairness, and always outages and connections). */
  phase: string | null
  /** As written, for reports. */
  text: string
}
