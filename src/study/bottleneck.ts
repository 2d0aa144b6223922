// What limits, and how much room is left: the busiest wire or processor of the steady phase with
// the highest load, under the names that theory uses ('lb1' for its cores, 'rs*' for a group of
// servers).
import { openShare } from '../measure/open-requests.ts'
import type {
  Bottleneck,
  PacketsSummary,
  ResourceSummary,
  ServiceSummary,
  Summary,
} from '../measure/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { failingOf, isOfCapacity, policed } from './failing.ts'
import { lateIn } from './late-answers.ts'
import { sum } from './measures.ts'
import { starred } from './resources.ts'
import type { Span } from './spans.ts'

/** Utilisations that differ by less than this are named together. */
const TIE = 0.005
/** From this loss on a phase is beyond what its bottleneck carries. */
const LOST = 0.001
/** Where wires lose frames by themselves, loss alone does not say that something is full. */
const FULL = 0.95
/** And below this what is lost is not lost for want of capacity, but of a path's MTU, say. */
const BUSY = 0.5

/** What was measured beside the services. */
interface Found {
  resources: readonly ResourceSummary[]
  packets: readonly PacketsSummary[]
  drops: Summary['drops']
}

export function losesOnWires({ links }: Scenario): boolean {
  return Object.values(links).some(({ loss }) => loss !== null)
}

/** `loads` and `services` are of each service with load, in one order. */
export function bottleneckOf(
  scenario: Scenario,
  loads: readonly (readonly Span[])[],
  services: readonly ServiceSummary[],
  { resources, packets, drops }: Found,
): Bottleneck | null {
  const phase = busiestPhase(loads, services, packets)
  if (phase === null) return null
  const candidates = resources
    .filter((r) => r.phase === phase && r.resource !== 'ring' && r.utilisation.mean > 0)
    .sort((a, b) => b.utilisation.mean - a.utilisation.mean)
  const [first] = candidates
  if (first === undefined) return null
  const utilisation = first.utilisation.mean
  const named = new Map<string, { at: string; resource: string }>()
  for (const { at, resource, utilisation: own } of candidates) {
    if (own.mean < utilisation * (1 - TIE)) break
    const place = theoryName(scenario, at)
    named.set(`${place} ${resource}`, { at: place, resource })
  }
  const [, ...ties] = named.values()
  const isShort = fallsShort(loads, services, phase) || policedIn(loads, drops, phase)
  const failing = isShort ? failingOf(scenario, services, drops, phase) : []
  const isOfIt = isOfCapacity(failing, drops, phase)
  const least = losesOnWires(scenario) || !isOfIt ? FULL : BUSY
  const isFull = isShort && utilisation >= least
  return {
    at: theoryName(scenario, first.at),
    resource: first.resource,
    utilisation,
    phase,
    note: first.note,
    ties,
    fullAtPps: isShort ? null : offeredTo(services, phase) / utilisation,
    room: isFull ? 0 : isShort ? null : 1 / utilisation - 1,
    ...(isShort && !isFull ? { failing } : {}),
  }
}

/** Requests fail, are still open at the end, or are answered later and later. */
function fallsShort(
  loads: readonly (readonly Span[])[],
  services: readonly ServiceSummary[],
  phase: string,
): boolean {
  return (
    services.some((s) => (s.loss[phase]?.mean ?? 0) + openShare(s, phase) >= LOST) ||
    loads.some((spans) => spans.some((span) => span.name === phase && lateIn(span) !== null))
  )
}

/** A policer is no wire that could be busy: what it drops TCP sends again, and nothing is lost. */
function policedIn(
  loads: readonly (readonly Span[])[],
  drops: Summary['drops'],
  phase: string,
): boolean {
  const results = loads.flat().flatMap(({ name, results: own }) => (name === phase ? own : []))
  const requests = sum(results.map(({ offered }) => offered))
  const replications = results.length / loads.length
  return policed(drops, phase) >= (LOST * requests) / replications && requests > 0
}

/** Requests per second to all services. */
function offeredTo(services: readonly ServiceSummary[], phase: string): number {
  return services.reduce((sum, { offered }) => sum + offered[phase]!.mean, 0)
}

/** Steady phases go before others, then the load decides, packets without requests included. */
function busiestPhase(
  loads: readonly (readonly Span[])[],
  services: readonly ServiceSummary[],
  packets: readonly PacketsSummary[],
): string | null {
  const loadOf = (name: string) =>
    packets
      .filter(({ phase }) => phase === name)
      .reduce((sum, { sent }) => sum + sent.mean, offeredTo(services, name))
  const spans = loads[0]!
  const steady = spans.filter((_, index) => loads.every((each) => each[index]!.steady))
  const among = steady.length > 0 ? steady : spans
  let best: string | null = null
  for (const { name } of among) {
    if (best === null || loadOf(name) > loadOf(best)) best = name
  }
  return best
}

/** 'lb1.cpu7' is 'lb1', 'rs3.cpu' 'rs*', 'users7.eth0' 'users*.eth0'. */
function theoryName(scenario: Scenario, at: string): string {
  const core = /^(.*)\.cpu\d+$/.exec(at)?.[1]
  if (core !== undefined && Object.hasOwn(scenario.directors, core)) return core
  const host = at.slice(0, at.indexOf('.'))
  const isAlone = [scenario.directors, scenario.realServers, scenario.clients].some((things) =>
    Object.hasOwn(things, host),
  )
  return (isAlone ? at : starred(at)).replace(/\.cpu$/, '')
}
