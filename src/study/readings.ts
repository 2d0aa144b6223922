// What each replication alone measured: the values behind a mean over replications, in the order of
// their numbers, so that those of two runs can be paired.
import type { ReplicationResult } from '../measure/replication.ts'
import type { Measured } from '../measure/summary.ts'
import { loadsOf } from '../scenario/loads.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { leavesOf } from './metrics.ts'
import { loadedService } from './services.ts'
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
  return loadsOf(scenario).flatMap((load) => readingsOfLoad(replications, load))
}

/** Of the workload's service. */
function readingsOfLoad(replications: readonly ReplicationResult[], scenario: Scenario): Reading[] {
  const service = scenario.workload.to
  const spans = spansOf(replications, scenario)
  const readings = new Map<string, Reading>()
  for (const replication of replications) {
    const own = spans.flatMap((span) => spanOf(span, replication))
    if (own.length === 0) continue
    const summary = loadedService(own, [replication], scenario)
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
  const { service } = span.results[0]!
  const own = phases.find((p) => {
    return p.service === service && p.phase === span.name && p.durationPs > 0
  })
  return own === undefined ? [] : [{ ...span, steady: false, results: [own] }]
}
