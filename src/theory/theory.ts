// What arithmetic already knows of a scenario, resource by resource, before anything is simulated.
import { highestRate, isConstant } from '../scenario/rates.ts'
import type { Forwarding, Scenario } from '../scenario/scenario.ts'
import type { Limit, ResourceLimit, Theory } from './limits.ts'
import { directorLimit, serverLimits } from './processors.ts'
import { requestsPerConnection } from './frames.ts'
import { portLimits } from './ports.ts'
import { withRecordedSizes } from './recorded-sizes.ts'
import { wireLimits } from './wires.ts'

export type { Limit, ResourceLimit, Theory } from './limits.ts'

/** Limits that differ by less than this are named together. */
const TIE = 0.005

/**
 * The limits of the scenario's service: the largest load carried without loss, and what stops it
 * (semantics: frames, wires, queues; director). Requests per second.
 */
export function theory(given: Scenario): Theory {
  const scenario = withRecordedSizes(given)
  const service = scenario.services[scenario.workload.to]!
  const isTcp = service.protocol === 'tcp'
  const fixed = [...wireLimits(scenario), ...serverLimits(scenario), ...portLimits(scenario)]
  const cold = [...fixed, directorLimit(scenario, true)].sort(bySize)
  const warm = isTcp ? cold : [...fixed, directorLimit(scenario, false)].sort(bySize)
  const modes = new Set<Forwarding>(service.destinations.map(({ forwarding }) => forwarding))
  return {
    service: service.name,
    forwarding: [...modes].join(' and '),
    warm: limitOf(warm),
    cold: limitOf(cold),
    resources: warm,
    offeredPps: offered(scenario),
    leavesOutPackets: scenario.workload.packets !== undefined,
  }
}

function bySize(a: ResourceLimit, b: ResourceLimit): number {
  return a.mostPps - b.mostPps
}

function limitOf(sorted: readonly ResourceLimit[]): Limit {
  const { mostPps } = sorted[0]!
  return { mostPps, stoppedBy: sorted.filter((limit) => limit.mostPps <= mostPps * (1 + TIE)) }
}

/** Most requests of the steady phases; of all phases when none is steady. */
function offered(scenario: Scenario): number {
  const { phases } = scenario.workload
  const steady = phases.filter(isConstant)
  const rates = (steady.length > 0 ? steady : phases).map(highestRate)
  const opened = rates.reduce((most, rate) => Math.max(most, rate), 0)
  return opened * requestsPerConnection(scenario)
}
