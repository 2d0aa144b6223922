// A comparison's numbers as words, for every form in which they are printed.
import type { Difference } from '../measure/comparison.ts'
import type { Measured } from '../measure/summary.ts'
import type { Look } from './look.ts'
import { kindOf, plusMinus } from './units-text.ts'

export interface ComparisonRow {
  name: string
  before: string
  after: string
  /** "+12.3 ± 0.4%"; for loss in points, where a share of nothing says nothing. */
  change: string
  /** Whether there is more of it, when a difference is shown. */
  direction: 'more' | 'less' | 'no difference shown'
}

export function rowOf(difference: Difference, look: Look): ComparisonRow {
  const { metric, phase, before, after, shown } = difference
  const kind = kindOf(metric, before.unit)
  const isMore = difference.difference.mean > 0
  return {
    name: `${metric} ${phase === 'whole' ? 'whole run' : phase}`,
    before: plusMinus(before, kind, look),
    after: plusMinus(after, kind, look),
    change: changeText(difference, look),
    direction: shown ? (isMore ? 'more' : 'less') : 'no difference shown',
  }
}

/** The change as the metric is best understood: relative, or in points of a share. */
export function changeText(compared: Difference, look: Look): string {
  const { metric, change, difference, shown } = compared
  if (difference.low === 0 && difference.high === 0) return 'the same'
  if (metric.endsWith('loss')) return `${signed(inPercent(difference, look))} points`
  // A ratio may seem sure where the difference, which decides, is not.
  const isContrary = !shown && change !== null && isBeside(change, 0)
  if (metric.endsWith('jain') || change === null || isContrary) {
    return signed(plusMinus(difference, kindOf(metric, difference.unit), look))
  }
  return `${signed(inPercent(change, look))}%`
}

function isBeside({ low, high }: Measured, value: number): boolean {
  return low !== null && high !== null && (low > value || high < value)
}

/** "12.3 ± 0.4", in hundredths. */
function inPercent({ mean, low, high }: Measured, look: Look): string {
  const hundred = (value: number | null) => (value === null ? null : 100 * value)
  const scaled = {
    mean: 100 * mean,
    low: hundred(low),
    high: hundred(high),
    n: 1,
    unit: '1',
  } as const
  return plusMinus(scaled, 'index', look)
}

function signed(text: string): string {
  return /^[-+0]/.test(text) && !/^0\.\d*[1-9]/.test(text) ? text : `+${text}`
}
