// What the requests of a service met, phase by phase: offered, delivered, lost and why, latency,
// fairness.
import { BATCHES, type ReplicationResult } from '../measure/replication.ts'
import type { Measured, ServiceSummary } from '../measure/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { fairnessOf, wholeFairness } from './fairness.ts'
import { latencyOf } from './latency.ts'
import { lossOf } from './loss.ts'
import { overBatches, overReplications } from './measures.ts'
import { availabilityOf } from './outages.ts'
import { byBatch, isSingle, type Span } from './spans.ts'

const PS_PER_SECOND = 1e12

/** The workload's service of a scenario (loads.ts), with what its address went through. */
export function loadedService(
  spans: readonly Span[],
  replications: readonly ReplicationResult[],
  scenario: Scenario,
): ServiceSummary {
  const { to } = scenario.workload
  return { ...serviceSummary(spans), ...availabilityOf(replications, scenario, to) }
}

/** The service in all phases reached; what nothing was offered in has no loss and no latency. */
function serviceSummary(spans: readonly Span[]): ServiceSummary {
  const perPhase = <T>(one: (span: Span) => T | null): Record<string, T> =>
    Object.fromEntries(
      spans.flatMap((span): [string, T][] => {
        const value = one(span)
        return value === null ? [] : [[span.name, value]]
      }),
    )
  const whole = wholeFairness(spans)
  return {
    phases: spans.map(({ name }) => name),
    offered: perPhase((span) => rate(span, 'offered')),
    delivered: perPhase((span) => rate(span, 'delivered')),
    loss: perPhase(lossOf),
    failed: perPhase(failed),
    unfinished: perPhase(({ results }) =>
      overReplications(
        results.map((p) => p.unfinished),
        '1',
      ),
    ),
    latency: perPhase(latencyOf),
    fairness: { ...perPhase(fairnessOf), ...(whole === null ? {} : { whole }) },
  }
}

function rate(span: Span, what: 'offered' | 'delivered'): Measured {
  const perSecond = (count: number, ps: number) => (count * PS_PER_SECOND) / ps
  const rates = span.results.map((p) => perSecond(p[what], p.durationPs))
  if (!isSingle(span)) return overReplications(rates, 'pps')
  const { windows, durationPs } = span.results[0]!
  const batches = byBatch(windows[what]).map((count) => perSecond(count, durationPs / BATCHES))
  return overBatches(rates[0]!, batches, 'pps')
}

/** Failed requests by cause, in each replication. */
function failed({ results }: Span): Record<string, Measured> {
  // One that is seldom has a place only where it was met (measure/recorder.ts).
  const causes = [...new Set(results.flatMap((p) => Object.keys(p.failed)))]
  const met = causes.filter((cause) => results.some((p) => (p.failed[cause] ?? 0) > 0))
  return Object.fromEntries(
    met.map((cause) => [
      cause,
      overReplications(
        results.map((p) => p.failed[cause] ?? 0),
        '1',
      ),
    ]),
  )
}
