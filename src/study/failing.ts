// What requests fail of, or wait for, where no wire and no core is full: ports that clients lack,
// and the places and causes of dropped packets; where nothing was dropped, how the requests ended.
import { openShare } from '../measure/open-requests.ts'
import type { Failing, ServiceSummary, Summary } from '../measure/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { loadsOf } from '../scenario/loads.ts'
import { populationsOf } from '../scenario/populations.ts'
import { sum } from './measures.ts'
import { placeName } from './resources.ts'

const NO_PORT = 'no port'
const NO_PORT_LEFT = 'no port left'
const MOST = 3
/** What is less than this part of the foremost is not told. */
const MINOR = 0.1
/** Queues in front of wires and cores: they overflow where those are not always busy, too. */
const OF_CAPACITY: ReadonlySet<string> = new Set([
  'queue full',
  'shared buffer full',
  'ring full',
  'backlog full',
])

/** The foremost first. `services` are of each service with load, in the order of loads.ts. */
export function failingOf(
  scenario: Scenario,
  services: readonly ServiceSummary[],
  drops: Summary['drops'],
  phase: string,
): Failing[] {
  const loads = loadsOf(scenario)
  const known = [
    ...loads.flatMap((load, index) => portsOf(load, services[index]!, phase)),
    ...dropsIn(scenario, drops, phase),
  ]
  if (known.length > 0) return known.slice(0, MOST)
  return loads.flatMap(({ workload }, index) => endsOf(workload.to, services[index]!, phase))
}

/** Whether a wire or a core may be what they fail of: its queue overflowed, or nothing else did. */
export function isOfCapacity(
  failing: readonly Failing[],
  drops: Summary['drops'],
  phase: string,
): boolean {
  const own = drops.filter((drop) => drop.phase === phase)
  const overflowed = own.some(({ at, cause }) => OF_CAPACITY.has(cause) && !at.endsWith(' shaper'))
  return overflowed || (own.length === 0 && failing.every(({ cause }) => cause !== NO_PORT_LEFT))
}

/** Packets beyond the rate of a policer, in a replication. */
export function policed(drops: Summary['drops'], phase: string): number {
  return sum(
    drops
      .filter((drop) => drop.phase === phase && drop.at.endsWith(' policer'))
      .map(({ packets }) => packets.mean),
  )
}

function portsOf(load: Scenario, { failed }: ServiceSummary, phase: string): Failing[] {
  const causes = Object.entries(failed[phase] ?? {})
  const most = Math.max(...causes.map(([, { mean }]) => mean))
  const lacking = causes.some(([cause, { mean }]) => cause === NO_PORT && mean >= MINOR * most)
  if (!lacking) return []
  const at = populationsOf(load).map(({ clients }) => clients.name)
  return [{ at: at.join(' and '), cause: NO_PORT_LEFT }]
}

/** Places of one kind together. */
function dropsIn(scenario: Scenario, drops: Summary['drops'], phase: string): Failing[] {
  const sums = new Map<string, Failing & { packets: number }>()
  for (const drop of drops.filter((one) => one.phase === phase)) {
    const at = placeName(scenario, drop.at)
    const key = `${at}/${drop.cause}`
    const packets = (sums.get(key)?.packets ?? 0) + drop.packets.mean
    sums.set(key, { at, cause: drop.cause, packets })
  }
  const sorted = [...sums.values()].sort((a, b) => b.packets - a.packets)
  return sorted
    .filter(({ packets }) => packets >= MINOR * sorted[0]!.packets)
    .map(({ at, cause }) => ({ at, cause }))
}

function endsOf(name: string, service: ServiceSummary, phase: string): Failing[] {
  const causes = Object.keys(service.failed[phase] ?? {}).map((cause) => ({ at: name, cause }))
  return openShare(service, phase) > 0 ? [...causes, { at: name, cause: 'still open' }] : causes
}
