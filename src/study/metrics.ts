// Every measured number of a service by its name: 'latency.p99' in a phase. Comparisons, stopping
// rules and sizes speak of them so, and so does the command line ('web.latency.p99 steady').
import type { Measured, ServiceSummary } from '../measure/summary.ts'

export const LATENCIES = ['mean', 'p50', 'p90', 'p99', 'p999', 'max'] as const

/** Names of what is measured of a service in each phase, in the order of reports. */
export const METRICS: readonly string[] = [
  'offered',
  'delivered',
  'loss',
  ...LATENCIES.map((statistic) => `latency.${statistic}`),
  'fairness.jain',
  'outage.total',
  'outage.longest',
  'connections.kept',
  'connections.reset',
  'connections.stuck',
]

/** Whether it is measured over the whole run alone, and in no phase. */
export function isOfWhole(metric: string): boolean {
  return metric.startsWith('outage.') || metric.startsWith('connections.')
}

export interface Leaf {
  metric: string
  /** A phase, or 'whole' for what is measured over the whole run. */
  phase: string
  measured: Measured
}

/** All measured numbers of a service, phase by phase. */
export function leavesOf(service: ServiceSummary): Leaf[] {
  const phases = [...service.phases, 'whole']
  return phases.flatMap((phase) =>
    METRICS.flatMap((metric) => {
      const measured = measuredOf(service, metric, phase)
      return measured === null ? [] : [{ metric, phase, measured }]
    }),
  )
}

/** Null when nothing of it was measured in that phase. */
export function measuredOf(
  service: ServiceSummary,
  metric: string,
  phase: string,
): Measured | null {
  const [measure, statistic] = metric.split('.') as [string, string | undefined]
  if (isOfWhole(metric) && phase !== 'whole') return null
  switch (measure) {
    case 'offered':
    case 'delivered':
    case 'loss':
      return service[measure][phase] ?? null
    case 'fairness':
      return service.fairness[phase]?.jain ?? null
    case 'outage':
      return service.outage?.[statistic as 'total' | 'longest'] ?? null
    case 'connections':
      return service.connections?.[statistic as 'kept' | 'reset' | 'stuck'] ?? null
    default:
      return service.latency[phase]?.[statistic as (typeof LATENCIES)[number]] ?? null
  }
}
