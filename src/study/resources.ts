// Utilisation and queues of every wire, ring and core over the replications. Equal parts (the cores
// of a director, the hosts of a group) are told in two lines, their mean under a name with a star
// and the busiest of them; all of them are in the replications' own files.
import type { ReplicationResult, ResourceResult } from '../measure/replication.ts'
import type { Measured, ResourceSummary } from '../measure/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { overReplications, sum } from './measures.ts'

type Reading = ResourceResult[]

/** Phases in their order, in each the busiest first. */
export function resourceSummaries(replications: readonly ReplicationResult[]): ResourceSummary[] {
  const groups = new Map<string, ResourceSummary[]>()
  for (const resource of individuals(replications)) {
    const key = `${resource.phase} ${resource.resource} ${starred(resource.at)}`
    groups.set(key, [...(groups.get(key) ?? []), resource])
  }
  const phases = replications[0]!.phases.map(({ phase }) => phase)
  const lines = [...groups.values()].flatMap((group) => fold(group))
  return lines.sort(
    (a, b) =>
      phases.indexOf(a.phase) - phases.indexOf(b.phase) || b.utilisation.mean - a.utilisation.mean,
  )
}

/** Every wire, ring and core by itself. */
export function individuals(replications: readonly ReplicationResult[]): ResourceSummary[] {
  const readings = new Map<string, Reading>()
  for (const { resources } of replications) {
    for (const resource of resources) {
      const key = `${resource.phase} ${resource.resource} ${resource.at}`
      readings.set(key, [...(readings.get(key) ?? []), resource])
    }
  }
  return [...readings.values()].map(summaryOf)
}

function summaryOf(reading: Reading): ResourceSummary {
  const [{ at, resource, phase, queueUnit, queueLimit, note }] = reading as [ResourceResult]
  return {
    at,
    resource,
    phase,
    utilisation: overReplications(
      reading.map(({ utilisation }) => utilisation),
      '1',
    ),
    queuePeak: Math.max(...reading.map(({ queuePeak }) => queuePeak)),
    queueMean: sum(reading.map(({ queueMean }) => queueMean)) / reading.length,
    queueUnit,
    queueLimit,
    note,
  }
}

/**
 * 'rs3.eth0' is one of 'rs*.eth0', 'lb1.cpu7' of 'lb1.cpu*', 'lb1.eth0 ring 3' of 'lb1.eth0 ring
 * *'.
 */
export function starred(at: string): string {
  const core = /^(.*\.cpu)\d+$/.exec(at)
  if (core !== null) return `${core[1]!}*`
  const ring = /^(.* ring )\d+$/.exec(at)
  if (ring !== null) return `${ring[1]!}*`
  return at.replace(/^([^.]*?)\d+(\.[a-z]+\d*)$/, '$1*$2')
}

/** The same of any place: 'rs3' is one of 'rs*', unless the scenario has a thing of that name. */
export function placeName(scenario: Scenario, at: string): string {
  const place = at.replace(/ ring \d+$/, ' ring *')
  const [host] = /^[^. ]+/.exec(place)!
  const { directors, realServers, clients, routers } = scenario
  const isAlone = [directors, realServers, clients, routers].some((all) => Object.hasOwn(all, host))
  return isAlone ? place : host.replace(/\d+$/, '*') + place.slice(host.length)
}

function fold(group: ResourceSummary[]): ResourceSummary[] {
  const [first] = group as [ResourceSummary]
  if (group.length === 1) return group
  const busiest = group.reduce((a, b) => (b.utilisation.mean > a.utilisation.mean ? b : a))
  const mean: ResourceSummary = {
    ...first,
    at: starred(first.at),
    utilisation: meanOf(group.map(({ utilisation }) => utilisation)),
    queuePeak: Math.max(...group.map(({ queuePeak }) => queuePeak)),
    queueMean: sum(group.map(({ queueMean }) => queueMean)) / group.length,
  }
  return [busiest, mean]
}

/** Mean over parts; its bounds are the means of theirs, a little wider than need be. */
function meanOf(parts: readonly Measured[]): Measured {
  const mean = (values: (number | null)[]) =>
    values.some((value) => value === null) ? null : sum(values as number[]) / values.length
  return {
    mean: mean(parts.map((part) => part.mean))!,
    low: mean(parts.map(({ low }) => low)),
    high: mean(parts.map(({ high }) => high)),
    n: parts[0]!.n,
    unit: '1',
  }
}
