// What the scenarios of the ladder claim, and what their committed results say of it.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import type { Summary, ThresholdResult } from '../../src/measure/summary.ts'
import { kindOf, plusMinus } from '../../src/report/units-text.ts'
import type { Row, Section } from './section.ts'

const SCENARIOS = new URL('../../scenarios/', import.meta.url)
const RESULTS = new URL('../../results/', import.meta.url)

export function claims(): Section {
  const names = readdirSync(SCENARIOS)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.replace(/\.json$/, ''))
  return {
    title: 'Scenarios',
    about:
      'Each scenario says in its text where its claim comes from and what to look at ' +
      '([scenarios](../scenarios/README.md)); measured are its committed ' +
      '[results](README.md).',
    rows: names.flatMap((name) => rowsOf(name)),
  }
}

function rowsOf(name: string): Row[] {
  const file = new URL(`${name}/summary.json`, RESULTS)
  if (!existsSync(file)) return []
  const { thresholds } = JSON.parse(readFileSync(file, 'utf8')) as Summary
  return thresholds.map((threshold) => rowOf(name, threshold))
}

function rowOf(name: string, threshold: ThresholdResult): Row {
  const { metric, phase, check, measured, verdict } = threshold
  const look = { unicode: true }
  return {
    quantity: `${name}: ${metric}, ${phase}`,
    source: `scenarios/${name}.json`,
    known: check,
    ours:
      measured === null ? 'not measured' : plusMinus(measured, kindOf(metric, measured.unit), look),
    difference: verdict === 'pass' ? 'holds' : verdict,
  }
}
