// The answer of `size` as text: what was tried, what limits there, and the answer last.
import type { Sizing, SizingPoint } from '../measure/sizing.ts'
import { inkOf, type Look, type Paint } from './look.ts'
import { hanging, paragraph, table, tableInBlocks, textOf, type Cell } from './table.ts'
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
  const what = `the ${asked} ${path} of ${from}..${to} that meets the thresholds`
  const how = `the same requests at every size; ${sign} is the 95% interval`
  const lines = [
    `${ink.heading(name)}   ${hanging(`${name}   `, what, look.width)}`,
    hanging('', `lvs-sim ${version}, seed "${seed}", ${how}`, look.width),
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

/** Names of columns stand in lines below each other where one line would be too long. */
function evidenceTable(evidence: readonly SizingPoint[], path: string, look: Look): string[] {
  const ink = inkOf(look)
  const checks = evidence[0]?.thresholds ?? []
  const names = [
    [path.split('.').slice(1).join('.')],
    ...checks.map(({ metric, phase, check }) => [metric, phase, check]),
    ['runs'],
    [''],
  ]
  const rows = evidence.map((point) => evidenceRow(point, look))
  const inOneLine = [names.map((parts) => parts.join(' '))]
  const below = [3, 2, 1].map((fromEnd) => names.map((parts) => parts.at(-fromEnd) ?? ''))
  const lines = table([...inOneLine, ...rows.map((row) => row.map(textOf))], look)
  const heads = lines.every(({ length }) => length <= look.width) ? inOneLine : below
  const quiet = heads.map((head) => head.map((text) => ({ text, paint: ink.quiet })))
  return [
    ink.heading('EVIDENCE'),
    ...tableInBlocks([...quiet, ...rows], { width: look.width, keys: 1 }),
    ...withoutInterval(evidence, look),
  ]
}

function evidenceRow(point: SizingPoint, look: Look): Cell[] {
  const { value, thresholds, replications, verdict } = point
  const ink = inkOf(look)
  const measured = thresholds.map((own): Cell => {
    if (own.measured === null) return 'not measured'
    const text = plusMinusOrSign(own.measured, kindOf(own.metric, own.measured.unit), look)
    return own.verdict === 'fail' ? { text, paint: ink.bad } : text
  })
  return [`  ${value}`, ...measured, `${replications}`, WORDS[verdict]]
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

/** Painted by itself, because what paints has no width. */
function said(word: string, paint: Paint, text: string, { width }: Look): string {
  return `${paint(word)} ${hanging(`${word} `, text, width)}`
}
