// What arithmetic already knows of a scenario, resource by resource, before anything is simulated.
import { loadsOf } from '../scenario/loads.ts'
import { highestRate, isConstant } from '../scenario/rates.ts'
import type { Forwarding, Scenario } from '../scenario/scenario.ts'
import { directorsOf } from '../scenario/served-by.ts'
import type { Limit, ResourceLimit, ResourceUse, Theory, TooBig } from './limits.ts'
import { limitsBeside } from './other-services.ts'
import { directorLimit, entriesOf, serverLimits } from './processors.ts'
import { requestsPerConnection } from './frames.ts'
import { passagesOf } from './passages.ts'
import { portLimits } from './ports.ts'
import { withRecordedSizes } from './recorded-sizes.ts'
import { isAllTooBig, sizeLimits, tooBigOf } from './too-big.ts'
import { wireLimits } from './wires.ts'

export type { Limit, ResourceLimit, Theory } from './limits.ts'

/** Limits that differ by less than this are named together. */
const TIE = 0.005

/** Digits in which sums of the same parts in another order agree. */
const DIGITS = 12

/** What one service would need of everything, if it had the cluster for itself. */
interface Needs {
  scenario: Scenario
  offeredPps: number
  tooBig: TooBig[]
  shrinks: string[]
  fixed: ResourceUse[]
  warm: ResourceUse
  cold: ResourceUse
}

/**
 * The limits of the workload's service, and of each further one: the largest load carried without
 * loss, and what stops it (semantics: frames, wires, queues; director), while the others have the
 * highest of their steady rates. Requests per second.
 */
export function theory(given: Scenario): Theory {
  const loads = loadsOf(withRecordedSizes(given))
  const needs = loads.map((load) => needsOf(load, loads))
  const [first, ...further] = needs.map((own) => theoryOf(own, needs))
  if (further.length === 0) return first!
  const elsewhere = elsewhereIn(loads)
  return { ...first!, ...(elsewhere.length === 0 ? {} : { elsewhere }), further }
}

/** Further services on another director, whose address could be where the workload's is. */
function elsewhereIn([own, ...further]: readonly Scenario[]): NonNullable<Theory['elsewhere']> {
  const serviceOf = ({ services, workload }: Scenario) => services[workload.to]!
  const couldBeOn = serviceOf(own!).director
  return further.map(serviceOf).flatMap((service) => {
    const { name, director } = service
    const isElsewhere = director !== couldBeOn && directorsOf(service).includes(couldBeOn)
    return isElsewhere && own!.ecmp === undefined ? [{ service: name, director, couldBeOn }] : []
  })
}

function needsOf(scenario: Scenario, loads: readonly Scenario[]): Needs {
  const { director } = scenario.services[scenario.workload.to]!
  const sharing = loads.filter(({ services, workload }) => {
    return services[workload.to]!.director === director
  })
  const isAlone = loads.length === 1
  const entries = sharing.reduce((sum, load) => sum + entriesOf(load), 0)
  const passages = passagesOf(scenario)
  return {
    scenario,
    offeredPps: offered(scenario),
    tooBig: isAllTooBig(passages) ? [] : tooBigOf(passages),
    shrinks: [...new Set(passages.flatMap((each) => each.shrinks))],
    fixed: [
      ...wireLimits(scenario, passages),
      ...serverLimits(scenario),
      ...portLimits(scenario),
      ...sizeLimits(passages),
    ],
    warm: directorLimit(scenario, passages, { entries, isAlone, opensEach: false }),
    cold: directorLimit(scenario, passages, { entries, isAlone, opensEach: true }),
  }
}

function theoryOf(own: Needs, all: readonly Needs[]): Theory {
  const { scenario, offeredPps, tooBig, shrinks } = own
  const service = scenario.services[scenario.workload.to]!
  const others = all.filter((each) => each !== own)
  const [warm, cold] = [limitsOf(own, others, false), limitsOf(own, others, true)]
  const modes = new Set<Forwarding>(service.destinations.map(({ forwarding }) => forwarding))
  return {
    service: service.name,
    forwarding: [...modes].join(' and '),
    warm: limitOf(warm),
    cold: limitOf(cold),
    resources: warm,
    offeredPps,
    ...(tooBig.length === 0 ? {} : { tooBig }),
    ...(shrinks.length === 0 ? {} : { shrinks }),
    leavesOutPackets: all.some((each) => each.scenario.workload.packets !== undefined),
    ...(others.length === 0 ? {} : { beside: others.map(besideOf) }),
  }
}

function besideOf({ scenario, offeredPps }: Needs): { service: string; pps: number | null } {
  const { to, users } = scenario.workload
  return { service: to, pps: users === undefined ? offeredPps : null }
}

/** With or without connections that exist already; those of TCP never do. */
function limitsOf(own: Needs, others: readonly Needs[], opensEach: boolean): ResourceLimit[] {
  const usesOf = ({ scenario, fixed, warm, cold }: Needs): ResourceUse[] => {
    const isTcp = scenario.services[scenario.workload.to]!.protocol === 'tcp'
    return [...fixed, opensEach || isTcp ? cold : warm]
  }
  const loads = others.map((other) => ({
    service: other.scenario.workload.to,
    pps: other.offeredPps,
    uses: usesOf(other),
  }))
  return limitsBeside(usesOf(own), loads).sort(bySize)
}

/** What is equal but for rounding stays as it was put. */
function bySize(a: ResourceLimit, b: ResourceLimit): number {
  return Number(a.mostPps.toPrecision(DIGITS)) - Number(b.mostPps.toPrecision(DIGITS))
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
