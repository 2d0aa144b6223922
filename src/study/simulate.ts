// One scenario from its first replication to its summary: what `lvs-sim run` and the library do.
import { assert } from '../assert.ts'
import { fingerprintOf } from '../measure/fingerprint.ts'
import type { ReplicationResult } from '../measure/replication.ts'
import type { CostUsed, Method, Summary, UntilTold } from '../measure/summary.ts'
import { directorCosts } from '../scenario/costs.ts'
import { loadedServices } from '../scenario/loads.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { theory, type Theory } from '../theory/theory.ts'
import { runReplications, type RunOptions } from './replications.ts'
import { summarise } from './summarise.ts'

export interface SimulateOptions extends RunOptions {
  /** Of lvs-sim, for the record. */
  version: string
  /** A verdict of 'close' then fails. */
  strict?: boolean
}

export interface Simulated {
  /** Null when it was stopped before anything was measured. */
  summary: Summary | null
  theory: Theory
  replications: ReplicationResult[]
}

/** Runs all replications and sums them up. */
export async function simulate(scenario: Scenario, options: SimulateOptions): Promise<Simulated> {
  const limits = theory(scenario)
  const replications = await runReplications(scenario, options)
  if (replications.length === 0) return { summary: null, theory: limits, replications }
  return { summary: summed(scenario, replications, limits, options), theory: limits, replications }
}

/** The summary of replications that have been run. */
export function summed(
  scenario: Scenario,
  replications: ReplicationResult[],
  limits: Theory,
  {
    version,
    strict = false,
    methods = [],
    until,
  }: Pick<SimulateOptions, 'version' | 'strict'> & {
    methods?: Method[]
    until?: UntilTold
  },
): Summary {
  return summarise(scenario, replications, limits, {
    version,
    scenarioHash: fingerprintOf(scenario),
    costs: costsUsed(scenario),
    strict,
    methods,
    ...(until === undefined ? {} : { until }),
  })
}

/** Values of the cost profiles of the directors that have services with load, each once. */
function costsUsed(scenario: Scenario): CostUsed[] {
  const loaded = loadedServices(scenario).map((name) => scenario.services[name]!)
  const directors = [...new Set(loaded.map(({ director }) => director))]
  const all = directors.flatMap((name) => {
    const own = loaded.filter(({ director }) => director === name)
    const modes = own.flatMap(({ destinations }) => destinations.map((each) => each.forwarding))
    const costs = directorCosts(scenario.directors[name]!, [...new Set(modes)])
    assert('used' in costs, 'a scenario without costs was loaded')
    return costs.used
  })
  return [...new Map(all.map((cost) => [JSON.stringify(cost), cost])).values()]
}
