// What became of packets without connections, and what they left in the director's table.
import { countText, plusMinus } from '../units-text.ts'
import type { Cell } from '../table.ts'
import { headed, type Page } from './section.ts'

const BYTES_PER_MB = 1_000_000

export function packets(page: Page): string[] {
  const { packets: all = [], connections } = page.summary
  const rows = all
    .filter(({ sent }) => sent.mean > 0)
    .map(({ name, phase, sent, reached, answered, dropped }): Cell[] => [
      all.every((each) => each.name === name) ? phase : `${name} ${phase}`,
      ...[sent, reached, answered, dropped].map((each) => plusMinus(each, 'rate', page.look)),
    ])
  const lines = headed(page, ['PACKETS', 'sent', 'at servers', 'came back', 'dropped'], rows)
  if (lines.length === 0) return []
  const { most, memory } = connections
  const table =
    `  the director's table had ${countText(Math.round(most.mean))} entries at most, ` +
    `${countText(Math.round(memory.mean / BYTES_PER_MB))} MB`
  return [...lines, table]
}
