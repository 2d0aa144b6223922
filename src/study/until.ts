// `--until 'web.latency.p99 within 2%'`: replications are added until the answer is precise
// enough. The rule looks at the first n replications in the order of their numbers, for n = 10,
// 12, 15, 18, ..., each a fifth more, and takes the first n that is enough. Who ran them, and
// how many more were under way, changes nothing. Looking often would make it likely to stop when
// chance shows too little spread (Law, "Simulation Modeling and Analysis", 9.4.1): so it looks
// seldom, and not before ten.
import type { ReplicationResult } from '../measure/replication.ts'
import type { Measured, ServiceSummary, UntilTold } from '../measure/summary.ts'
import { loadsOf } from '../scenario/loads.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { theory } from '../theory/theory.ts'
import { readAmount, type Amount } from './amounts.ts'
import { readMetricName, type Known, type MetricName, type WrongName } from './metric-names.ts'
import { isOfWhole, measuredOf } from './metrics.ts'
import { runReplications, type RunOptions } from './replications.ts'
import { loadedService } from './services.ts'
import { summed, type Simulated, type SimulateOptions } from './simulate.ts'
import { spansOf } from './spans.ts'

export interface Precision extends MetricName, Amount {
  text: string
}

const SHAPE = /^(.+?)\s+within\s+(\S+)$/
const FIRST = 10
const GROWTH = 1.2

/** 'web.latency.p99 within 2%' taken apart, or what is wrong with it. */
export function readPrecision(text: string, known: Known): Precision | WrongName {
  const match = SHAPE.exec(text.trim())
  if (match === null) {
    const hint = 'For instance "web.latency.p99 within 2%".'
    return { message: `a precision is METRIC within AMOUNT, got "${text}"`, hint }
  }
  const name = readMetricName(match[1]!, known)
  if ('message' in name) return name
  const amount = readAmount(match[2]!, name.metric)
  if ('message' in amount) return amount
  if (amount.limit <= 0) return { message: `"${match[2]!}" can never be reached`, hint: 'Try 2%.' }
  return { ...name, ...amount, text }
}

interface Until {
  replications: ReplicationResult[]
  /** False when the most that were allowed were not enough. */
  reached: boolean
  /** The sizes whose answers were looked at. */
  lookedAt: number[]
}

export interface PreciseRun extends Simulated {
  reached: boolean
  /** The scenario with the number of replications that it came to. */
  used: Scenario
}

/** As `simulate`, with as many replications as the rule needs, `most` at most. */
export async function simulateUntil(
  scenario: Scenario,
  precisions: readonly Precision[],
  most: number,
  options: SimulateOptions,
): Promise<PreciseRun> {
  const limits = theory(scenario)
  const { replications, reached, lookedAt } = await runUntil(scenario, precisions, most, options)
  const { length } = replications
  const used = { ...scenario, time: { ...scenario.time, replications: length } }
  if (length === 0) return { summary: null, theory: limits, replications, reached, used: scenario }
  const until = { wanted: precisions.map(({ text }) => text), reached, lookedAt }
  const methods = [{ of: 'replications', method: methodOf(until) }]
  const summary = summed(used, replications, limits, { ...options, methods, until })
  return { summary, theory: limits, replications, reached, used }
}

/** More sizes than this are told by the first few and the last. */
const MOST_NAMED = 8

function methodOf({ wanted, reached, lookedAt }: UntilTold): string {
  const last = lookedAt.at(-1)
  const rule = `added until ${wanted.join(' and ')}`
  if (last === undefined) return `${rule}; stopped before it was looked whether they are enough`
  const named = lookedAt.length > MOST_NAMED ? [...lookedAt.slice(0, 3), '...', last] : lookedAt
  const outcome = reached ? 'were enough' : 'were not enough'
  return `${rule}, looking at n = ${named.join(', ')}; ${last} ${outcome}`
}

async function runUntil(
  scenario: Scenario,
  precisions: readonly Precision[],
  most: number,
  options: RunOptions,
): Promise<Until> {
  const replications: ReplicationResult[] = []
  const lookedAt: number[] = []
  let size = Math.min(FIRST, most)
  for (;;) {
    const wanted = { ...scenario, time: { ...scenario.time, replications: size } }
    const more = await runReplications(wanted, { ...options, after: replications.length })
    replications.push(...more)
    const isCut = replications.length < size || replications.some(({ complete }) => !complete)
    if (isCut) return { replications, reached: false, lookedAt }
    lookedAt.push(size)
    const reached = isEnough(scenario, replications, precisions)
    if (reached || size === most) return { replications, reached, lookedAt }
    size = Math.min(most, Math.ceil(size * GROWTH))
  }
}

function isEnough(
  scenario: Scenario,
  replications: readonly ReplicationResult[],
  precisions: readonly Precision[],
): boolean {
  return loadsOf(scenario).every((load) => {
    const own = precisions.filter(({ service }) => service === load.workload.to)
    if (own.length === 0) return true
    const spans = spansOf(replications, load)
    const service = loadedService(spans, replications, load)
    const steady = spans.flatMap(({ name, steady: isSteady }) => (isSteady ? [name] : []))
    return own.every((precision) =>
      meant(precision, service, steady).every((measured) => isWithin(precision, measured)),
    )
  })
}

/**
 * The phase named; else every steady one, or every one when none is; of fairness, and of what is
 * measured in no phase, the whole.
 */
function meant(
  { phase, metric }: Precision,
  service: ServiceSummary,
  steady: readonly string[],
): (Measured | null)[] {
  const among = steady.length > 0 ? steady : service.phases
  const isWhole = metric === 'fairness.jain' || isOfWhole(metric)
  const phases = phase !== null ? [phase] : isWhole ? ['whole'] : among
  return phases.map((one) => measuredOf(service, metric, one))
}

function isWithin({ limit, isRelative }: Precision, measured: Measured | null): boolean {
  if (measured === null) return false
  const { mean, low, high } = measured
  if (low === null || high === null) return false
  const reach = (high - low) / 2
  return reach <= (isRelative ? limit * Math.abs(mean) : limit)
}
