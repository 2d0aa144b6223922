// What was promised and what came of it.
import type { ThresholdResult } from '../../measure/summary.ts'
import type { Cell } from '../table.ts'
import { kindOf, plusMinusOrNone } from '../units-text.ts'
import { headed, phaseLabel, type Page } from './section.ts'

const MARKS = {
  pass: { unicode: '✓', ascii: 'ok   ', ink: 'good' },
  close: { unicode: '≈', ascii: 'close', ink: 'doubtful' },
  fail: { unicode: '✗', ascii: 'FAIL ', ink: 'bad' },
  'not measured': { unicode: '–', ascii: '-    ', ink: 'doubtful' },
} as const

export function thresholds(page: Page): string[] {
  const rows = page.summary.thresholds.map((threshold) => row(page, threshold))
  return headed(page, ['THRESHOLDS', '', 'measured', 'wanted'], rows)
}

function row({ look, ink }: Page, threshold: ThresholdResult): Cell[] {
  const { metric, phase, check, measured, verdict } = threshold
  const { unicode, ascii, ink: colour } = MARKS[verdict]
  const mark = look.unicode ? unicode : ascii
  const value =
    measured === null
      ? 'not measured'
      : plusMinusOrNone(measured, kindOf(metric, measured.unit), look)
  return [
    { text: `${mark} ${metric}`, paint: (text) => text.replace(mark, ink[colour](mark)) },
    phaseLabel(phase),
    value,
    verdict === 'close' ? `${check} (close)` : check,
  ]
}
