// Servers fed by arrivals, all of them the product's own elements: Arrivals, one of the kernel's
// schedulers on destinations that count what they hold, RealServer with its cores and backlog.
// Nothing travels: packets are handed over without a wire, so that only the queues are left.
import { Arrivals } from '../../src/cluster/arrivals.ts'
import { RealServer } from '../../src/cluster/real-server.ts'
import type { Transport } from '../../src/cluster/transport.ts'
import { UDP } from '../../src/ipvs/headers.ts'
import { Ipvs } from '../../src/ipvs/ipvs.ts'
import type { Destination, Service } from '../../src/ipvs/service.ts'
import { sampler, type DistributionSpec, type Sampler } from '../../src/kernel/distributions.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { Streams } from '../../src/kernel/random.ts'
import { NEVER, PS_PER_SECOND, type Time } from '../../src/kernel/time.ts'
import { merge, type Histogram } from '../../src/measure/histogram.ts'
import { Recorder } from '../../src/measure/recorder.ts'
import { BATCHES, type PhaseResult } from '../../src/measure/replication.ts'
import { AddressTable, Neighbours } from '../../src/net/address.ts'
import { Packet } from '../../src/net/packet.ts'

/** The mean service time of all models: times are told in units of it. */
export const UNIT_PS = 1_000_000
/** So much of a run settles in and is not counted, unless it is said. */
const SETTLING = 0.1
const VIP = 0x0a000064
const FIRST_SERVER = 0x0a000001

export interface StationOptions {
  servers: number
  /** How a request finds its server, when there are several. */
  scheduler: string
  cores: number
  /** More than cores share them; as many as cores unless given. */
  workers?: number
  backlog: number
  service: DistributionSpec
  /** Of each core. */
  load: number
  customers: number
  /** Requests that come at one instant. */
  burst?: number
  /** Share of the run that is not counted. */
  settling?: number
  /** What is recorded; both unless given. */
  watched?: readonly Times[]
}

export type Times = 'sojourns' | 'waits'

/** Times in units of the mean service. */
export interface Observed {
  sojourn: number
  wait: number
  sojourns: Histogram
  waits: Histogram
  /** The same by batches, as a replication of a scenario tells its latencies. */
  phases: { sojourns: PhaseResult; waits: PhaseResult }
  /** Arrivals that a batch has on average. */
  expected: number
  /** Share refused because the backlog was full. */
  refused: number
  /** Share that had to wait. */
  waited: number
  /** In the system, over time. */
  inSystem: number
  /** What chance gave more of than expected, as a share: customers, and work for the cores. */
  controls: [customers: number, work: number]
}

export function observe(options: StationOptions, seed: string): Observed {
  return new Station(options, new Streams(seed)).run()
}

class Station implements Transport {
  private readonly kernel = new Kernel()
  private readonly options: StationOptions
  private readonly rate: number
  private readonly arrivals: Arrivals
  private readonly servers: RealServer[]
  private readonly service: Service
  private readonly free: Packet[] = []
  private readonly sojourns: Recorder
  private readonly waits: Recorder
  private readonly isTimed: boolean
  private readonly isQueueWatched: boolean
  private readonly settledAt: Time
  private readonly endAt: Time
  /** Arrival times of those that wait, first come first served, by server. */
  private readonly waiting: { at: Time[]; first: number }[]
  private offered = 0
  private refusedCount = 0
  private waitedCount = 0
  /** Core time beyond the mean of the requests begun with. */
  private excessPs = 0

  constructor(options: StationOptions, streams: Streams) {
    this.options = options
    this.rate = (options.load * options.cores * options.servers * PS_PER_SECOND) / UNIT_PS
    const durationPs = Math.ceil((options.customers / this.rate) * PS_PER_SECOND)
    const phases = [{ startPs: 0, durationPs, fromRate: this.rate, toRate: this.rate }]
    const size = options.burst ?? 1
    const kind = size === 1 ? { kind: 'poisson' as const } : { kind: 'bursts' as const, size }
    this.arrivals = new Arrivals(phases, kind, streams.stream('arrivals'))
    this.settledAt = Math.floor(durationPs * (options.settling ?? SETTLING))
    this.endAt = durationPs
    this.sojourns = this.recorder()
    this.waits = this.recorder()
    const { watched = ['sojourns', 'waits'] } = options
    this.isTimed = watched.includes('sojourns')
    this.isQueueWatched = watched.includes('waits')
    this.waiting = Array.from({ length: options.servers }, () => ({ at: [], first: 0 }))
    this.servers = this.waiting.map((_, index) => this.server(index, streams))
    this.service = this.virtualService(streams)
    const alarm = this.kernel.add({
      wake: (now) => {
        alarm.set(this.arrivals.next())
        this.arrive(now)
      },
    })
    alarm.set(this.arrivals.next())
  }

