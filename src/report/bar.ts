// Small pictures of text: a bar for a share of capacity, a row of blocks for a distribution.
import { merge } from '../measure/histogram.ts'
import type { SparseHistogram } from '../measure/replication.ts'
import type { Look } from './look.ts'

const CELLS = 20
const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const STEPS = ['.', ':', '-', '=', '+', '*', '%', '#']
const BARS = 10
const SAMPLES = 200

/** Twenty cells, rounded. */
export function bar(share: number, { unicode }: Pick<Look, 'unicode'>): string {
  const full = Math.min(CELLS, Math.max(0, Math.round(share * CELLS)))
  const [taken, free] = unicode ? ['█', '░'] : ['#', '.']
  return taken.repeat(full) + free.repeat(CELLS - full)
}

/**
 * How often each tenth of the range occurs, from the smallest value to the 99th percentile: the few
 * beyond would leave everything else in the first block. Drawn from 200 quantiles. Empty where
 * nothing was recorded, or always the same.
 */
export function sparkline(parts: SparseHistogram[], { unicode }: Pick<Look, 'unicode'>): string {
  const all = merge(parts)
  const width = all.quantile(0.99) - all.min
  if (!(width > 0)) return ''
  const counts = Array<number>(BARS).fill(0)
  for (let sample = 0; sample < SAMPLES; sample++) {
    const place = Math.floor(((all.quantile((sample + 0.5) / SAMPLES) - all.min) / width) * BARS)
    if (place <= BARS) counts[Math.min(BARS - 1, place)]!++
  }
  const blocks = unicode ? BLOCKS : STEPS
  const scale = (blocks.length - 1) / Math.max(...counts)
  return counts.map((count) => blocks[Math.round(count * scale)]!).join('')
}
