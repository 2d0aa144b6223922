// 'web.latency.p99 steady' as the command line gives it: the metric and, unless left out, the
// phase.
import { loadedServices } from '../scenario/loads.ts'
import { nearest } from '../scenario/nearest.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { isOfWhole, METRICS } from './metrics.ts'

export interface MetricName {
  service: string
  /** 'latency.p99' */
  metric: string
  /** Null: every steady phase; of fairness and outages the whole run. */
  phase: string | null
}

export interface WrongName {
  message: string
  hint: string
}

export interface Known {
  /** Those that get load. */
  services: readonly string[]
  phases: readonly string[]
}

/** What the words may name in a scenario. */
export function knownIn(scenario: Pick<Scenario, 'workload'>): Known {
  const phases = scenario.workload.phases.map(({ name }) => name)
  return { services: loadedServices(scenario), phases }
}

/** What the words name, or why they name nothing. */
export function readMetricName(words: string, { services, phases }: Known): MetricName | WrongName {
  const [name = '', phase = null, ...more] = words.trim().split(/\s+/)
  const all = services.flatMap((service) => METRICS.map((metric) => ({ service, metric })))
  const names = all.map(({ service, metric }) => `${service}.${metric}`)
  const found = all[names.indexOf(name)]
  if (found === undefined) {
    return { message: `there is no metric "${name}"`, hint: hintFor(name, names, services) }
  }
  if (more.length > 0) {
    return { message: `"${words}" has more than a metric and a phase`, hint: `Give "${name}".` }
  }
  const spans = spansOf(found.metric, phases)
  if (phase !== null && !spans.includes(phase)) {
    const meant = nearest(phase, spans)
    const hint = meant === undefined ? `There are ${spans.join(', ')}.` : `Did you mean ${meant}?`
    return { message: `there is no phase "${phase}"`, hint }
  }
  return { ...found, phase }
}

/** Of fairness phases and the whole run; outages are of the whole run alone. */
function spansOf(metric: string, phases: readonly string[]): readonly string[] {
  if (isOfWhole(metric)) return ['whole']
  return metric === 'fairness.jain' ? [...phases, 'whole'] : phases
}

/** 'p9' is as near to 'p50' as to 'p90': of latency all are named. */
function hintFor(name: string, names: readonly string[], services: readonly string[]): string {
  const service = services.find((each) => name.startsWith(`${each}.latency`))
  const own = names.filter((one) => one.startsWith(`${service}.latency.`))
  if (service !== undefined) return `There are ${own.join(', ')}.`
  const meant = nearest(name, names)
  return meant === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${meant}?`
}