  run(): Observed {
    this.kernel.runUntil(NEVER - 1)
    const { offered } = this
    const phases = { sojourns: phaseOf(this.sojourns), waits: phaseOf(this.waits) }
    const [sojourns, waits] = [merge(phases.sojourns.latency), merge(phases.waits.latency)]
    const spanPs = this.endAt - this.settledAt
    const customers = (this.rate * spanPs) / PS_PER_SECOND
    return {
      sojourn: sojourns.sum / sojourns.count / UNIT_PS,
      wait: waits.sum / waits.count / UNIT_PS,
      sojourns,
      waits,
      phases,
      expected: customers / BATCHES,
      refused: this.refusedCount / offered,
      waited: this.waitedCount / offered,
      inSystem: sojourns.sum / spanPs,
      controls: [offered / customers - 1, this.excessPs / UNIT_PS / customers],
    }
  }

  /** The chosen server's destination counts what it holds, as that of IPVS counts connections. */
  private arrive(now: Time): void {
    const packet = this.free.pop() ?? new Packet()
    packet.requestAt = now
    packet.srcPort = 0
    const destination = this.choose(packet, now)
    packet.srcPort = destination.tag
    destination.totalConnections++
    const isCounted = now >= this.settledAt
    if (isCounted) {
      this.offered++
      if (this.isTimed) this.sojourns.offer(this.sojourns.slotAt(0, now))
      if (this.isQueueWatched) this.waits.offer(this.waits.slotAt(0, now))
    }
    if (this.isQueueWatched) this.waiting[destination.tag]!.at.push(now)
    if (this.servers[destination.tag]!.work(packet, now)) return
    if (this.isQueueWatched) this.waiting[destination.tag]!.at.pop()
    if (isCounted) this.refusedCount++
    this.leave(packet)
  }

  private choose(packet: Packet, now: Time): Destination {
    const { destinations, scheduler } = this.service
    return destinations.length === 1 ? destinations[0]! : scheduler.schedule(packet, now)!
  }

  answer(packet: Packet, _server: RealServer, now: Time): void {
    if (this.isTimed && packet.requestAt >= this.settledAt) {
      told(this.sojourns, packet.requestAt, now)
    }
    this.leave(packet)
  }

  private leave(packet: Packet): void {
    this.byTag[packet.srcPort]!.totalConnections--
    this.free.push(packet)
  }

  private byTag: Destination[] = []

  private server(index: number, streams: Streams): RealServer {
    const { cores, workers = cores, backlog, service } = this.options
    const drawn = sampler(service, streams.stream(`servers/${index}/service`))
    return new RealServer(
      this.kernel,
      {
        name: `rs${index + 1}`,
        ...{ address: FIRST_SERVER + index, mac: index, gateway: { mac: 0 } },
        ...{ cores, workers, backlog, maxConnections: null, slowness: 1 },
        service: this.telling(index, drawn),
        neighbours: new Neighbours(),
        beyond: new AddressTable(),
        directors: new AddressTable(),
        uplink: { receive: () => {} },
      },
      this,
      { lose: () => {} },
    )
  }

  /** Tells, each time a server begins with a request, how long that has waited and takes. */
  private telling(index: number, drawn: Sampler): Sampler {
    return {
      next: () => {
        const { now } = this.kernel
        if (this.isQueueWatched) this.begun(index, now)
        const work = drawn.next()
        if (now >= this.settledAt && now < this.endAt) this.excessPs += work - UNIT_PS
        return work
      },
    }
  }

  private begun(index: number, now: Time): void {
    const line = this.waiting[index]!
    const arrivedAt = line.at[line.first++]!
    if (line.first > 1024 && line.first * 2 > line.at.length) {
      line.at.splice(0, line.first)
      line.first = 0
    }
    if (arrivedAt < this.settledAt) return
    told(this.waits, arrivedAt, now)
    if (now > arrivedAt) this.waitedCount++
  }

  /** What is counted, as one phase. */
  private recorder(): Recorder {
    const startPs = this.settledAt
    const durationPs = this.endAt - startPs
    return new Recorder([{ name: 'counted', startPs, durationPs, steady: true }], [])
  }

  private virtualService(streams: Streams): Service {
    const chance = streams.stream('director/ipvs')
    const ipvs = new Ipvs({
      ...{ tableSize: 4096, kernel: '6.1', random: () => chance.uint32() },
      timers: { expireAt: () => {} },
      routes: { generation: 0, find: () => null },
    })
    const { scheduler, servers } = this.options
    const service = ipvs.addService({ protocol: UDP, address: VIP, port: 80, scheduler }, 0)
    for (let tag = 0; tag < servers; tag++) {
      const address = FIRST_SERVER + tag
      const spec = { address, port: 80, weight: 1, forwarding: 'dr' as const, tag }
      this.byTag.push(ipvs.addDestination(service, spec))
    }
    return service
  }

  request(): void {}
  atClient(): void {}
  atServer(): void {}
  lost(): void {}

  forgotten(): void {}

  closed(): void {}

  resumed(): void {}
}

function told(recorder: Recorder, from: Time, to: Time): void {
  recorder.deliver(recorder.slotAt(0, from), to - from)
}

function phaseOf(recorder: Recorder): PhaseResult {
  return recorder.results('station', [], NEVER)[0]!
}
