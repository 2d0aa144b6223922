// What must hold, compared with what was measured. The verdict is by the mean; when the limit lies
// inside the interval it is 'close', because more replications might turn it.
import type {
  Measured,
  ResourceSummary,
  ServiceSummary,
  ThresholdResult,
  Verdict,
} from '../measure/summary.ts'
import type { Measure, ThresholdSpec } from '../scenario/scenario.ts'
import { measuredOf as metricOf } from './metrics.ts'

export function thresholdResults(
  thresholds: readonly ThresholdSpec[],
  services: Record<string, ServiceSummary>,
  resources: readonly ResourceSummary[],
): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const measured =
      threshold.measure === 'utilisation'
        ? coresOf(threshold, resources)
        : measuredOf(threshold, threshold.measure, services[threshold.of])
    return {
      metric: `${threshold.of}.${threshold.measure}`,
      phase: threshold.phase ?? 'whole',
      check: threshold.text,
      statistic: threshold.statistic,
      measured,
      limit: threshold.limit,
      verdict: measured === null ? 'not measured' : verdictOf(threshold, measured),
    }
  })
}

/** Of a director's cores together, or of the busiest of them. */
function coresOf(
  { of, phase, statistic }: ThresholdSpec,
  resources: readonly ResourceSummary[],
): Measured | null {
  const cores = resources.filter(
    ({ at, resource, phase: its }) =>
      resource === 'cpu' && its === phase && at.startsWith(`${of}.cpu`),
  )
  // One core stands alone; of several the busiest, and their mean under a name with a star.
  const isMean = (at: string) => at.endsWith('*')
  const wanted =
    cores.length === 1 ? cores[0] : cores.find(({ at }) => isMean(at) === (statistic === 'mean'))
  return wanted?.utilisation ?? null
}

function measuredOf(
  threshold: ThresholdSpec,
  measure: Exclude<Measure, 'utilisation'>,
  service: ServiceSummary | undefined,
): Measured | null {
  const { statistic } = threshold
  const phase = threshold.phase ?? 'whole'
  if (service === undefined) return null
  if (measure === 'latency') {
    const latency = service.latency[phase]
    return latency?.[statistic as keyof typeof latency] ?? null
  }
  if (measure === 'outage' || measure === 'connections') {
    return metricOf(service, `${measure}.${statistic}`, phase)
  }
  if (measure === 'fairness') return service.fairness[phase]?.jain ?? null
  return service[measure][phase] ?? null
}

function verdictOf({ operator, limit }: ThresholdSpec, { mean, low, high }: Measured): Verdict {
  if (low !== null && high !== null && low < high && low <= limit && limit <= high) return 'close'
  return holds(mean, operator, limit) ? 'pass' : 'fail'
}

function holds(value: number, operator: ThresholdSpec['operator'], limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
  }
}

/** Of all thresholds together. What was not measured has no verdict. */
export function verdictOfAll(results: readonly ThresholdResult[]): Verdict {
  if (results.some(({ verdict }) => verdict === 'fail')) return 'fail'
  return results.some(({ verdict }) => verdict === 'close') ? 'close' : 'pass'
}
