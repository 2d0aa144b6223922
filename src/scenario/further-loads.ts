// Load to further services of a file: what it leaves out is the workload's, and in base units.
import type { Findings } from './findings.ts'
import { readRates } from './phase-rates.ts'
import type { FurtherLoadSpec, PhaseSpec } from './scenario.ts'
import type { Document } from './schema.ts'
import { readLoad, type LoadDocument } from './workload.ts'

type WorkloadDocument = NonNullable<Document['workload']>
type FurtherDocument = NonNullable<WorkloadDocument['services']>[string]

/**
 * Everything written out. Sizes are frames in UDP and payload in TCP, and only TCP has connections
 * to keep: a service of another protocol than the workload's does not take them from there.
 */
export function completeFurtherLoad(
  load: FurtherDocument,
  workload: LoadDocument,
  sizes: Pick<LoadDocument, 'request' | 'response'>,
  isSameProtocol: boolean,
): FurtherDocument {
  const { from, arrivals, popularity, request, response, connection } = workload
  return {
    ...(from === undefined ? {} : { from }),
    ...(arrivals === undefined ? {} : { arrivals }),
    ...(popularity === undefined ? {} : { popularity }),
    ...(isSameProtocol && request !== undefined && response !== undefined
      ? { request, response }
      : sizes),
    ...(isSameProtocol && connection !== undefined ? { connection } : {}),
    ...load,
  }
}

/** In the order of the file. */
export function readFurtherLoads(
  document: Document,
  phases: readonly PhaseSpec[],
  findings: Findings,
): FurtherLoadSpec[] {
  return Object.entries(document.workload?.services ?? {}).flatMap(([to, given]) => {
    const path = ['workload', 'services', to]
    const load = readLoad(given, path, findings)
    const rates = readRates(given, phases, path, '500cps', findings)
    return load === null ? [] : [{ ...load, to, rates }]
  })
}
