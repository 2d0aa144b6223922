// Two runs beside each other: paired differences on common random numbers where both began from the
// same seed, else differences of independent means. What matters most comes first.
import {
  pairedChange,
  pairedDifference,
  unpairedChange,
  unpairedDifference,
} from '../measure/differences.ts'
import type { Comparison, Difference, SideTold } from '../measure/comparison.ts'
import type { ReplicationResult } from '../measure/replication.ts'
import type { Interval } from '../measure/statistics.ts'
import type { Measured, Summary } from '../measure/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { HISTOGRAM_STEP, noFinerThan, overReplications } from './measures.ts'
import { readingsOf, type Reading } from './readings.ts'

/** A finished run, simulated just now or read from its folder. */
export interface Side {
  /** What it is called in the comparison. */
  label: string
  scenario: Scenario
  summary: Summary
  replications: readonly ReplicationResult[]
}

/** Null when the two have no service and phase in common: they cannot be compared. */
export function compare(base: Side, other: Side): Comparison | null {
  const before = readingsOf(base.replications, base.scenario)
  const after = readingsOf(other.replications, other.scenario)
  const isPaired = base.scenario.seed === other.scenario.seed
  const differences = before.flatMap((reading) => {
    const twin = after.find((one) => nameOf(one) === nameOf(reading))
    return twin === undefined ? [] : differenceOf(reading, twin, isPaired)
  })
  if (differences.every(({ phase }) => phase === 'whole')) return null
  const counts = [base.replications.length, other.replications.length]
  return {
    schema: 'lvs-sim-comparison/1',
    base: told(base),
    other: told(other),
    pairing: isPaired ? 'pairs' : 'independent',
    n: Math.min(...counts),
    identical: base.summary.fingerprint === other.summary.fingerprint,
    differences: byImportance(differences),
    notes: notesOf(base, other, before, after, isPaired),
  }
}

function nameOf({ service, metric, phase }: Reading): string {
  return `${service}.${metric} ${phase}`
}

function differenceOf(before: Reading, after: Reading, isPaired: boolean): Difference[] {
  const [a, b] = isPaired ? pairsOf(before, after) : [valuesOf(before), valuesOf(after)]
  if (a.length === 0 || b.length === 0) return []
  const { unit, metric } = before
  const base = overReplications(a, unit)
  // A quantile is known to a step of the histogram only, however well the two agree.
  const isCoarse = /^latency\.p\d+$/.test(metric) && a.some((value, index) => value !== b[index])
  const step = isCoarse ? HISTOGRAM_STEP * Math.abs(base.mean) : 0
  const measured = (interval: Interval, own: Measured['unit'], reach: number): Measured =>
    noFinerThan({ ...interval, unit: own }, reach)
  const difference = measured((isPaired ? pairedDifference : unpairedDifference)(a, b), unit, step)
  const change = measured(
    (isPaired ? pairedChange : unpairedChange)(a, b),
    '1',
    step === 0 ? 0 : HISTOGRAM_STEP,
  )
  const { low, high } = difference
  return [
    {
      metric: `${before.service}.${metric}`,
      phase: before.phase,
      before: base,
      after: overReplications(b, unit),
      difference,
      change: base.mean === 0 ? null : change,
      shown: low !== null && high !== null && (low > 0 || high < 0),
    },
  ]
}

/** The values of the replications that both have, in their order. */
function pairsOf(before: Reading, after: Reading): [number[], number[]] {
  const numbers = [...before.values.keys()].filter((number) => after.values.has(number))
  return [numbers.map((n) => before.values.get(n)!), numbers.map((n) => after.values.get(n)!)]
}

function valuesOf({ values }: Reading): number[] {
  return [...values.values()]
}

/** First what is shown to differ, by the least that it can be; the rest keeps its order. */
function byImportance(differences: readonly Difference[]): Difference[] {
  // The fairness of one phase is that of the whole run.
  const isOneOfMany = new Set(differences.map(({ phase }) => phase)).size > 2
  return differences
    .filter(({ metric, phase }) => phase !== 'whole' || isOneOfMany || !isFairness(metric))
    .map((difference, index) => ({ difference, index, sure: leastOf(difference) }))
    .sort((a, b) => b.sure - a.sure || a.index - b.index)
    .map(({ difference }) => difference)
}

function isFairness(metric: string): boolean {
  return metric.endsWith('.fairness.jain')
}

/** How much it changed at least, as a share; -1 when no difference is shown. */
function leastOf({ shown, change, difference }: Difference): number {
  if (!shown) return -1
  const { low, high } = change ?? difference
  return Math.min(Math.abs(low!), Math.abs(high!))
}

function told({ label, scenario, summary, replications }: Side): SideTold {
  const { bottleneck, fingerprint, version } = summary
  return {
    label,
    name: scenario.name,
    seed: scenario.seed,
    version,
    fingerprint,
    replications: replications.length,
    bottleneck: bottleneck === null ? null : `${bottleneck.at} ${bottleneck.resource}`,
  }
}

function notesOf(
  base: Side,
  other: Side,
  before: readonly Reading[],
  after: readonly Reading[],
  isPaired: boolean,
): string[] {
  const notes: string[] = []
  if (!isPaired) {
    notes.push(
      `the seeds differ ("${base.scenario.seed}" and "${other.scenario.seed}"): the runs are ` +
        `independent, and differences as small as with common random numbers cannot be shown`,
    )
  }
  const [from, to] = [base.summary.version, other.summary.version]
  if (from !== to) notes.push(`made by different versions: ${from} and ${to}`)
  for (const { label, summary } of [base, other]) {
    if (!summary.complete) notes.push(`${label} is incomplete: it was stopped before its end`)
  }
  if (base.replications.length === 1 || other.replications.length === 1) {
    notes.push('one replication has no interval: no difference can be shown; try -n 5')
  }
  const lone = [
    ...phasesBeside(before, after).map((phase) => `${phase} (only in ${base.label})`),
    ...phasesBeside(after, before).map((phase) => `${phase} (only in ${other.label})`),
  ]
  if (lone.length > 0) notes.push(`not compared: ${lone.join(', ')}`)
  return notes
}

/** Phases of one side that the other has not. */
function phasesBeside(own: readonly Reading[], others: readonly Reading[]): string[] {
  const known = new Set(others.map(({ phase }) => phase))
  return [...new Set(own.map(({ phase }) => phase))].filter((phase) => !known.has(phase))
}
