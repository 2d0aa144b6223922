// `npm run closed-forms -- [--heavy] [--json] [words]`: every closed form of calibration.json that
// the product's elements can be held against, one line per reference value; with words only the
// models whose names have one of them. Exit code 99 when a value lies outside or its interval is
// too wide; models that would take very long are named and left out unless --heavy is given.
// `npm run closed-forms -- --coverage [seeds] [--heavy] [--json] [words]`: how often 95 % intervals
// hold the truth, over so many seeds, the quickest models first. Exit code 99 when a cell lies
// outside of 93 to 97 %.
import { EXIT } from '../../src/cli/exit-codes.ts'
import { namedBy, readWords, type Asked } from './command-line.ts'
import { isInRange, together, tryOut, type Tried } from './coverage.ts'
import { coverageLine, coverageTable } from './coverage-report.ts'
import { customersFor, judge, REPLICATIONS, type Judged } from './judge.ts'
import { CONFIDENCE, wholeTable } from './whole.ts'

const USAGE = `usage: npm run closed-forms -- [--heavy] [--json] [words of model names]
       npm run closed-forms -- --coverage [seeds, 20 or more] [--heavy] [--json] [words]`

/** Customers of all replications of a model: more take half an hour. */
const MOST_CUSTOMERS = 5e9

const asked = readWords(process.argv.slice(2))
if (typeof asked === 'string') {
  console.error(`error: ${asked}\n${USAGE}`)
  process.exitCode = EXIT.usage
} else if (asked.seeds === null) judgeAll(asked)
else coverAll(asked, asked.seeds)

function coverAll(given: Asked, seeds: number): void {
  const models = namedBy(given.names, wholeTable(given.isHeavy))
    .filter(({ trial }) => trial !== null)
    .sort((a, b) => a.trial!.customers - b.trial!.customers)
  const all: Tried[] = []
  for (const model of models) {
    for (const cell of tryOut(model, seeds)) {
      all.push(cell)
      const lines = [cell.first, cell.again].filter((line) => line !== null)
      for (const line of lines) {
        console.log(given.isJson ? JSON.stringify(line) : coverageLine(line))
      }
    }
  }
  if (!given.isJson && all.length > 0) console.log(coverageTable(all).join('\n'))
  if (!all.every((cell) => isInRange(together(cell)))) process.exitCode = EXIT.gate
}

function judgeAll(given: Asked): void {
  if (!given.isJson) console.log(`each interval at 1 - ${(1 - CONFIDENCE).toExponential(2)}`)
  let [inside, outside] = [0, 0]
  for (const model of namedBy(given.names, wholeTable(given.isHeavy))) {
    const customers = customersFor(model, CONFIDENCE)
    if (!given.isHeavy && customers * REPLICATIONS > MOST_CUSTOMERS) {
      const millions = Math.round((customers * REPLICATIONS) / 1e6)
      console.error(`${model.name}: left out, it needs ${millions} million customers (--heavy)`)
      continue
    }
    for (const cell of judge(model, CONFIDENCE, customers)) {
      console.log(given.isJson ? JSON.stringify(cell) : judgedLine(cell))
      if (cell.ok) inside++
      else outside++
    }
  }
  if (!given.isJson) console.log(`${inside} inside, ${outside} outside or too wide`)
  if (outside > 0) process.exitCode = EXIT.gate
}

function judgedLine(cell: Judged): string {
  const { ok, model, id, truth, mean, low, high, halfWidth } = cell
  const number = (value: number) => value.toPrecision(6).padStart(11)
  const interval = `[${number(low)},${number(high)}]`
  const width = `${(halfWidth * 100).toFixed(2)}%`.padStart(6)
  return (
    `${ok ? 'ok  ' : 'FAIL'} ${model.padEnd(28)} ${id.padEnd(32)} ${number(truth)} ` +
    `${number(mean)} ${interval} ±${width}`
  )
}
