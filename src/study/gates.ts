// `--fail-on 'web.latency.p99 > +5%'`: how much a comparison may show before a job fails. As with
// thresholds the limit may lie inside the interval: that is 'close', because more replications
// might turn it, and fails only when the user is strict.
import type { Comparison, Difference, GateResult } from '../measure/comparison.ts'
import type { Measured, Verdict } from '../measure/summary.ts'
import { readAmount, type Amount } from './amounts.ts'
import { readMetricName, type Known, type MetricName, type WrongName } from './metric-names.ts'
import { isOfWhole } from './metrics.ts'

export interface Gate extends MetricName, Amount {
  text: string
  operator: '<' | '<=' | '>' | '>='
}

const SHAPE = /^(.+?)\s*(<=|>=|<|>)\s*([+-])?\s*(\S+)$/
const EXAMPLE =
  'For instance "web.latency.p99 > +5%", "web.loss > +0.1%", "web.latency.mean > +2ms".'

/** The gate, or what is wrong with it. */
export function readGate(text: string, known: Known): Gate | WrongName {
  const match = SHAPE.exec(text.trim())
  if (match === null) {
    return { message: `a gate is METRIC > CHANGE, got "${text}"`, hint: EXAMPLE }
  }
  const [, words = '', operator = '', sign, amount = ''] = match
  const name = readMetricName(words, known)
  if ('message' in name) return name
  const size = readAmount(amount, name.metric)
  if ('message' in size) return size
  const limit = sign === '-' ? -size.limit : size.limit
  return { ...name, text, operator: operator as Gate['operator'], ...size, limit }
}

/** What the gate says of a comparison, for each of the phases that it means. */
export function judge(gate: Gate, { differences, other }: Comparison, steady: ReadonlySet<string>) {
  const own = differences.filter(({ metric }) => metric === `${gate.service}.${gate.metric}`)
  return phasesOf(gate, own, steady).flatMap((difference): GateResult[] => {
    const measured = gate.isRelative ? difference.change : difference.difference
    // From nothing to something is more than any share of nothing.
    if (measured === null) return judgeFromNothing(gate, difference, other.label)
    const { text, limit } = gate
    const verdict = verdictOf(gate, measured)
    return [{ text, label: other.label, phase: difference.phase, measured, limit, verdict }]
  })
}

function phasesOf(
  { phase, metric }: Gate,
  own: readonly Difference[],
  steady: ReadonlySet<string>,
): readonly Difference[] {
  if (phase !== null) return own.filter((difference) => difference.phase === phase)
  const isWhole = metric === 'fairness.jain' || isOfWhole(metric)
  const whole = isWhole ? own.filter((one) => one.phase === 'whole') : []
  if (whole.length > 0) return whole
  const among = own.filter((difference) => steady.has(difference.phase))
  return among.length > 0 ? among : own
}

function judgeFromNothing(gate: Gate, { phase, difference, shown }: Difference, label: string) {
  const isBeyond = shown && difference.mean > 0 === gate.operator.startsWith('>')
  const { text, limit } = gate
  const verdict: Verdict = isBeyond ? 'fail' : 'pass'
  return [{ text, label, phase, measured: difference, limit, verdict }]
}

/** The gate names what must not be: beyond the limit with all of the interval it fails. */
function verdictOf({ operator, limit }: Gate, { mean, low, high }: Measured): Verdict {
  if (low !== null && high !== null && low < high && low <= limit && limit <= high) return 'close'
  const holds = { '<': mean < limit, '<=': mean <= limit, '>': mean > limit, '>=': mean >= limit }
  return holds[operator] ? 'fail' : 'pass'
}
