// The answer of `size` as text: what was tried, what limits there, and the answer last.
import type { Sizing, SizingPoint } from '../measure/sizing.ts'
import { inkOf, type Look, type Paint } from './look.ts'
import { paragraph, table, type Cell } from './table.ts'
import {
  isUnsure,
  kindOf,
  plusMinusOrSign,
  rateText,
  shareText,
  SIGN_MEANS,
  timeText,
} from './units-text.ts'
import { phaseText } from './verdict.ts'

const WORDS = { pass: 'meets them', close: 'not decided', fail: 'misses' } as const

/** A newline at its end. */
export function sizingText(sizing: Sizing, look: Look, isBrief: boolean): string {
  const answer = answerText(sizing, look)
  if (isBrief) return `${answer}\n`
  const ink = inkOf(look)
  const { name, version, seed, path, from, to, asked, evidence, notes } = sizing
  const sign = look.unicode ? '±' : '+/-'
  const lines = [
    `${ink.heading(name)}   the ${asked} ${path} of ${from}..${to} that meets the thresholds`,
    `lvs-sim ${version}, seed "${seed}", the same requests at every size; ` +
      `${sign} is the 95% interval`,
    '',
    ...evidenceTable(evidence, path, look),
    '',
    ...limitLines(sizing, look),
    ...notes.flatMap((note) => paragraph(note, look.width, 2)),
    '',
    answer,
  ]
  return `${lines.join('\n')}\n`
}

function evidenceTable(evidence: readonly SizingPoint[], path: string, look: Look): string[] {
  const ink = inkOf(look)
  const checks = evidence[0]?.thresholds ?? []
  const heads = checks.map(({ metric, phase, check }) => `${metric} ${phase} ${check}`)
  const head = [path.split('.').slice(1).join('.'), ...heads, 'runs', '']
  const rows = evidence.map(({ value, thresholds, replications, verdict }): Cell[] => [
    `  ${value}`,
    ...thresholds.map(({ measured, metric, verdict: own }): Cell => {
      if (measured === null) return 'not measured'
      const text = plusMinusOrSign(measured, kindOf(metric, measured.unit), look)
      return own === 'fail' ? { text, paint: ink.bad } : text
    }),
    `${replications}`,
    WORDS[verdict],
  ])
  const quiet = head.map((text) => ({ text, paint: ink.quiet }))
  return [
    ink.heading('EVIDENCE'),
    ...table([quiet, ...rows], { width: look.width }),
    ...withoutInterval(evidence, look),
  ]
}

/** What a question mark means, and by what a miss was decided all the same. */
function withoutInterval(evidence: readonly SizingPoint[], { width }: Look): string[] {
  const all = evidence.flatMap(({ value, thresholds }) =>
    thresholds.map((threshold) => ({ value, ...threshold })),
  )
  if (!all.some(({ measured }) => measured !== null && isUnsure(measured))) return []
  const others = all.flatMap(({ value, metric, phase, decidedBy }) =>
    decidedBy === undefined
      ? []
      : [
          `${value} is decided by ${decidedBy.statistic} of ${metric} in ${phaseText(phase)}: ` +
            `${timeText(decidedBy.low)} or more`,
        ],
  )
  return [SIGN_MEANS, ...others].flatMap((text) => paragraph(text, width, 2))
}

function limitLines({ limits }: Sizing, look: Look): string[] {
  if (limits === null) return []
  const { value, at, utilisation, next, failing } = limits
  const what = `at ${value} ${at} is the busiest, ${shareText(utilisation)}`
  if (failing !== undefined) {
    const causes = failing.map((one) => `${one.cause} at ${one.at}`).join(', ')
    const why = `requests fail of something else${causes === '' ? '' : `: ${causes}`}`
    return paragraph(`${what}, but ${why}`, look.width, 2)
  }
  if (next === null) return paragraph(`${what}; nothing else has a limit`, look.width, 2)
  const rate = rateText(next.mostPps) + (next.service === undefined ? '' : ` of ${next.service}`)
  const then = `when that is lifted ${next.at} is next, full at ${rate} (${next.note})`
  return paragraph(`${what}; ${then}`, look.width, 2)
}

function answerText(sizing: Sizing, look: Look): string {
  const { answer, path, asked, from, to, confidence, evidence, notes } = sizing
  const ink = inkOf(look)
  if (answer !== null) {
    const sure = `each with ${shareText(confidence)} confidence`
    const is = `${path}=${answer} is the ${asked} that meets every threshold, ${sure}.`
    return said('ANSWER', ink.good, is, look)
  }
  const isMissed = evidence.every(({ verdict }) => verdict === 'fail')
  const why = notes.some((note) => note.startsWith('stopped'))
    ? 'not found before it was stopped'
    : `nothing from ${from} to ${to} ${isMissed ? 'meets' : 'is known to meet'} every threshold`
  return said('NO ANSWER', ink.bad, `${path}: ${why}.`, look)
}

/** Further lines stand under the first word; painted last, because what paints has no width. */
function said(word: string, paint: Paint, text: string, { width }: Look): string {
  const lines = paragraph(`${word} ${text}`, width, 2).join('\n').slice(2)
  return paint(word) + lines.slice(word.length)
}
