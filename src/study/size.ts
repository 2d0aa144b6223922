// `size`: the smallest number of servers, cores or directors, or the highest load, that meets the
// thresholds. Every candidate sees the same random numbers, so that a larger cluster is compared
// with a smaller one and not with its luck; the search begins where arithmetic (theory) says that
// nothing is full. A candidate counts as meeting a threshold only when the whole 95 % interval lies
// on the right side, and as missing it when it lies on the wrong one; one that cannot be decided
// gets more replications, and does not count when those that are allowed are not enough.
import { hangsOnOpen } from '../measure/open-requests.ts'
import type { ReplicationResult } from '../measure/replication.ts'
import type { SizingLimits, SizingPoint } from '../measure/sizing.ts'
import type { Summary, ThresholdResult, Verdict } from '../measure/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { theory, type Theory } from '../theory/theory.ts'
import { lateOf } from './after-the-end.ts'
import { runReplications, type RunOptions } from './replications.ts'
import { firstMeeting } from './search.ts'
import { summed } from './simulate.ts'

export interface SizeOptions extends RunOptions {
  version: string
  /** Replications that a candidate may get until it is decided. */
  most: number
  /** Told before each candidate is simulated. */
  onCandidate?: (value: string) => void
}

export interface Question {
  asked: 'smallest' | 'highest'
  /** From the least to the most. */
  values: readonly string[]
  scenarioAt: (value: string) => Scenario
}

export interface Sized {
  answer: string | null
  evidence: SizingPoint[]
  limits: SizingLimits | null
  /** What must be known beside the answer: sizes not decided, loads queued instead of carried. */
  notes: string[]
  /** False when it was stopped: the answer then says nothing. */
  complete: boolean
}

class Stopped extends Error {}

export async function size(question: Question, options: SizeOptions): Promise<Sized> {
  const { asked, values, scenarioAt } = question
  const tried = new Map<number, Tried>()
  // The highest that meets is one before the first that does not: the row is walked from its end.
  const placeOf = (index: number) => (asked === 'smallest' ? index : values.length - 1 - index)
  const meets = async (index: number): Promise<boolean> => {
    const place = placeOf(index)
    const known = tried.get(place)
    const own = known ?? (await tryOne(values[place]!, scenarioAt(values[place]!), options))
    tried.set(place, own)
    return own.point.verdict === 'pass'
  }
  const inOrder = () => [...tried].sort(([a], [b]) => a - b).map(([, one]) => one)
  const evidence = () => inOrder().map(({ point }) => point)
  const doubts = () => inOrder().flatMap(({ doubt }) => doubt)
  try {
    const guess = guessOf(question, placeOf)
    const found = await firstMeeting(values.length, guess, meets)
    const isFound = found < values.length
    const place = placeOf(isFound ? found : values.length - 1)
    const { limits, late } = tried.get(place)!
    const answer = isFound ? values[place]! : null
    return { answer, evidence: evidence(), limits, notes: [...doubts(), ...late], complete: true }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    return { answer: null, evidence: evidence(), limits: null, notes: doubts(), complete: false }
  }
}

interface Tried {
  point: SizingPoint
  limits: SizingLimits | null
  /** Why it could not be decided, and what answers after the end of a phase mean. */
  doubt: string[]
  late: string[]
}

/** The first candidate at which arithmetic finds nothing full. */
function guessOf({ values, scenarioAt }: Question, placeOf: (index: number) => number): number {
  let [below, above] = [-1, values.length]
  while (above - below > 1) {
    const index = Math.floor((below + above) / 2)
    const { further = [], ...own } = theory(scenarioAt(values[placeOf(index)]!))
    const isEnough = [own, ...further].every(({ warm, offeredPps }) => warm.mostPps >= offeredPps)
    if (isEnough) above = index
    else below = index
  }
  return above
}

/** Replications until every threshold is decided, twice as many each time. */
async function tryOne(value: string, scenario: Scenario, options: SizeOptions): Promise<Tried> {
  options.onCandidate?.(value)
  const limits = theory(scenario)
  const replications: ReplicationResult[] = []
  for (let count = scenario.time.replications; ; count = Math.min(2 * count, options.most)) {
    const wanted = { ...scenario, time: { ...scenario.time, replications: count } }
    const more = await runReplications(wanted, { ...options, after: replications.length })
    replications.push(...more)
    const isCut = replications.length < count || replications.some(({ complete }) => !complete)
    if (isCut && options.signal?.aborted === true) throw new Stopped()
    const summary = summed(wanted, replications, limits, options)
    const verdict = verdictOf(summary)
    const { thresholds, services } = summary
    const hangs = thresholds.some((threshold) => hangsOnOpen(threshold, services))
    if (verdict !== 'close' || hangs || count >= options.most || isCut) {
      const point = { value, replications: replications.length, verdict, thresholds }
      const doubt = verdict === 'close' ? [doubtOf(point, hangs)] : []
      const late = lateOf(scenario, replications).map((text) => `${value}: ${text}`)
      return { point, limits: limitsOf(value, summary, limits), doubt, late }
    }
  }
}

function doubtOf({ value, replications }: SizingPoint, hangs: boolean): string {
  const how = `could not be decided with ${replications} replications and does not count`
  return hangs
    ? `${value} ${how}: requests were still open at the end; a cooldown as long as the timeout ` +
        `of the clients would tell`
    : `${value} ${how}; --most or a longer phase would tell`
}

/** What was not measured cannot be said to be met. */
function verdictOf({ thresholds, complete }: Summary): Verdict {
  if (!complete || thresholds.some(({ verdict }) => verdict === 'not measured')) return 'fail'
  if (thresholds.some((result) => result.verdict === 'fail' && isSure(result))) return 'fail'
  return thresholds.every((result) => result.verdict === 'pass' && isSure(result))
    ? 'pass'
    : 'close'
}

/** One run alone is judged by its value where it has no interval: too little for a size. */
function isSure({ measured, decidedBy }: ThresholdResult): boolean {
  return decidedBy !== undefined || (measured !== null && measured.low !== null)
}

function limitsOf(value: string, summary: Summary, limits: Theory): SizingLimits | null {
  const { bottleneck } = summary
  if (bottleneck === null) return null
  const same = [bottleneck, ...bottleneck.ties].map(({ at, resource }) => `${at} ${resource}`)
  const next = nextOf(limits, same)
  const { utilisation, failing } = bottleneck
  const own = failing === undefined ? {} : { failing }
  return { value, at: same.join(', '), utilisation, next, ...own }
}

/** Of all services the first to be full as their loads grow alike. */
function nextOf(limits: Theory, same: readonly string[]): SizingLimits['next'] {
  const { further = [] } = limits
  const candidates = [limits, ...further].flatMap(({ service, resources, offeredPps }) => {
    const next = resources.find(({ at, resource }) => !same.includes(`${at} ${resource}`))
    return next === undefined ? [] : [{ service, next, room: next.mostPps / offeredPps }]
  })
  const [first] = candidates.sort((a, b) => a.room - b.room)
  if (first === undefined) return null
  const { at, resource, mostPps, note } = first.next
  const whose = further.length === 0 ? {} : { service: first.service }
  return { at: `${at} ${resource}`, mostPps, note, ...whose }
}
