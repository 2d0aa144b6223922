// What each replication alone measured: the values behind a mean over replications, in the order of
// their numbers, so that those of two runs can be paired.
import type { ReplicationResult } from '../measure/replication.ts'
import type { Measured } from '../measure/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { leavesOf } from './metrics.ts'
import { availabilityOf } from './outages.ts'
import { serviceSummary } from './services.ts'
import { spansOf, type Span } from './spans.ts'

export interface Reading {
  service: string
  metric: string
  phase: string
  /** Constant rate and nothing acting in it. */
  steady: boolean
  unit: Measured['unit']
  /** By number of the replication; those that did not measure it are not there. */
  values: Map<number, number>
}

/**
 * Every number that the replications measured. What is settling in is cut for all of them alike.
 */
export function readingsOf(
  replications: readonly ReplicationResult[],
  scenario: Scenario,
): Reading[] {
  const spans = spansOf(replications, scenario)
  const readings = new Map<string, Reading>()
  for (const replication of replications) {
    const own = spans.flatMap((span) => spanOf(span, replication))
    const service = own[0]?.results[0]?.service
    if (service === undefined) continue
    const summary = {
      ...serviceSummary(own),
      ...availabilityOf([replication], scenario, service),
    }
    for (const { metric, phase, measured } of leavesOf(summary)) {
      const key = `${phase} ${metric}`
      const steady = spans.find(({ name }) => name === phase)?.steady ?? false
      const empty = { service, metric, phase, steady, unit: measured.unit, values: new Map() }
      const reading: Reading = readings.get(key) ?? empty
      reading.values.set(replication.replication, measured.mean)
      readings.set(key, reading)
    }
  }
  return [...readings.values()]
}

/** The span as one replication has it; not steady, because no batch means are wanted of it. */
function spanOf(span: Span, { phases }: ReplicationResult): Span[] {
  const own = phases.find(({ phase, durationPs }) => phase === span.name && durationPs > 0)
  return own === undefined ? [] : [{ ...span, steady: false, results: [own] }]
}
