// What arithmetic says of every service with load, beside what was measured of it. Its limits leave
// room for the others at the highest of their steady rates: only phases in which they have those
// can be compared.
import type { Bottleneck, ServiceSummary, TheoryBeside } from '../measure/summary.ts'
import { loadsOf } from '../scenario/loads.ts'
import { populationsOf } from '../scenario/populations.ts'
import { highestRate, isConstant } from '../scenario/rates.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Theory } from '../theory/theory.ts'
import { losesOnWires } from './bottleneck.ts'
import { lateIn } from './late-answers.ts'
import type { Span } from './spans.ts'
import { theoryBeside } from './theory-beside.ts'

/** `spans` and `services` are of each service with load, in the order of loads.ts. */
export function theoriesBeside(
  scenario: Scenario,
  theory: Theory,
  spans: readonly (readonly Span[])[],
  services: readonly ServiceSummary[],
  bottleneck: Bottleneck | null,
): TheoryBeside {
  const loads = loadsOf(scenario)
  const theories = [theory, ...(theory.further ?? [])]
  const all = loads.map((load, index) => {
    const others = loads.filter((other) => other !== load)
    const own = theories[index]!
    const steady = spans[index]!.flatMap((span) => (span.steady ? [span.name] : []))
    const phases = steady.filter((name) => others.every((other) => isCounted(other, name)))
    return theoryBeside(own, services[index]!, bottleneck, {
      isWarm: isWarm(load),
      isLossy: losesOnWires(scenario),
      hasPackets: own.leavesOutPackets,
      phases,
      hasSteady: steady.length > 0,
      late: new Map(spans[index]!.map((span) => [span.name, lateIn(span)])),
      stopsOthers: theories.filter((each) => each !== own).flatMap(({ warm }) => warm.stoppedBy),
    })
  })
  const [first, ...further] = all as [TheoryBeside, ...TheoryBeside[]]
  if (further.length === 0) return first
  const names = loads.slice(1).map(({ workload }) => workload.to)
  return { ...first, further: Object.fromEntries(names.map((name, i) => [name, further[i]!])) }
}

function isWarm(load: Scenario): boolean {
  const isTcp = load.services[load.workload.to]!.protocol === 'tcp'
  return isTcp || populationsOf(load).every(({ clients }) => clients.established)
}

/** Whether that service has the highest of its steady rates in the phase (theory.ts). */
function isCounted({ workload }: Scenario, phase: string): boolean {
  const steady = workload.phases.filter(isConstant)
  const highest = Math.max(...steady.map(highestRate))
  const own = steady.find(({ name }) => name === phase)
  return workload.users === undefined && own !== undefined && highestRate(own) === highest
}
