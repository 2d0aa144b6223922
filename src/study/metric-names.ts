// 'web.latency.p99 steady' as the command line gives it: the metric and, unless left out, the
// phase.
import { nearest } from '../scenario/nearest.ts'
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
  service: string
  phases: readonly string[]
}

/** What the words name, or why they name nothing. */
export function readMetricName(words: string, { service, phases }: Known): MetricName | WrongName {
  const [name = '', phase = null, ...more] = words.trim().split(/\s+/)
  const names = METRICS.map((metric) => `${service}.${metric}`)
  const index = names.indexOf(name)
  if (index === -1) {
    return { message: `there is no metric "${name}"`, hint: hintFor(name, names, service) }
  }
  if (more.length > 0) {
    return { message: `"${words}" has more than a metric and a phase`, hint: `Give "${name}".` }
  }
  const spans = spansOf(METRICS[index]!, phases)
  if (phase !== null && !spans.includes(phase)) {
    const meant = nearest(phase, spans)
    const hint = meant === undefined ? `There are ${spans.join(', ')}.` : `Did you mean ${meant}?`
    return { message: `there is no phase "${phase}"`, hint }
  }
  return { service, metric: METRICS[index]!, phase }
}

/** Of fairness phases and the whole run; outages are of the whole run alone. */
function spansOf(metric: string, phases: readonly string[]): readonly string[] {
  if (isOfWhole(metric)) return ['whole']
  return metric === 'fairness.jain' ? [...phases, 'whole'] : phases
}

/** 'p9' is as near to 'p50' as to 'p90': of latency all are named. */
function hintFor(name: string, names: readonly string[], service: string): string {
  const own = names.filter((one) => one.startsWith(`${service}.latency.`))
  if (name.startsWith(`${service}.latency`)) return `There are ${own.join(', ')}.`
  const meant = nearest(name, names)
  return meant === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${meant}?`
}
