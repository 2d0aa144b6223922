// A comparison as a table of Markdown, for a review or a wiki.
import type { Comparison } from '../measure/comparison.ts'
import { rowOf } from './comparison-rows.ts'
import type { Look } from './look.ts'

/** A newline at its end. */
export function comparisonMarkdown(comparison: Comparison, look: Look): string {
  const { base, other, differences, notes, pairing, n } = comparison
  const rows = differences.map((difference) => {
    const { name, before, after, change, direction } = rowOf(difference, look)
    return [
      name,
      before,
      after,
      direction === 'no difference shown' ? `${change} (none shown)` : change,
    ]
  })
  const how = pairing === 'pairs' ? `${n} pairs of replications` : 'independent runs'
  const lines = [
    `**${escaped(other.label)} against ${escaped(base.label)}** (${how}; 95% intervals)`,
    '',
    rowText(['', base.label, other.label, 'change']),
    '| --- | ---: | ---: | ---: |',
    ...rows.map(rowText),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${escaped(note)}`)] : []),
  ]
  return `${lines.join('\n')}\n`
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.map(escaped).join(' | ')} |`
}

/** A bar would end the cell. */
function escaped(text: string): string {
  return text.replaceAll('|', '\\|')
}
