// `npm run closed-forms -- [--heavy] [--json] [words]`: every closed form of calibration.json that
// the product's elements can be held against, one line per reference value; with words only the
// models whose names have one of them. Exit code 1 when a value lies outside.
// `npm run closed-forms -- --coverage [seeds] [--json] [words]`: how often 95 % intervals hold the
// truth, over so many seeds, the quickest models first. Exit code 1 outside of 93 to 97 %.
import { coverageOf, isInRange, type Coverage } from './coverage.ts'
import { bonferroni, judge, type Judged } from './judge.ts'
import { queueingModels, type Model } from './models.ts'
import { spreadModels } from './spread.ts'

const CONFIDENCE = 0.999

const words = process.argv.slice(2)
const isJson = words.includes('--json')
const isCoverage = words.includes('--coverage')
const isNumber = (word: string) => isCoverage && /^\d+$/.test(word)
const seeds = Number(words.find(isNumber) ?? 1000)
const wanted = words.filter((word) => !word.startsWith('--') && !isNumber(word))
const unknown = words.find(
  (word) => word.startsWith('--') && !['--json', '--heavy', '--coverage'].includes(word),
)

if (unknown !== undefined || seeds < 20) {
  console.error('usage: npm run closed-forms -- [--heavy] [--json] [words of model names]')
  console.error('       npm run closed-forms -- --coverage [seeds, 20 or more] [--json] [words]')
  process.exitCode = 2
} else if (isCoverage) coverAll()
else judgeAll()

function modelsWanted(isHeavy: boolean): Model<unknown>[] {
  const all = [...queueingModels(isHeavy), ...spreadModels()] as Model<unknown>[]
  return all.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)))
}

function coverAll(): void {
  const models = modelsWanted(false)
    .filter(({ trial }) => trial !== null)
    .sort((a, b) => a.trial!.customers - b.trial!.customers)
  let [inside, cells] = [0, 0]
  for (const model of models) {
    for (const cell of coverageOf(model, seeds)) {
      printCoverage(cell)
      cells++
      if (isInRange(cell)) inside++
    }
  }
  if (!isJson) console.log(`${inside} of ${cells} cells lie inside`)
  if (inside < cells) process.exitCode = 1
}

function judgeAll(): void {
  const models = modelsWanted(words.includes('--heavy'))
  const cells = models.reduce((sum, { cells: own }) => sum + own.length, 0)
  const confidence = bonferroni(CONFIDENCE, cells)
  if (!isJson)
    console.log(`${cells} values; each interval at 1 - ${(1 - confidence).toExponential(2)}`)
  let failed = 0
  for (const model of models) {
    for (const cell of judge(model, confidence)) {
      print(cell)
      if (!cell.ok) failed++
    }
  }
  if (!isJson) console.log(`${cells - failed} inside, ${failed} outside or too wide`)
  if (failed > 0) process.exitCode = 1
}

function print(cell: Judged): void {
  if (isJson) return console.log(JSON.stringify(cell))
  const { ok, model, id, truth, mean, low, high, halfWidth } = cell
  const number = (value: number) => value.toPrecision(6).padStart(11)
  const interval = `[${number(low)},${number(high)}]`
  const width = `${(halfWidth * 100).toFixed(2)}%`.padStart(6)
  console.log(
    `${ok ? 'ok  ' : 'FAIL'} ${model.padEnd(28)} ${id.padEnd(32)} ${number(truth)} ` +
      `${number(mean)} ${interval} ±${width}`,
  )
}

function printCoverage(cell: Coverage): void {
  if (isJson) return console.log(JSON.stringify(cell))
  const { model, id, covered, below, halfWidth, customers } = cell
  const share = `${((100 * covered) / seeds).toFixed(1)} %`.padStart(7)
  const missed = `${below} below, ${seeds - covered - below} above`
  console.log(
    `${isInRange(cell) ? 'ok  ' : 'OUT '} ${model.padEnd(28)} ${id.padEnd(32)} ${share} ` +
      `(${missed}), ±${(halfWidth * 100).toFixed(1)}%, ${customers} customers`,
  )
}
