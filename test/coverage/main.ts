// `npm run coverage:intervals [seeds] [model]`: prints every cell, and fails when one lies outside
// of 93 to 97 %. A thousand seeds take half an hour of processor time; with fewer the bounds
// allow for chance.
import { cellsOver, lineOf } from './cells.ts'
import { MODELS } from './models.ts'

const [seedsText = '1000', name] = process.argv.slice(2)
const seeds = Number(seedsText)
const models = MODELS.filter((model) => name === undefined || model.name === name)
if (!Number.isInteger(seeds) || seeds < 20 || models.length === 0) {
  const names = MODELS.map((model) => `"${model.name}"`).join(', ')
  process.stderr.write(`expected a number of seeds of 20 or more, and one of ${names}\n`)
  process.exit(2)
}
// Four standard errors of a count beyond what a thousand seeds allow.
const slack = seeds >= 1000 ? 0 : 4 * Math.sqrt((0.95 * 0.05) / seeds)
let [inside, all] = [0, 0]
for await (const cell of cellsOver(seeds, models)) {
  const share = cell.covered / cell.told
  const isInside = share >= 0.93 - slack && share <= Math.min(1, 0.97 + slack)
  process.stdout.write(`${lineOf(cell)}${isInside ? '' : '  OUTSIDE of 93 to 97 %'}\n`)
  all++
  if (isInside) inside++
}
process.stdout.write(`${inside} of ${all} cells lie inside\n`)
process.exitCode = inside === all ? 0 : 1
