// Text in aligned columns, without boxes. Colour is put on after alignment, so that escape codes
// take no room; a last column that is too long goes on below itself.
import type { Paint } from './look.ts'

/** A text, or one with its colour. */
export type Cell = string | { text: string; paint: Paint }

export interface TableOptions {
  /** Columns that the lines may take. */
  width: number
  /** Spaces in front of every line. */
  indent?: number
  /** Columns (0, 1, ...) whose texts end below each other, as numbers do. */
  right?: readonly number[]
}

const GAP = '  '
/** A last column narrower than this is not worth folding. */
const LEAST_FOLD = 24

/** Lines of the table; a row may have fewer cells than another. */
export function table(rows: readonly (readonly Cell[])[], options: TableOptions): string[] {
  const { indent = 0, right = [] } = options
  const widths = columnWidths(rows)
  return rows.flatMap((row) => {
    const last = row.length - 1
    const before = row.slice(0, last).map((cell, column) => {
      const room = ' '.repeat(widths[column]! - textOf(cell).length)
      return right.includes(column) ? room + painted(cell) : painted(cell) + room
    })
    const start = ' '.repeat(indent) + before.map((text) => text + GAP).join('')
    const from = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, indent)
    const cell = row[last] ?? ''
    const lines = wrap(textOf(cell), Math.max(LEAST_FOLD, options.width - from))
    const pad = right.includes(last) ? ' '.repeat(widths[last]! - textOf(cell).length) : ''
    return lines.map((text, line) =>
      ((line === 0 ? start : ' '.repeat(from)) + pad + paintAs(cell, text)).trimEnd(),
    )
  })
}

export interface BlockOptions extends TableOptions {
  /** So many columns stand at the left of every block. */
  keys: number
}

/** A table; where it would be too wide its columns go on below, in blocks that each begin alike. */
export function tableInBlocks(rows: readonly (readonly Cell[])[], options: BlockOptions): string[] {
  const { width, indent = 0, right = [], keys } = options
  const widths = columnWidths(rows)
  const taken = (columns: readonly number[]) =>
    columns.reduce((sum, column) => sum + widths[column]! + GAP.length, indent - GAP.length)
  const start = widths.slice(0, keys).map((_, column) => column)
  const blocks: number[][] = [[...start]]
  for (let column = keys; column < widths.length; column++) {
    const last = blocks.at(-1)!
    if (last.length === keys || taken([...last, column]) <= width) last.push(column)
    else blocks.push([...start, column])
  }
  return blocks.flatMap((columns, block) => [
    ...(block > 0 ? [''] : []),
    ...table(
      rows.map((row) => columns.map((column) => row[column] ?? '')),
      { width, indent, right: right.map((column) => columns.indexOf(column)) },
    ),
  ])
}

/** Folds at spaces; a word longer than a line stays whole. An empty text is one empty line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** The same for names: a word longer than a line goes on behind a hyphen or a dot, or anywhere. */
export function wrapName(text: string, width: number): string[] {
  return wrap(text, width).flatMap((line) => {
    if (line.length <= width) return [line]
    const parts = line.match(/[^-._/]*[-._/]+|[^-._/]+/g) ?? [line]
    const lines = ['']
    for (const part of parts) {
      if (lines.at(-1)!.length + part.length <= width) lines.push(lines.pop()! + part)
      else lines.push(...(part.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []))
    }
    return lines.filter((each) => each !== '')
  })
}

/**
 * What stands behind a start that is printed, or painted, by itself; further lines stand two
 * columns in.
 */
export function hanging(start: string, text: string, width: number): string {
  const whole = '_'.repeat(start.length) + text
  const lines = wrap(whole, whole.length > width ? width - 2 : width)
  return lines.join('\n  ').slice(start.length)
}

/** The same with spaces in front. */
export function paragraph(text: string, width: number, indent: number): string[] {
  return wrap(text, width - indent).map((line) => ' '.repeat(indent) + line)
}

function columnWidths(rows: readonly (readonly Cell[])[]): number[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, textOf(cell).length)
    })
  }
  return widths
}

export function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

function painted(cell: Cell): string {
  return paintAs(cell, textOf(cell))
}

function paintAs(cell: Cell, text: string): string {
  return typeof cell === 'string' ? text : cell.paint(text)
}
