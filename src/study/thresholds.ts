// What must hold, compared with what was measured. The verdict is by the mean; when the limit lies
// inside the interval it is 'close', because more replications might turn it.
import type { Measured, ServiceSummary, ThresholdResult, Verdict } from '../measure/summary.ts'
import type { ThresholdSpec } from '../scenario/scenario.ts'

export function thresholdResults(
  thresholds: readonly ThresholdSpec[],
  services: Record<string, ServiceSummary>,
): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const measured = measuredOf(threshold, services[threshold.service])
    return {
      metric: `${threshold.service}.${threshold.measure}`,
      phase: threshold.phase ?? 'whole',
      check: threshold.text,
      statistic: threshold.statistic,
      measured,
      limit: threshold.limit,
      verdict: measured === null ? 'not measured' : verdictOf(threshold, measured),
    }
  })
}

function measuredOf(
  threshold: ThresholdSpec,
  service: ServiceSummary | undefined,
): Measured | null {
  const { measure, statistic } = threshold
  const phase = threshold.phase ?? 'whole'
  if (service === undefined) return null
  if (measure === 'latency') {
    const latency = service.latency[phase]
    if (latency === undefined || statistic === 'ratio' || statistic === 'jain') return null
    return latency[statistic]
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
