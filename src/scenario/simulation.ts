// One replication of a scenario: builds the cluster, runs it phase by phase, gives what was
// measured. It knows no file and no clock, so it runs in a browser's worker as it runs here.
import type { Time } from '../kernel/time.ts'
import type { ReplicationResult } from '../measure/replication.ts'
import { arpOutcome, cameToServers } from './arp-outcome.ts'
import { build, type Cluster } from './build.ts'
import { Probe } from './probe.ts'
import type { PhaseSpec, Scenario } from './scenario.ts'

export interface SimulationOptions {
  /** 1, 2, ...: part of the name of every random stream. */
  replication: number
}

/** Runs to `end`: all phases and the cooldown; `--duration` may have cut the last of them. */
export class Simulation {
  readonly end: Time
  readonly cluster: Cluster
  private readonly scenario: Scenario
  private readonly replication: number
  private readonly probe: Probe
  private readonly phases: PhaseSpec[]
  /** Phases whose counters have been read. */
  private closed = 0
  private isStopped = false

  constructor(scenario: Scenario, { replication }: SimulationOptions) {
    this.scenario = scenario
    this.replication = replication
    this.cluster = build(scenario, replication)
    this.phases = scenario.workload.phases.filter((p) => p.startPs < scenario.time.durationPs)
    this.probe = new Probe(this.cluster, notes(scenario))
    this.end = scenario.time.durationPs + scenario.time.cooldownPs
  }

  get now(): Time {
    return this.cluster.kernel.now
  }

  get events(): number {
    return this.cluster.kernel.events
  }

  /** Phase in which the run stands; null in the cooldown. */
  get phase(): string | null {
    return this.phases[this.closed]?.name ?? null
  }

  /** Fires everything up to that time; less when the scenario's limit on events is reached. */
  runUntil(target: Time): void {
    const { kernel } = this.cluster
    const until = Math.min(target, this.end)
    while (kernel.now < until && !this.isStopped) {
      const phase = this.phases[this.closed]
      const closeAt = phase === undefined ? this.end : this.endOf(phase)
      this.isStopped = !kernel.runUntil(Math.min(until, closeAt), this.eventsLeft())
      if (phase !== undefined && kernel.now >= closeAt && !this.isStopped) {
        this.probe.close(phase.name, closeAt)
        this.closed++
      }
    }
  }

  /**
   * False while there is more to simulate; true at the end, or when the limit on events stopped it.
   */
  get isOver(): boolean {
    return this.isStopped || this.now >= this.end
  }

  /** What has been measured so far. */
  result(): ReplicationResult {
    const { kernel, recorder, director, loads, watch } = this.cluster
    const isComplete = kernel.now >= this.end && !this.isStopped
    const phase = this.phases[this.closed]
    if (phase !== undefined && kernel.now > phase.startPs) {
      this.probe.close(phase.name, kernel.now)
      this.closed++
    }
    this.probe.closeDrops('cooldown')
    const { connections } = director.ipvs
    const count = this.scenario.workload.phases.length
    const cutAt = Math.min(kernel.now, this.scenario.time.durationPs)
    return {
      replication: this.replication,
      complete: isComplete,
      events: kernel.events,
      simulatedPs: kernel.now,
      phases: loads.flatMap(({ service, weights }, place) =>
        recorder.results(service, weights, cutAt, place * count, count),
      ),
      resources: this.probe.resources,
      drops: this.probe.drops,
      timeline: this.timeline(),
      ...cameToServers(this.cluster),
      ...(this.cluster.floods.length === 0 ? {} : { packets: this.probe.packets }),
      ...(watch === null ? {} : { outages: watch.results(kernel.now) }),
      connections: {
        atEnd: connections.count,
        most: connections.most,
        created: connections.created,
        expired: connections.expired,
      },
    }
  }

  private timeline(): ReplicationResult['timeline'] {
    const happened = [...this.cluster.log.events, ...arpOutcome(this.scenario, this.cluster)]
    return happened.sort((a, b) => a.atPs - b.atPs)
  }

  private endOf(phase: PhaseSpec): Time {
    return Math.min(phase.startPs + phase.durationPs, this.scenario.time.durationPs)
  }

  private eventsLeft(): number {
    const { limitEvents } = this.scenario.time
    return limitEvents === null ? Infinity : Math.max(0, limitEvents - this.events)
  }
}

/** Why the resources have the capacity that they have. */
function notes({ directors }: Scenario): ConstructorParameters<typeof Probe>[1] {
  return {
    core: (director) => {
      const { cores, clockHz } = directors[director]!.cpu
      return `${cores} ${cores === 1 ? 'core' : 'cores'} at ${clockHz / 1e9}GHz`
    },
    wire: (link) => `the wire: ${link.options.rateBps / 1e9}Gbps`,
  }
}
