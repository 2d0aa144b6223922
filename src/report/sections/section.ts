// What every section of the terminal summary is given, and the rule that all share: a heading, then
// lines under it; a section with nothing to say is not there at all.
import type { Measured, Summary } from '../../measure/summary.ts'
import type { PhaseResult } from '../../measure/replication.ts'
import type { Ink, Look } from '../look.ts'
import { table, textOf, wrapName, type Cell } from '../table.ts'

export interface Page {
  summary: Summary
  look: Look
  ink: Ink
  /** Phases of all replications, for pictures; empty when only the summary is at hand. */
  phases: readonly PhaseResult[]
}

const INDENT = '  '

/** Lines of one section, the heading first; empty when there is nothing to say. */
export type Section = (page: Page) => string[]

/**
 * A heading that is the first row of its table. Where lines would be too long a heading that is
 * longer than the labels stands alone, and labels go on below themselves.
 */
export function headed(page: Page, heading: readonly string[], rows: readonly Row[]): string[] {
  const own = labelled(rows)
  if (excess(heading, own, page.look) <= 0) return tableBelow(heading, own, page)
  const [title = '', ...columns] = heading
  if (title.length <= longest(own))
    return tableBelow(heading, withLabelsFolded(heading, own, page.look), page)
  const lines = tableBelow(
    ['', ...columns],
    withLabelsFolded(['', ...columns], own, page.look),
    page,
  )
  const isBare = columns.every((text) => text === '')
  return [page.ink.heading(title), ...(isBare ? lines.slice(1) : lines)]
}

/** The same with a line for each row, as long as it needs. */
export function headedLineByLine(
  page: Page,
  heading: readonly string[],
  rows: readonly Row[],
): string[] {
  return tableBelow(heading, labelled(rows), page)
}

type Row = readonly Cell[]

function tableBelow(
  [title = '', ...columns]: readonly string[],
  rows: readonly Row[],
  { look: { width }, ink }: Page,
): string[] {
  if (rows.length === 0) return []
  const head = [{ text: title, paint: ink.heading }, ...columns.map((text) => quiet(ink, text))]
  return table([head, ...rows], { width })
}

function labelled(rows: readonly Row[]): Cell[][] {
  return rows.map(([label = '', ...rest]) => [indented(label), ...rest])
}

/** By how much the longest line of the table is too long. */
function excess(heading: readonly string[], rows: readonly Row[], { width }: Look): number {
  const lines = table([heading, ...rows.map((row) => row.map(textOf))], { width })
  return Math.max(...lines.map((line) => line.length)) - width
}

function longest(rows: readonly Row[]): number {
  return Math.max(0, ...rows.map(([label = '']) => textOf(label).length))
}

/** Labels are not folded to less than this. */
const LEAST_LABEL = 8

function withLabelsFolded(heading: readonly string[], rows: readonly Row[], look: Look): Row[] {
  const over = excess(heading, rows, look)
  if (over <= 0) return [...rows]
  const width = Math.max(LEAST_LABEL, longest(rows) - over - 2 * INDENT.length)
  return rows.flatMap(([label = '', ...rest]): Row[] => {
    const [first = '', ...others] = wrapName(textOf(label), width)
    if (others.length === 0) return [[label, ...rest]]
    const start = typeof label === 'string' ? INDENT + first : { ...label, text: INDENT + first }
    return [[start, ...rest], ...others.map((part) => [INDENT + INDENT + part, ''])]
  })
}

/** "steady"; with several services "web steady". */
export function rowLabel({ summary }: Page, service: string, phase: string): string {
  const name = phaseLabel(phase)
  return Object.keys(summary.services).length === 1 ? name : `${service} ${name}`
}

/** Fairness is also taken over the whole run, a span that is no phase. */
export function phaseLabel(phase: string): string {
  return phase === 'whole' ? 'whole run' : phase
}

/** Said beside a number without an interval where others have one. */
export function intervalRemark({ summary }: Page, measured: readonly Measured[]): string {
  const lacks = measured.some(({ low }) => low === null)
  return lacks && summary.intervals === 'batch means' ? 'one run: no interval' : ''
}

function quiet(ink: Ink, text: string): Cell {
  return { text, paint: ink.quiet }
}

function indented(cell: Cell): Cell {
  return typeof cell === 'string' ? INDENT + cell : { ...cell, text: INDENT + cell.text }
}
