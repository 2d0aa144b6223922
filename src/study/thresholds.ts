// What must hold, compared with what was measured. The verdict is by the mean; when the limit lies
// inside the interval it is 'close', because more replications might turn it. So it is when several
// replications together give no interval (a rare quantile of few requests), unless a more common
// quantile, which lies below, is surely beyond the limit. One run alone is judged by its value.
import type {
  DecidedBy,
  LatencySummary,
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
  replications: number,
): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const service = services[threshold.of]
    const measured =
      threshold.measure === 'utilisation'
        ? coresOf(threshold, resources)
        : measuredOf(threshold, threshold.measure, service)
    const judged =
      measured === null
        ? { verdict: 'not measured' as const }
        : judge(threshold, measured, replications, service)
    return {
      metric: `${threshold.of}.${threshold.measure}`,
      phase: threshold.phase ?? 'whole',
      check: threshold.text,
      statistic: threshold.statistic,
      measured,
      limit: threshold.limit,
      ...judged,
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

type Judged = Pick<ThresholdResult, 'verdict' | 'decidedBy'>

function judge(
  threshold: ThresholdSpec,
  { mean, low, high }: Measured,
  replications: number,
  service: ServiceSummary | undefined,
): Judged {
  const { operator, limit } = threshold
  const by = (value: number): Verdict => (holds(value, operator, limit) ? 'pass' : 'fail')
  if (low !== null && high !== null) {
    const isInside = low < high && low <= limit && limit <= high
    return { verdict: isInside ? 'close' : by(mean) }
  }
  if (replications === 1) return { verdict: by(mean) }
  const decidedBy = surelyBelow(threshold, service)
  if (decidedBy === null || decidedBy.low <= limit) return { verdict: 'close' }
  return { verdict: by(decidedBy.low), decidedBy }
}

const QUANTILES = ['p50', 'p90', 'p99', 'p999'] as const

/** Of the quantiles that cannot lie above the one asked for, that with the highest lower bound. */
function surelyBelow(
  { measure, statistic, phase }: ThresholdSpec,
  service: ServiceSummary | undefined,
): DecidedBy | null {
  const latency: LatencySummary | undefined = service?.latency[phase ?? 'whole']
  if (measure !== 'latency' || latency === undefined) return null
  const more = QUANTILES.slice(
    0,
    Math.max(
      0,
      QUANTILES.findIndex((name) => name === statistic),
    ),
  )
  const bounds = more.flatMap((name) => {
    const { low } = latency[name]
    return low === null ? [] : [{ statistic: name, low }]
  })
  return bounds.sort((a, b) => b.low - a.low)[0] ?? null
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
