// `npm run closed-forms -- [--heavy] [--json] [words]`: every closed form of calibration.json that
// the product's elements can be held against, one line per reference value; with words only the
// models whose names have one of them. Exit code 1 when a value lies outside.
import { bonferroni, judge, type Judged } from './judge.ts'
import { queueingModels, type Model } from './models.ts'
import { spreadModels } from './spread.ts'

const CONFIDENCE = 0.999

const words = process.argv.slice(2)
const isJson = words.includes('--json')
const wanted = words.filter((word) => !word.startsWith('--'))
const unknown = words.find((word) => word.startsWith('--') && !['--json', '--heavy'].includes(word))

if (unknown !== undefined) {
  console.error('usage: npm run closed-forms -- [--heavy] [--json] [words of model names]')
  process.exitCode = 2
} else judgeAll()

function judgeAll(): void {
  const models = [...queueingModels(words.includes('--heavy')), ...spreadModels()].filter(
    ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
  )
  const cells = models.reduce((sum, { cells: own }) => sum + own.length, 0)
  const confidence = bonferroni(CONFIDENCE, cells)
  if (!isJson)
    console.log(`${cells} values; each interval at 1 - ${(1 - confidence).toExponential(2)}`)
  let failed = 0
  for (const model of models) {
    for (const cell of judge(model as Model<unknown>, confidence)) {
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
