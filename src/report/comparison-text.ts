// A comparison as text: what differs first, largest change on top; then in one line all that shows
// no difference.
import type { Comparison, GateResult } from '../measure/comparison.ts'
import { rowOf } from './comparison-rows.ts'
import { inkOf, type Look } from './look.ts'
import { paragraph, table, type Cell } from './table.ts'
import { kindOf, plusMinus } from './units-text.ts'

/** A newline at its end. */
export function comparisonText(comparison: Comparison, look: Look): string {
  const ink = inkOf(look)
  const { base, other, differences, notes } = comparison
  const shown = differences.filter((difference) => difference.shown)
  const head = [base.label, other.label, 'change'].map((text) => ({ text, paint: ink.quiet }))
  const rows = shown.map((difference): Cell[] => {
    const { name, before, after, change } = rowOf(difference, look)
    return [`  ${name}`, before, after, change]
  })
  const title = { text: 'WHAT DIFFERS', paint: ink.heading }
  const lines = [
    `${ink.heading(`${other.label} against ${base.label}`)}   ${howText(comparison, look)}`,
    '',
    ...(shown.length > 0 ? table([[title, ...head], ...rows], { width: look.width }) : []),
    ...alike(comparison, look),
    ...limits(comparison, look),
    ...(notes.length > 0 ? [ink.heading('NOTES')] : []),
    ...notes.flatMap((note) => paragraph(note, look.width, 2)),
  ]
  return `${lines.join('\n')}\n`
}

function howText({ pairing, n, base }: Comparison, { unicode }: Look): string {
  const sign = unicode ? '±' : '+/-'
  if (n === 1) return `one replication each: no interval`
  return pairing === 'pairs'
    ? `${n} pairs of replications on common random numbers, seed "${base.seed}"; ` +
        `${sign} is the 95% interval`
    : `independent runs (Welch); ${sign} is the 95% interval`
}

function alike({ differences, identical }: Comparison, look: Look): string[] {
  if (identical) return ['The two are the same, number by number.']
  const names = differences.filter(({ shown }) => !shown).map((one) => rowOf(one, look))
  if (names.length === 0) return []
  const words = names.map(({ name, change }) => `${name} (${change})`).join(', ')
  return paragraph(`no difference shown: ${words}`, look.width, 2)
}

function limits({ base, other }: Comparison, look: Look): string[] {
  const { bottleneck: from } = base
  const { bottleneck: to } = other
  if (from === null || to === null) return []
  const words = from === to ? `busiest in both: ${to}` : `busiest: ${from} before, ${to} now`
  return paragraph(words, look.width, 2)
}

/** What became of the gates; the last word, and one line for each. */
export function gatesText(gates: readonly GateResult[], look: Look, isStrict: boolean): string {
  const ink = inkOf(look)
  const lines = gates.map(({ text, label, phase, measured, verdict }) => {
    const isFailed = verdict === 'fail' || (verdict === 'close' && isStrict)
    const paint = isFailed ? ink.bad : verdict === 'close' ? ink.doubtful : ink.good
    const word = isFailed ? 'FAILED' : 'passed'
    const metric = text.split(/[\s<>]/)[0]!
    const isShare = measured.unit === '1' && text.trim().endsWith('%')
    const value = plusMinus(measured, isShare ? 'share' : kindOf(metric, measured.unit), look)
    const close = verdict === 'close' ? ' (close: the limit lies inside the interval)' : ''
    return `${paint(word)} ${text} in ${phase}: ${label} changed it by ${value}${close}`
  })
  return `${lines.join('\n')}\n`
}
