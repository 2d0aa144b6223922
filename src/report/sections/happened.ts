// What happened in the first replication, line by line, and over all of them how long it took until
// a health check had found out.
import { plusMinus } from '../units-text.ts'
import { wrap } from '../table.ts'
import { headed, type Page } from './section.ts'

/** More lines than that are a file's business: events.csv. */
const MOST_LINES = 24
const PS_PER_MS = 1e9

export function happened({ summary, look, ink }: Page): string[] {
  if (summary.timeline.length === 0) return []
  const isMuch = summary.timeline.length > MOST_LINES
  // What checks find is told; what they then change in IPVS follows from it.
  const told = summary.timeline.filter(({ kind }) => !isMuch || kind !== 'ipvs')
  const rest = summary.timeline.length - Math.min(told.length, MOST_LINES)
  const half = MOST_LINES / 2
  const rows = told.map(({ atPs, text }) => eventLines(atPs, text, look.width))
  const shown = rows.length > MOST_LINES ? [...rows.slice(0, half), ...rows.slice(-half)] : rows
  return [
    ink.heading('WHAT HAPPENED (replication 1)'),
    ...shown.flat(),
    ...(rest === 0 ? [] : [`  and ${rest} events more: events.csv has them all`]),
  ]
}

function eventLines(atPs: number, text: string, width: number): string[] {
  const time = `  ${(atPs / PS_PER_MS).toFixed(1)}ms  `
  const [first = '', ...more] = wrap(text, width - time.length)
  return [`${time}${first}`, ...more.map((line) => ' '.repeat(time.length) + line)]
}

/** From what befell a host to the first check that knew. */
export function foundOut(page: Page): string[] {
  const { found = [], replications } = page.summary
  const rows = found.map(({ what, after, times }) => [
    what,
    plusMinus(after, 'time', page.look),
    replications === 1 ? '' : `in ${times} of ${replications}`,
  ])
  return headed(page, ['FOUND OUT', 'after', replications === 1 ? '' : 'replications'], rows)
}
