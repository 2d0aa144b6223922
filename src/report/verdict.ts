// The last word on a run: which thresholds it kept, and for each that it did not by how much.
import { hangsOnOpen } from '../measure/open-requests.ts'
import type { Summary, ThresholdResult } from '../measure/summary.ts'
import { inkOf, type Ink, type Look, type Paint } from './look.ts'
import { paragraph } from './table.ts'
import { kindOf, plusMinus, timeText } from './units-text.ts'

/** Of all lines but the first. */
const MARGIN = 2

/** One line, and one more for every threshold but the first that needs a word. */
export function verdictText(summary: Summary, look: Look): string {
  const ink = inkOf(look)
  const { paint, word, concerned, of } = judged(summary, ink)
  const told = concerned.map((threshold) => reason(threshold, summary, look))
  const [first, ...more] = isShort(summary) ? [...told, notSoPrecise(summary)] : told
  const start = `${summary.name} ${word}`
  const said = first === undefined ? `${start}${of}.` : `${start}${of}: ${first}`
  const lines = [said, ...more].flatMap((text) => paragraph(text, look.width, MARGIN))
  const text = lines.join('\n').slice(MARGIN)
  // Painted last: what paints has no width.
  const isWhole = text.startsWith(start)
  return isWhole ? `${summary.name} ${paint(word)}${text.slice(start.length)}` : text
}

/** How a phase is called in a sentence. */
export function phaseText(phase: string): string {
  return phase === 'whole' ? 'the whole run' : phase
}

interface Judged {
  word: string
  paint: Paint
  /** The thresholds to be told, each in a line. */
  concerned: ThresholdResult[]
  /** " 1 of 5 thresholds" */
  of: string
}

function judged(summary: Summary, ink: Ink): Judged {
  const { thresholds, complete, pass } = summary
  const having = (verdict: string) => thresholds.filter((own) => own.verdict === verdict)
  const failed = having('fail')
  const close = having('close')
  const open = having('not measured')
  const share = (few: ThresholdResult[]) => ` ${few.length} of ${counted(thresholds.length)}`
  if (failed.length > 0) {
    return { word: 'FAILED', paint: ink.bad, concerned: failed, of: share(failed) }
  }
  if (!complete || open.length > 0) {
    const of = open.length === 0 ? '' : `,${share(open)} not measured`
    return { word: 'INCOMPLETE', paint: ink.bad, concerned: open, of }
  }
  if (isShort(summary)) {
    const held =
      close.length > 0 ? `${share(close)} close` : ` passed ${everyOne(thresholds.length)}`
    const of = thresholds.length === 0 ? '' : `,${held}`
    return { word: 'INCOMPLETE', paint: ink.bad, concerned: close, of }
  }
  if (close.length > 0) {
    const [word, paint] = pass ? ['PASSED', ink.doubtful] : ['FAILED', ink.bad]
    const of = `${pass ? '' : ' (strict)'},${share(close)} close`
    return { word: word, paint: paint, concerned: close, of }
  }
  const of =
    thresholds.length === 0 ? ': no thresholds were set' : ` ${everyOne(thresholds.length)}`
  return { word: 'PASSED', paint: ink.good, concerned: [], of }
}

/** Replications were to be added until it is precise enough, and those allowed were too few. */
function isShort({ until }: Summary): boolean {
  return until?.reached === false
}

function notSoPrecise({ until, replications }: Summary): string {
  return `${counted(replications, 'replication')} did not reach ${until!.wanted.join(' and ')}.`
}

function reason(threshold: ThresholdResult, { services }: Summary, look: Look): string {
  const { metric, phase, check, measured, verdict, decidedBy } = threshold
  const what = `${metric} in ${phaseText(phase)}`
  if (measured === null || verdict === 'not measured') return `${what}: its phase was not reached.`
  const is = `${what} is ${plusMinus(measured, kindOf(metric, measured.unit), look)}`
  if (decidedBy !== undefined) {
    const least = `${decidedBy.statistic} is ${timeText(decidedBy.low)} or more`
    return `${is} (no interval, but ${least}), wanted ${check}.`
  }
  if (verdict !== 'close') return `${is}, wanted ${check}.`
  const tells = hangsOnOpen(threshold, services)
    ? 'requests were still open at the end, a longer cooldown would tell'
    : 'more replications would tell'
  if (measured.low === null) return `${is} without an interval, wanted ${check}: ${tells}.`
  return `${is}; the limit of ${check} lies inside it: ${tells}.`
}

function counted(count: number, word = 'threshold'): string {
  return count === 1 ? `1 ${word}` : `${count} ${word}s`
}

function everyOne(thresholds: number): string {
  return thresholds === 1 ? 'its threshold' : `all ${thresholds} thresholds`
}
