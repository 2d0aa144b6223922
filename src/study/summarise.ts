// All replications of a run summed up: what `summary.json` holds and the terminal shows.
import { fingerprintOf } from '../measure/fingerprint.ts'
import type { ReplicationResult } from '../measure/replication.ts'
import type { CostUsed, Method, Summary, UntilTold } from '../measure/summary.ts'
import { bytesPerConnection } from '../scenario/costs.ts'
import { subjectOf } from '../scenario/faults.ts'
import { loadedServices, loadsOf } from '../scenario/loads.ts'
import { titleOf } from '../scenario/operation-spec.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Theory } from '../theory/theory.ts'
import { afterTheEnd } from './after-the-end.ts'
import { bottleneckOf } from './bottleneck.ts'
import { packetsOf } from './packets.ts'
import { pastDirector } from './past-director.ts'
import { foundOf } from './found.ts'
import { overReplications } from './measures.ts'
import { methodsOf } from './methods.ts'
import { outageSummaries } from './outages.ts'
import { individuals, resourceSummaries } from './resources.ts'
import { loadedService } from './services.ts'
import { labelling, settlingNote, spansOf, type Span } from './spans.ts'
import { theoriesBeside } from './theories-beside.ts'
import { thresholdResults, verdictOfAll } from './thresholds.ts'

export interface SummariseOptions {
  /** Of lvs-sim. */
  version: string
  scenarioHash: string
  costs: CostUsed[]
  /** A verdict of 'close' then fails. */
  strict: boolean
  /** What else was done to be sure, such as a stopping rule. */
  methods?: Method[]
  until?: UntilTold
}

/** At least one replication must have been run, if only in part. */
export function summarise(
  scenario: Scenario,
  replications: ReplicationResult[],
  theory: Theory,
  options: SummariseOptions,
): Summary {
  const loads = loadsOf(scenario).map((load) => spansOf(replications, load))
  const all = loadsOf(scenario).map((load, index) => {
    return loadedService(loads[index]!, replications, load)
  })
  const services = Object.fromEntries(
    loadedServices(scenario).map((name, index) => [name, all[index]!]),
  )
  const packets = packetsOf(replications)
  const parts = individuals(replications)
  const drops = dropsOf(replications)
  const bottleneck = bottleneckOf(scenario, loads, all, {
    ...{ resources: parts, packets: packets ?? [], drops },
  })
  const resources = resourceSummaries(replications)
  const thresholds = thresholdResults(scenario.thresholds, services, resources, replications.length)
  const verdict = verdictOfAll(thresholds)
  const isComplete =
    replications.length === scenario.time.replications && replications.every((r) => r.complete)
  const labelOf = labelling(scenario)
  const outages = outageSummaries(replications)
  return {
    schema: 'lvs-sim-summary/1',
    name: scenario.name,
    title: scenario.title,
    version: options.version,
    seed: scenario.seed,
    scenarioHash: options.scenarioHash,
    fingerprint: fingerprintOf(replications),
    complete: isComplete,
    verdict,
    pass: verdict === 'pass' || (verdict === 'close' && !options.strict),
    replications: replications.length,
    intervals: intervalsOf(replications, loads.flat()),
    methods: [...methodsOf(loads.flat(), labelOf), ...(options.methods ?? [])],
    ...(options.until === undefined ? {} : { until: options.until }),
    thresholds,
    services,
    resources,
    drops,
    ...pastDirector(replications),
    ...(packets === undefined ? {} : { packets }),
    bottleneck,
    connections: connectionsOf(scenario, replications),
    theory: theoriesBeside(scenario, theory, loads, all, bottleneck),
    costs: options.costs,
    notes: notesOf(scenario, replications, loads.flat(), labelOf),
    timeline: replications[0]!.timeline,
    ...foundIn(replications),
    ...(outages === null ? {} : { outages }),
  }
}

function foundIn(replications: readonly ReplicationResult[]): Pick<Summary, 'found'> {
  const found = foundOf(replications)
  return found.length === 0 ? {} : { found }
}

function intervalsOf(
  replications: readonly ReplicationResult[],
  spans: readonly Span[],
): Summary['intervals'] {
  if (replications.length > 1) return 'replications'
  return spans.some(({ steady }) => steady) ? 'batch means' : 'none'
}

/** Dropped packets by place, cause and phase; a replication without any counts as 0. */
function dropsOf(replications: readonly ReplicationResult[]): Summary['drops'] {
  const places = new Map<string, { at: string; cause: string; phase: string; counts: number[] }>()
  replications.forEach(({ drops }, replication) => {
    for (const { at, cause, phase, packets } of drops) {
      const key = `${phase} ${at} ${cause}`
      const counts = Array<number>(replications.length).fill(0)
      const place = places.get(key) ?? { at, cause, phase, counts }
      place.counts[replication]! += packets
      places.set(key, place)
    }
  })
  return [...places.values()].map(({ counts, ...place }) => ({
    ...place,
    packets: overReplications(counts, '1'),
  }))
}

function connectionsOf(
  scenario: Scenario,
  replications: readonly ReplicationResult[],
): Summary['connections'] {
  const { director } = scenario.services[scenario.workload.to]!
  const bytes = bytesPerConnection(scenario.directors[director]!)
  const of = (what: 'atEnd' | 'most' | 'created'): number[] =>
    replications.map(({ connections }) => connections[what])
  return {
    atEnd: overReplications(of('atEnd'), '1'),
    most: overReplications(of('most'), '1'),
    created: overReplications(of('created'), '1'),
    memory: overReplications(
      of('most').map((entries) => entries * bytes),
      'B',
    ),
  }
}

/** What was to happen behind the end of the run, which `--duration` may have cut. */
function unreached({ faults, operations, time }: Scenario): string[] {
  const isUnreached = ({ atPs }: { atPs: number }) => atPs >= time.durationPs
  const list = [
    ...faults.filter(isUnreached).map((fault) => `${fault.kind}${subjectOf(fault)}`),
    ...operations.filter(isUnreached).map(titleOf),
  ]
  if (list.length === 0) return []
  return [`not reached: ${list.join(', ')}`]
}

function notesOf(
  scenario: Scenario,
  replications: readonly ReplicationResult[],
  spans: readonly Span[],
  labelOf: (span: Span) => string,
): string[] {
  const { replications: wanted } = scenario.time
  const whole = replications.filter(({ complete }) => complete).length
  const reached = new Set(spans.map(({ name }) => name))
  const missed = scenario.workload.phases.filter(({ name }) => !reached.has(name))
  return [
    ...(whole < wanted ? [`incomplete: ${whole} of ${wanted} replications ran to their end`] : []),
    ...(missed.length > 0 ? [`not reached: ${missed.map(({ name }) => name).join(', ')}`] : []),
    ...unreached(scenario),
    ...(scenario.workload.replay?.notes ?? []),
    ...spans
      .filter(({ settling }) => settling > 0)
      .map((span) => settlingNote(span, labelOf(span))),
    ...afterTheEnd(spans, labelOf),
  ]
}
