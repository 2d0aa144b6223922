// What every section of the terminal summary is given, and the rule that all share: a heading, then
// lines under it; a section with nothing to say is not there at all.
import type { Measured, Summary } from '../../measure/summary.ts'
import type { PhaseResult } from '../../measure/replication.ts'
import type { Ink, Look } from '../look.ts'
import { table, textOf, wrap, type Cell } from '../table.ts'

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

/** A heading that is the first row of its table. */
export function headed(
  { look, ink }: Page,
  heading: readonly string[],
  rows: readonly (readonly Cell[])[],
): string[] {
  return tableBelow(heading, labelled(rows), look, ink)
}

/** The same; where lines would be too long, the labels of their rows go on below themselves. */
export function headedFolding(
  { look, ink }: Page,
  heading: readonly string[],
  rows: readonly (readonly Cell[])[],
): string[] {
  return tableBelow(heading, withLabelsFolded(heading, labelled(rows), look), look, ink)
}

function tableBelow(
  [title = '', ...columns]: readonly string[],
  rows: readonly (readonly Cell[])[],
  { width }: Look,
  ink: Ink,
): string[] {
  if (rows.length === 0) return []
  const head = [{ text: title, paint: ink.heading }, ...columns.map((text) => quiet(ink, text))]
  return table([head, ...rows], { width })
}

function labelled(rows: readonly (readonly Cell[])[]): Cell[][] {
  return rows.map(([label = '', ...rest]) => [indented(label), ...rest])
}

function withLabelsFolded(heading: readonly string[], rows: Cell[][], { width }: Look): Cell[][] {
  const lines = table([heading, ...rows.map((row) => row.map(textOf))], { width })
  const over = Math.max(...lines.map((line) => line.length)) - width
  if (over <= 0) return rows
  const longest = Math.max(...rows.map(([label = '']) => textOf(label).length))
  return rows.flatMap(([label = '', ...rest]): Cell[][] => {
    const [first = '', ...others] = wrap(textOf(label), longest - over - 2 * INDENT.length)
    if (others.length === 0) return [[label, ...rest]]
    return [[INDENT + first, ...rest], ...others.map((part) => [INDENT + INDENT + part, ''])]
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
